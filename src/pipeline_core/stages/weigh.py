"""Every fact is weighed by traits of its generator and of the stage. What is asked all over is not asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import fmean

from pipeline_core.domain.confidence_model import confidence_of
from pipeline_core.domain.facts import ChunkResult, Fact, MatchKind, joined_quotes
from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.policy import Policy
from pipeline_core.domain.statement_traits import statement_traits
from pipeline_core.domain.variety import questions_to_drop

_IN_LIST = ("lead_in", "item")
Doubt = Callable[[int, int], float | None]
"""The share of the words on the pages of a range of characters that OCR doubted; None where it read none of them."""


def weighed(fact: Fact, policy: Policy, place: Mapping[str, float], *, doubt: Doubt) -> Fact:
    """The fact with its confidence, under the policy of its document; ``place`` are the traits of where it stands."""
    traits = {
        **statement_traits(fact.statement, joined_quotes(fact.own), fact.traits),
        **place,
        "asked": float(fact.question is not None),
        "found_aligned": float(fact.match is MatchKind.ALIGNED),
        "scattered": float(bool(fact.scattered)),
    }
    if not traits["prose"]:
        # of running text the beginning explains the rest; lists and tables have lead-ins and headers for it
        for name in ("position", "below_heading"):
            traits.pop(name, None)
    doubts = [share for span in fact.evidence if (share := doubt(span.char_from, span.char_to)) is not None]
    if doubts:
        traits["ocr_doubt"] = max(doubts)
    return replace(fact, traits=traits, confidence=confidence_of(traits), policy=policy)


def together(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of one chunk, those of one list with the confidence that they have on average.

    Of a list of exclusions half would mislead more than none: what is not in it seems to be insured.
    """
    found: list[Fact] = []
    for lead, run in groupby(facts, _lead_of):
        items = list(run)
        known = [fact.confidence.value for fact in items if fact.confidence]
        shared = round(fmean(known), 3) if lead and len(known) > 1 else None
        found += [
            replace(fact, confidence=replace(fact.confidence, value=shared))
            if fact.confidence and shared is not None
            else fact
            for fact in items
        ]
    return tuple(found)


def _lead_of(fact: Fact) -> tuple[int, int] | None:
    """Returns the position of the lead-in that it shares with the other items of its list."""
    if not all(fact.traits.get(name) for name in _IN_LIST) or len(fact.own) < 2:
        return None
    return fact.own[0].char_from, fact.own[0].char_to


def varied(results: Mapping[ChunkId, ChunkResult]) -> dict[ChunkId, ChunkResult]:
    """The results with fewer questions. Their ids stay: an edit elsewhere in the document must make no other facts."""
    facts = (fact for result in results.values() for fact in result.facts if fact.left_out is None)
    asked = [(fact.question_id, fact.question) for fact in facts if fact.question is not None]
    dropped = {asked[at][0] for at in questions_to_drop([question for _, question in asked])}

    def without(fact: Fact) -> Fact:
        return replace(fact, question=None, answer=None) if fact.question_id in dropped else fact

    return {chunk_id: replace(result, facts=tuple(map(without, result.facts))) for chunk_id, result in results.items()}
