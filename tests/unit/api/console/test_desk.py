"""The list of a review: counts that add up, and an order in which no row moves."""

from dataclasses import replace
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.api.console.desk import Order, Show, grouped, ledger_of, listed, next_open
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.rows.desk import ListedFact
from tests.support.rows import row_of

_STATUSES = list(QuestionStatus)


def fact(status: QuestionStatus = QuestionStatus.PENDING, **more: object) -> ListedFact:
    given = {"confidence": 0.6, "is_open": status is QuestionStatus.PENDING, "is_reviewed": False, "settles": 1}
    none = {"pairs": 0, "undecided": 0}
    row = row_of(ListedFact, question_id=QuestionId(uuid4()), status=status, **(given | none | more))
    # nobody is asked about what is rejected, left out or published
    return replace(row, is_open=row.is_open and status in (QuestionStatus.PENDING, QuestionStatus.APPROVED))


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(_STATUSES),
        confidence=st.one_of(st.none(), st.floats(0, 1)),
        is_open=st.booleans(),
        is_reviewed=st.booleans(),
    ),
    max_size=12,
)


@given(FACTS)
def test_every_fact_is_counted_once(facts: list[ListedFact]) -> None:
    ledger = ledger_of(facts)
    assert ledger.total == len(facts)
    assert ledger.new == sum(map(len, (listed(facts, show, Order.PAGE, None) for show in _NEW)))


_NEW = (Show.APPROVED, Show.REJECTED, Show.TO_DECIDE, Show.CERTAIN)


@given(FACTS)
def test_a_decision_moves_no_row(facts: list[ListedFact]) -> None:
    before = [one.question_id for one in listed(facts, Show.NEW, Order.UNSURE, None)]
    decided = [
        replace(one, status=QuestionStatus.APPROVED, is_reviewed=True, is_open=False)
        if one.status is QuestionStatus.PENDING
        else one
        for one in facts
    ]
    assert [one.question_id for one in listed(decided, Show.NEW, Order.UNSURE, None)] == before


def test_a_decision_is_worth_most_where_one_key_decides_two_and_where_nobody_is_sure() -> None:
    pair, unsure, repeated, sure = (
        fact(confidence=0.99, pairs=1), fact(confidence=0.52), fact(confidence=0.65, settles=4), fact(confidence=0.95),
    )  # fmt: skip
    assert listed([sure, unsure, repeated, pair], Show.NEW, Order.UNSURE, None) == [pair, repeated, unsure, sure]


def test_the_next_one_is_looked_for_around_the_end() -> None:
    first, second, third = fact(), fact(QuestionStatus.REJECTED), fact(QuestionStatus.APPROVED)
    assert next_open([first, second, third], third.question_id) == first
    assert next_open([second, third], None) is None
    assert next_open([first], UUID(int=1)) == first


def test_no_group_of_the_list_is_called_as_a_count_is() -> None:
    """Whether anybody is asked about a fact, and how certain it seems, are two things."""
    titles = {
        group.title.lower() for n in range(11) for group in grouped([fact(confidence=n / 10)], Order.UNSURE, None)
    }
    assert len(titles) == 4
    assert not titles & {"approved", "rejected", "to decide", "certain", "left out"}
