"""A page that says what it shows gets all that differs from it, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.api.console.desk import Group
from pipeline_core.api.console.held_list import HeldList
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.rows.desk import ListedFact
from tests.support.rows import row_of

_GIVEN = {"status": QuestionStatus.PENDING, "undecided": 0, "settles": 1, "confidence": 0.6}
FACTS = [row_of(ListedFact, question_id=QuestionId(uuid4()), version=1, **_GIVEN) for _ in range(100)]


def held(facts: Sequence[ListedFact], *, around: object = 0) -> HeldList:
    return HeldList.of([Group("First", facts[:70]), Group("Second", facts[70:])], set(), around)


def changed(facts: Sequence[ListedFact], at: int) -> list[ListedFact]:
    return [replace(fact, version=fact.version + 1) if n == at else fact for n, fact in enumerate(facts)]


@given(st.sets(st.integers(0, 99), max_size=5))
def test_the_blocks_of_what_has_changed_are_new_and_no_others(places: set[int]) -> None:
    now = list(FACTS)
    for at in places:
        now = changed(now, at)
    blocks = held(now).new_to(held(FACTS).marks)
    assert blocks is not None
    brought = {fact.question_id for block in blocks for fact in block.facts}
    assert {FACTS[at].question_id for at in places} <= brought
    assert len(blocks) <= len(places)


def test_facts_that_come_or_go_or_change_places_bring_the_whole_list() -> None:
    had = held(FACTS).marks
    assert held(FACTS[1:]).new_to(had) is None
    assert held([FACTS[1], FACTS[0], *FACTS[2:]]).new_to(had) is None
    assert HeldList.of([Group("Other", FACTS[:70]), Group("Second", FACTS[70:])], set(), 0).new_to(had) is None
    assert held(FACTS).new_to("") is None
    assert held(FACTS).new_to("no marks of a list") is None


def test_what_stands_around_the_list_has_a_mark_of_its_own() -> None:
    one, other = held(FACTS), held(FACTS, around="one more is decided")
    assert one.marks != other.marks
    assert other.new_to(one.marks) == []


def test_a_row_is_new_when_somebody_else_looks_at_it() -> None:
    groups = [Group("First", FACTS[:4])]
    looked_at = HeldList.of(groups, {FACTS[0].question_id}, 0)
    assert looked_at.new_to(HeldList.of(groups, set(), 0).marks) == [looked_at.groups[0][1][0]]


def test_a_block_names_the_height_it_may_have() -> None:
    sizes = [block.size for _, blocks in held(FACTS).groups for block in blocks]
    assert sizes == [32, 32, 8, 32]
