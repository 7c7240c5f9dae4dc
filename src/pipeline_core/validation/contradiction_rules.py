"""Rules against saying two things within the document."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from rapidfuzz import fuzz

from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.staging import StagedQuestion, comparable_texts
from pipeline_core.domain.text import has_negation, normalise_for_match, numbers_in
from pipeline_core.validation.fact_rules import short
from pipeline_core.validation.subject import Subject

_NUMBER = re.compile(r"\d[\d.,]*")
_HOLE = "#"
_MEASURE = re.compile(
    r"[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(%|percent\b|per cent\b|USD\b|EUR\b|dollars?\b|euros?\b|"
    r"(business |calendar |working )?(seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b)",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)
_MIN_WORDS = 5
_MOST_PAIRS = 2_000
"""Of one question: hundreds of facts under one heading need not be compared each with each."""


def contradiction(subject: Subject) -> Iterator[Finding]:
    """Statements alike but for an amount, a share or a period: one of them is wrong.

    What is left out as doubtful counts against what would be published: the doubt may be of the wrong one.
    """
    alike: dict[str, list[StagedQuestion]] = defaultdict(list)
    doubtful = [fact for fact in subject.left_out if fact.left_out is LeftOut.LOW_CONFIDENCE]
    for fact in (*subject.questions, *doubtful):
        masked = _masked(fact.own_words or fact.statement)
        if _HOLE in masked and len(masked.split()) >= _MIN_WORDS:
            alike[masked].append(fact)
    for same in alike.values():
        facts = _contradicting(same)
        if any(fact.status != "left_out" for fact in facts):
            values = {_values(fact) for fact in facts}
            yield Finding(
                "contradiction",
                Severity.CRITICAL,
                "The document contradicts itself: "
                + " — but — ".join(f"“{short(f.statement)}” ({_place(subject, f)})" for f in facts[:3]),
                {"question_ids": [str(f.question_id) for f in facts], "values": sorted(map(list, values))},
                subject=str(facts[0].question_id),
            )


def _place(subject: Subject, fact: StagedQuestion) -> str:
    return f"{subject.where(fact)}, left out" if fact.status == "left_out" else subject.where(fact)


def _contradicting(alike: Sequence[StagedQuestion]) -> list[StagedQuestion]:
    """Returns the facts to which another gives other values. Under two headings each may be right."""
    under: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for fact in alike:
        under[_heading(fact)].add(_values(fact))
    anywhere = set().union(*under.values())
    without = under[""]
    return [fact for fact in alike if len(under[its] | without if (its := _heading(fact)) else anywhere) > 1]


def _values(fact: StagedQuestion) -> tuple[str, ...]:
    return numbers_in(fact.own_words or fact.statement)


def _heading(fact: StagedQuestion) -> str:
    """The heading that the fact is said with; "" if it is said with none."""
    return fact.statement.removesuffix(fact.own_words) if fact.own_words else ""


def contradicting_answers(subject: Subject) -> Iterator[Finding]:
    """One question with two answers of which at most one can be right: another amount, or yes and no.

    The statements must be alike too: “What is the notice period?” may have one answer for staff and one for managers.
    """
    by_question: dict[str, list[tuple[StagedQuestion, str]]] = defaultdict(list)
    for fact in subject.questions:
        if fact.question is not None and fact.answer is not None:
            by_question[normalise_for_match(fact.question)].append((fact, fact.answer))
    least = subject.settings.validation_contradiction_similarity
    for facts in by_question.values():
        for (left, says), (right, denies) in islice(combinations(facts, 2), _MOST_PAIRS):
            difference = _difference(says, denies)
            said = comparable_texts(left.statement, left.own_words, right.statement, right.own_words)
            likeness = fuzz.ratio(*(normalise_for_match(_masked(one)) for one in said)) / 100
            if difference and likeness >= least and not measures_contradict(*said):
                yield Finding(
                    "contradicting_answers",
                    Severity.CRITICAL,
                    f"“{short(left.question or '')}” has two answers ({difference}): “{short(says)}” "
                    f"({subject.where(left)}) — but — “{short(denies)}” ({subject.where(right)}). "
                    "Reject or edit the wrong one.",
                    {
                        "question_ids": [str(left.question_id), str(right.question_id)],
                        "likeness": round(likeness, 4),
                        "least": least,
                    },
                    subject=str(left.question_id),
                )


def _difference(left: str, right: str) -> str | None:
    """In what two texts contradict each other; None if they do not."""
    if measures_contradict(left, right):
        return "other values"
    if sorted(map(yes_or_no, (left, right))) == ["no", "yes"]:
        return "yes and no"
    if has_negation(left) != has_negation(right) and sorted(numbers_in(left)) == sorted(numbers_in(right)):
        return "only one of them is negated"
    return None


def yes_or_no(answer: str) -> str:
    """The "yes" or "no" that an answer begins with; blank if it begins with neither."""
    return match[1].lower() if (match := _YES_OR_NO.match(answer)) else ""


def measures_contradict(left: str, right: str) -> bool:
    """Returns whether only amounts, shares and periods differ."""
    masks: Sequence[str] = (_masked(left), _masked(right))
    return masks[0] == masks[1] and _HOLE in masks[0] and numbers_in(left) != numbers_in(right)


def _masked(text: str) -> str:
    # only measures: "part 1 … within 4 days" and "part 2 … within 5 days" agree
    return " ".join(_MEASURE.sub(lambda measure: _NUMBER.sub(_HOLE, measure[0]), text.casefold()).split())
