"""Chains and circles of replacements end with one that stands."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.replacements import successors

A, B, C = (QuestionId(UUID(int=n)) for n in (1, 2, 3))
_IDS = st.integers(1, 6).map(lambda n: QuestionId(UUID(int=n)))
_PAIRS = st.lists(st.tuples(_IDS, _IDS).filter(lambda pair: pair[0] != pair[1]))


def test_the_last_of_a_chain_stands_for_all() -> None:
    assert successors([(A, B), (B, C)]) == {A: C, B: C}


def test_of_two_successors_the_later_decision_counts() -> None:
    assert successors([(A, B), (A, C)]) == {A: B}


def test_of_a_circle_the_later_decision_counts() -> None:
    assert successors([(A, B), (B, A)]) == {A: B}


@given(_PAIRS)
def test_somebody_always_stands_and_only_the_decided_go(pairs: list[tuple[QuestionId, QuestionId]]) -> None:
    found = successors(pairs)
    assert found.keys() <= {old for old, _ in pairs}
    assert found.keys().isdisjoint(found.values())
    assert bool(found) is bool(pairs)
