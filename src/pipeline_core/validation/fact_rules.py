"""Rules over the facts that would be published."""

import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from pipeline_core.domain.facts import place_of, present, shown_quotes
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.markdown_lines import heading_of
from pipeline_core.domain.number_words import with_digits
from pipeline_core.domain.text import numbers_as_written, numbers_in, strip_markdown
from pipeline_core.domain.unreadable import unreadable
from pipeline_core.domain.wording import counted
from pipeline_core.validation.subject import Subject

_UNIT = re.compile(r"[^\W\d_]+|[^\w\s]")
"""Pattern of a possible unit: a word, or a sign."""
_HEADER_ROWS = 4
"""The rule below the names, and up to three rows of them."""


def evidence_not_exact(subject: Subject) -> Iterator[Finding]:
    for fact in subject.questions:
        for span in fact.evidence:
            if subject.markdown[span.char_from : span.char_to] != span.quote:
                yield Finding(
                    "evidence_not_exact",
                    Severity.CRITICAL,
                    f"The quote {subject.where(fact)} is not in the document: “{short(span.quote)}”",
                    {"char_from": span.char_from, "char_to": span.char_to},
                    subject=str(fact.question_id),
                )


def number_not_in_evidence(subject: Subject) -> Iterator[Finding]:
    """A number in the answer, or in the statement of a fact that has none, that no quote has.

    The unit may stand in another quote than the number: in a table's header or caption, in the lead-in of a list. The
    statement of a row names its columns: their numbers ("2011-12", "L2") stand in the header, or above the table. A
    statement may begin with the name of what it is about, as a heading gives it ("Anchor 2: The library …").
    """
    names = _numbers_around_rows(subject.markdown)
    # what names what is below it, in the text or above all of it
    titles = [
        line for line in subject.markdown.split("\n") if heading_of(line) or line.startswith(("title: ", "title:\t"))
    ]
    headings = "\n".join(map(strip_markdown, titles))
    for fact in subject.questions:
        said, what = (fact.statement, "statement") if fact.answer is None else (fact.answer, "answer")
        name, colon, rest = said.partition(": ")
        if colon and fact.answer is None and name in headings:
            said = rest
        written = numbers_as_written(said)
        missing = sorted(written.keys() - set(numbers_in(fact.quote)) - set(numbers_in(with_digits(fact.quote))))
        if missing and len(fact.evidence) > 1:
            measured = _with_units_of_others([span.quote for span in fact.evidence])
            missing = [number for number in missing if number not in measured]
        if missing and fact.answer is None and "|" in fact.quote:
            known = names | _numbers_of_continued_row(subject.markdown, place_of(fact.evidence).char_from)
            missing = [number for number in missing if number not in known]
        if missing:
            says = ", ".join(written[number] for number in missing)
            yield Finding(
                "number_not_in_evidence",
                Severity.CRITICAL,
                f"The {what} says {says}, which its evidence {subject.where(fact)} does not: "
                f"“{shown_quotes(fact.evidence, 160)}”",
                {"missing": missing, "evidence": list(numbers_in(fact.quote))},
                subject=str(fact.question_id),
            )


def _numbers_around_rows(markdown: str) -> set[str]:
    """The numbers that stand in no row of a table but its first ones, of which a header is made."""
    around, row = [], 0
    for line in markdown.split("\n"):
        row = row + 1 if line.lstrip(" >").startswith("|") else 0
        if row <= _HEADER_ROWS:
            around.append(line)
    return set(numbers_in("\n".join(around)))


def _numbers_of_continued_row(markdown: str, start: int) -> set[str]:
    """Returns the numbers of the row before, if this row continues it: its first cell, the row's name, is empty."""
    if re.match(r"\|\s*\|", markdown[start : start + 80]) is None:
        return set()
    return set(numbers_in(markdown[:start].rstrip().rpartition("\n")[2]))


def _with_units_of_others(quotes: Sequence[str]) -> set[str]:
    """The numbers of each quote, with the units and scales that the other quotes have."""
    found: set[str] = set()
    for at, quote in enumerate(quotes):
        words = {word for other in (*quotes[:at], *quotes[at + 1 :]) for word in _UNIT.findall(other)}
        # "in thousands" is said as "312 thousand"
        words |= {word.removesuffix("s") for word in words}
        units = {word for word in words if numbers_in(f"1 {word}") != ("1",)}
        units |= {f"{scale} {unit}" for scale, unit in permutations(units, 2)}
        found.update(numbers_in("; ".join(f"{number} {unit}" for number in numbers_in(quote) for unit in units)))
    return found


def unreadable_fact(subject: Subject) -> Iterator[Finding]:
    """A fact that says characters which nobody can read: what they stand for is missing from it."""
    for fact in subject.questions:
        count = unreadable("\n".join(present(fact.answer, fact.statement)))
        if count:
            yield Finding(
                "unreadable_fact",
                Severity.CRITICAL,
                f"The fact {subject.where(fact)} has characters that cannot be read: “{short(fact.statement)}”. "
                "Edit it after a look at the original, or reject it.",
                {"unreadable": count},
                subject=str(fact.question_id),
            )


def undecided_duplicates(subject: Subject) -> Iterator[Finding]:
    if subject.undecided_pairs:
        yield Finding(
            "undecided_duplicates",
            Severity.CRITICAL,
            f"{counted(subject.undecided_pairs, 'undecided pair')} of near-duplicates: return the document to "
            "matching review and choose which of each pair to keep.",
            {"pairs": subject.undecided_pairs},
        )


def fact_density(subject: Subject) -> Iterator[Finding]:
    """Too few or too many facts for the text."""
    characters = len(subject.markdown.strip())
    if characters < subject.settings.validation_density_from_chars or subject.asks_nothing:
        return
    density = len(subject.questions) / characters * 10_000
    least = subject.settings.validation_min_facts_per_10k_chars
    most = subject.settings.validation_max_facts_per_10k_chars
    if not least <= density <= most:
        few = density < least
        facts = counted(len(subject.questions), "fact")
        yield Finding(
            "too_few_facts" if few else "too_many_facts",
            Severity.WARNING,
            f"{facts} from {characters:,} characters is unusually {'few' if few else 'many'} for such a text "
            f"(usual: {least:g} to {most:g} in 10,000).",
            {
                "facts": len(subject.questions),
                "characters": characters,
                "per_10k": round(density, 2),
                "least": least,
                "most": most,
            },
        )


def short(text: str, length: int = 160) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
