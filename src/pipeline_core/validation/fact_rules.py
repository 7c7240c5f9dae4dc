"""Rules over the facts that would be published."""

import re
from collections import defaultdict
from collections.abc import Iterator

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.staging import StagedQuestion
from pipeline_core.domain.text import numbers_in
from pipeline_core.validation.subject import Subject

_NUMBER = re.compile(r"\d[\d.,]*")
_HOLE = "#"
_MEASURE = re.compile(
    r"[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(%|percent\b|per cent\b|USD\b|EUR\b|dollars?\b|euros?\b|"
    r"(business |calendar |working )?(seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b)",
    re.IGNORECASE,
)
_MIN_WORDS = 5


def evidence_not_exact(subject: Subject) -> Iterator[Finding]:
    for fact in subject.questions:
        if subject.markdown[fact.char_from : fact.char_to] != fact.quote:
            yield Finding(
                "evidence_not_exact",
                Severity.CRITICAL,
                str(fact.question_id),
                f"The quote on page {fact.page} is not what stands in the document: “{_short(fact.quote)}”",
                {"char_from": fact.char_from, "char_to": fact.char_to},
            )


def number_not_in_evidence(subject: Subject) -> Iterator[Finding]:
    for fact in subject.questions:
        missing = sorted(set(numbers_in(fact.answer)) - set(numbers_in(fact.quote)))
        if missing:
            yield Finding(
                "number_not_in_evidence",
                Severity.CRITICAL,
                str(fact.question_id),
                f"The answer says {', '.join(missing)}, which its evidence on page {fact.page} does not: "
                f"“{_short(fact.quote)}”",
                {"missing": missing},
            )


def contradiction(subject: Subject) -> Iterator[Finding]:
    """Statements alike but for an amount, a share or a period: one of them is wrong."""
    alike: dict[str, list[StagedQuestion]] = defaultdict(list)
    for fact in subject.questions:
        # only amounts, shares and periods are masked: "part 1 … within 4 days" and "part 2 … within 5 days" agree
        masked = " ".join(_MEASURE.sub(_mask, fact.statement.casefold()).split())
        if _HOLE in masked and len(masked.split()) >= _MIN_WORDS:
            alike[masked].append(fact)
    for facts in alike.values():
        values = {numbers_in(fact.statement) for fact in facts}
        if len(values) > 1:
            yield Finding(
                "contradiction",
                Severity.CRITICAL,
                str(facts[0].question_id),
                "The document contradicts itself: "
                + " — but — ".join(f"“{_short(f.statement)}” (page {f.page})" for f in facts[:3]),
                {"question_ids": [str(f.question_id) for f in facts], "values": sorted(map(list, values))},
            )


def undecided_duplicates(subject: Subject) -> Iterator[Finding]:
    if subject.undecided_pairs:
        yield Finding(
            "undecided_duplicates",
            Severity.CRITICAL,
            "document",
            f"{subject.undecided_pairs} pairs of look-alikes are undecided.",
            {"pairs": subject.undecided_pairs},
        )


def fact_density(subject: Subject) -> Iterator[Finding]:
    """Too few or too many facts for the text."""
    characters = len(subject.markdown.strip())
    if characters < 500:
        return
    density = len(subject.questions) / characters * 10_000
    least = subject.settings.validation_min_facts_per_10k_chars
    most = subject.settings.validation_max_facts_per_10k_chars
    if not least <= density <= most:
        few = density < least
        yield Finding(
            "too_few_facts" if few else "too_many_facts",
            Severity.WARNING,
            "document",
            f"{len(subject.questions)} facts from {characters:,} characters is {'little' if few else 'much'} for "
            f"such a text (usual: {least:g} to {most:g} in 10,000).",
            {"facts": len(subject.questions), "characters": characters, "per_10k": round(density, 2)},
        )


def _mask(measure: re.Match[str]) -> str:
    return _NUMBER.sub(_HOLE, measure[0])


def _short(text: str, length: int = 160) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
