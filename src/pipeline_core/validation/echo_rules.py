"""Rules against what a model says without having read it."""

from collections.abc import Iterator, Sequence
from functools import cache

from rapidfuzz import fuzz

from pipeline_core.domain.canaries import all_phrases, invented_name, names_missing_in
from pipeline_core.domain.facts import present, shown_quotes
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.staging import StagedQuestion
from pipeline_core.domain.text import normalise_for_match
from pipeline_core.validation.subject import Subject


def prompt_example_echoed(subject: Subject) -> Iterator[Finding]:
    """A fact that repeats a worked example of the prompt, word for word or nearly, and not from its own evidence; or
    that speaks of what is only in the examples."""
    least = subject.settings.validation_echo_similarity
    missing = names_missing_in(subject.markdown)
    for fact in subject.questions:
        name = invented_name(present(fact.question, fact.answer, fact.statement), missing)
        if name:
            yield Finding(
                "prompt_example_echoed",
                Severity.CRITICAL,
                f"This fact speaks of “{name}”, which is in the examples of the generator's prompt and not in the "
                f"document. Its evidence {subject.where(fact)} says: “{shown_quotes(fact.evidence, 160)}”",
                {"name": name},
                subject=str(fact.question_id),
            )
            continue
        echoed = echoed_example(present(fact.answer, fact.statement), fact.quote, least)
        if echoed:
            yield Finding(
                "prompt_example_echoed",
                Severity.CRITICAL,
                f"This fact repeats an example from the generator's prompt instead of the document: “{echoed}” "
                f"Its evidence {subject.where(fact)} says: “{shown_quotes(fact.evidence, 160)}”",
                {"example": echoed, "likeness": _likeness(fact, normalise_for_match(echoed)), "least": least},
                subject=str(fact.question_id),
            )


def echoed_example(texts: Sequence[str], quote: str, least: float) -> str | None:
    """The example whose words one of the texts has, at this likeness or more (0..1); None: there is none.

    A document that really says them (its quote does) is no echo.
    """
    score = least * 100
    for phrase, words in _phrases():
        if any(_alike(text, words, score) for text in texts) and not _alike(quote, words, score):
            return phrase
    return None


@cache
def _phrases() -> list[tuple[str, str]]:
    return [(phrase, normalise_for_match(phrase)) for phrase in all_phrases()]


def _likeness(fact: StagedQuestion, words: str) -> float:
    texts = map(normalise_for_match, present(fact.answer, fact.statement))
    return round(max(fuzz.partial_ratio(words, text) for text in texts) / 100, 4)


def _alike(text: str, words: str, least: float) -> bool:
    normal = normalise_for_match(text)
    # a shorter text could be any part of the example: "copper scrolls" alone proves nothing
    return len(normal) >= len(words) * 0.6 and fuzz.partial_ratio(words, normal, score_cutoff=least) > 0
