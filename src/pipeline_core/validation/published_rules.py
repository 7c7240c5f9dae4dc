"""A rule against saying what another document denies in production, or says with another number."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.staging import Differing
from pipeline_core.domain.text import normalise_for_match, numbers_in
from pipeline_core.validation.contradiction_rules import measures_contradict, yes_or_no
from pipeline_core.validation.fact_rules import short
from pipeline_core.validation.row_values import UNITS, contradicting_rows
from pipeline_core.validation.subject import Subject

CONTRADICTS_PUBLISHED = "contradicts_published"
_LONGEST = 300
_OF_THE_SAME = "another value of the same"
# The first three as ``undisputed`` (SQL) has them: what it does not find is not compared here.
_SPELLINGS = (
    (re.compile(r"\bca(?:nno|n['’])t\b"), "can not"),
    (re.compile(r"\bwon['’]t\b"), "will not"),
    (re.compile(r"n['’]t\b"), " not"),
    # what goes with a denial and denies nothing by itself
    (re.compile(r"\bn['’]|\b(?:do|does|did|ne)\b"), " "),
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|nicht|nie|niemals|kein|keine|keinen|keiner|keinem|keines|pas|jamais|nunca|non|não|niet|nooit|geen)\b"
)
_ENDING = re.compile(r"(?<=\w{3})s\b")
_NUMBER = re.compile(r"\d[\d.,]*")
# "part 1" and "section 4" are no measures.
_MEASURE = re.compile(
    rf"[$€£¥]\s?\d[\d.,]*|\d[\d.,]*[\s-]?(?:(?:business|calendar|working)\s)?(?:[$€£¥]|(?:{UNITS})(?!\w))",
    re.IGNORECASE,
)
# Where the value of a statement stands, as ``about`` (SQL) has it: behind the name of a row's first column, which ends
# with the next one, or behind the verb.
_VALUE = (
    re.compile(r"^.*? – [^:–]{1,60}: ([^;]*)"),
    re.compile(
        r"^.{5,80}?\b(?:is|are|ist|sind|beträgt|betragen|est|sont|es|son|è|sono|é|são|bedraagt)\b(.*)", re.DOTALL
    ),
)


def contradicts_published(subject: Subject) -> Iterator[Finding]:
    """Reports published facts of other documents with the same text but another measure, a denial or another answer.

    A warning: the other document may be about another product, and both right.
    """
    yield from contradictions(subject.differing)


def contradictions(pairs: Sequence[Differing]) -> Iterator[Finding]:
    """The same for what was paired, all pairs of one document together."""
    rows = contradicting_rows(pairs)
    for pair in pairs:
        is_there = _contradiction(pair)
        if is_there is None and (pair.question_id, pair.published_id) in rows:
            is_there = _OF_THE_SAME
        if is_there is None:
            continue
        published = _side(pair.published_file, pair.published_page, pair.published_text, pair.published_quote)
        staged = _side(pair.staged_file, pair.page, pair.staged_text, pair.staged_quote)
        yield Finding(
            CONTRADICTS_PUBLISHED,
            Severity.WARNING,
            f"Already published is {is_there}: {_said(published)} — but here — {_said(staged)}. If both are about "
            "the same thing, one of them is out of date.",
            {
                "question_ids": [str(pair.question_id), str(pair.published_id)],
                "values": [list(numbers_in(pair.staged_text)), list(numbers_in(pair.published_text))],
                "question": pair.question,
                "sides": [
                    {"document_id": str(pair.document_id), **staged},
                    {"document_id": pair.published_document and str(pair.published_document), **published},
                ],
            },
            subject=str(pair.question_id),
        )


def _contradiction(pair: Differing) -> str | None:
    """Describes how the two contradict each other; None if they do not."""
    if _denies(*pair.texts):
        return "the opposite"
    if _differs_in_measures(*pair.texts):
        return "another value"
    if pair.is_about_the_same and _values_contradict(*pair.texts):
        return _OF_THE_SAME
    answers = (pair.staged_answer, pair.published_answer)
    if pair.question and answers[0] and answers[1] and _answers_contradict(answers[0], answers[1]):
        return f"another answer to “{short(pair.question)}”"
    return None


def _values_contradict(left: str, right: str) -> bool:
    """Returns whether both give measures of one kind, all different: "$2,500" and "2 % of the sum, here $7,700"."""
    values = [_value(text) for text in (left, right)]
    kinds, other_kinds = map(_kinds, values)
    return not set(kinds).isdisjoint(other_kinds) and set(numbers_in(values[0])).isdisjoint(numbers_in(values[1]))


def _value(statement: str) -> str:
    found = next((match for value in _VALUE if (match := value.search(statement))), None)
    return found[1].casefold() if found else ""


def _kinds(text: str) -> list[str]:
    """The measures of a text, each without its number."""
    return [_NUMBER.sub("#", found[0]) for found in _MEASURE.finditer(text.casefold())]


def _answers_contradict(left: str, right: str) -> bool:
    """Returns whether at most one of two answers can be right: yes and no, one denied, or another number."""
    if sorted(map(yes_or_no, (left, right))) == ["no", "yes"] or _denies(left, right):
        return True
    if numbers_in(left) == numbers_in(right):
        return False
    mine, others = map(_kinds, (left, right))
    return measures_contradict(left, right) or (len(mine) == 1 and mine == others)


def _denies(left: str, right: str) -> bool:
    """Returns whether one is the other with a word that denies it, in any of these languages."""
    (mine, denials), (others, other_denials) = map(_without_denials, (left, right))
    return mine == others and numbers_in(left) == numbers_in(right) and denials != other_denials


def _without_denials(text: str) -> tuple[str, int]:
    plain = text.casefold()
    for spelling, instead in _SPELLINGS:
        plain = spelling.sub(instead, plain)
    plain, denials = _DENIAL.subn(" ", plain)
    return " ".join(_ENDING.sub("", plain).split()), denials


def _differs_in_measures(left: str, right: str) -> bool:
    masks = [
        " ".join(_MEASURE.sub(lambda found: _NUMBER.sub("#", found[0]), text.casefold()).split())
        for text in (left, right)
    ]
    return masks[0] == masks[1] and numbers_in(left) != numbers_in(right)


def _side(file: str, page: int | None, statement: str, quote: str | None) -> dict[str, Any]:
    return {"document": file, "page": page, "statement": statement, "quote": quote}


def _said(side: dict[str, Any]) -> str:
    """A statement with its document, page and, where they are others, the words there."""
    where = side["document"] if side["page"] is None else f"{side['document']}, page {side['page']}"
    quote = side["quote"]
    if quote is not None and normalise_for_match(quote) != normalise_for_match(side["statement"]):
        where = f"{where}: “{short(quote, _LONGEST)}”"
    return f"“{short(side['statement'], _LONGEST)}” ({where})"
