"""The items of one list have one confidence: half a list of exclusions would mislead."""

from uuid import UUID

from pipeline_core.domain.confidence_model import Confidence
from pipeline_core.domain.facts import Evidence, Fact, MatchKind
from pipeline_core.domain.ids import QuestionId
from pipeline_core.stages.weigh import together


def fact(value: float, *starts: int, **traits: float) -> Fact:
    evidence = tuple(Evidence("quote", start, start + 5, match=MatchKind.EXACT) for start in starts)
    return Fact(
        QuestionId(UUID(int=sum(starts))), None, None, "said", evidence, traits=traits, confidence=Confidence(value)
    )


def values(*facts: Fact) -> list[float]:
    return [one.confidence.value for one in together(facts) if one.confidence]


def test_items_below_one_lead_in_share_their_confidence() -> None:
    first, second = fact(0.4, 0, 10, item=1.0, lead_in=1.0), fact(0.6, 0, 20, item=1.0, lead_in=1.0)
    assert values(first, second) == [0.5, 0.5]


def test_items_of_other_lists_and_sentences_keep_theirs() -> None:
    item, other = fact(0.4, 0, 10, item=1.0, lead_in=1.0), fact(0.8, 30, 40, item=1.0, lead_in=1.0)
    alone, prose = fact(0.2, 0, 50, item=1.0, lead_in=0.0), fact(0.9, 0, prose=1.0)
    assert values(item, other, alone, prose) == [0.4, 0.8, 0.2, 0.9]
