"""Undoing gives back exactly what was there before, and the undo of an undo what was there between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.changes import ChangedRow, Kind, in_the_way, of_subject, to_restore

HERE, ELSEWHERE = uuid4(), uuid4()
FACTS = [UUID(int=n) for n in range(4)]
"""The last one is of another document."""
Rows = dict[str, dict[str, Any]]


@dataclass
class Review:
    """Facts of which each may be left out for another; what a decision changes besides follows of it."""

    rows: Rows = field(
        default_factory=lambda: {str(one): {"status": "pending", "words": "", "duplicate_of": None} for one in FACTS}
    )
    changes: list[tuple[set[UUID], Rows, Rows]] = field(default_factory=list)

    def copy(self) -> Rows:
        return {key: dict(row) for key, row in self.rows.items()}

    def act(self, subjects: set[UUID], column: str, value: str) -> None:
        before = self.copy()
        for one in subjects:
            self.rows[str(one)][column] = value
            for other, row in self.rows.items():
                if column == "status" and UUID(other) not in subjects:
                    gone = row["duplicate_of"] == str(one) and value == "rejected"
                    left_out = row["status"] == "pending" and value == "approved" and int(one) + 1 == UUID(other).int
                    if gone or left_out:
                        row.update(status="pending" if gone else "duplicate", duplicate_of=None if gone else str(one))
        self.changes.append((subjects, before, self.copy()))

    def last(self, subject: UUID) -> tuple[set[UUID], list[ChangedRow]] | None:
        for subjects, before, after in reversed(self.changes):
            if subject in subjects:
                return subjects, [self.row(key, before, after) for key in before if before[key] != after[key]]
        return None

    def row(self, key: str, before: Rows, after: Rows) -> ChangedRow:
        names = [image[key]["duplicate_of"] for image in (before, after) if image[key]["duplicate_of"]]
        scope_id = ELSEWHERE if key == str(FACTS[-1]) else HERE
        return ChangedRow(Kind.FACT, key, before[key], after[key], self.rows[key], scope_id, True, names)

    def undo(self, subject: UUID) -> bool:
        """Undo the last change of this fact; whether nothing was in the way."""
        found = self.last(subject)
        assert found is not None
        rows = of_subject(found[1], subject, list(found[0]))
        if in_the_way(rows, HERE):
            return False
        before = self.copy()
        for row in to_restore(rows, HERE):
            assert row.before is not None
            self.rows[row.row_key] = dict(row.before)
        self.changes.append(({subject}, before, self.copy()))
        return True


ACTS = st.tuples(
    st.sets(st.sampled_from(FACTS[:3]), min_size=1, max_size=2),
    st.one_of(
        st.tuples(st.just("status"), st.sampled_from(["approved", "rejected", "pending"])),
        st.tuples(st.just("words"), st.text("ab", min_size=1, max_size=2)),
    ),
)


@given(st.lists(ACTS, max_size=6), ACTS, st.lists(st.sampled_from(FACTS[:3]), max_size=3))
def test_an_undo_gives_back_exactly_what_was_there(
    history: list[tuple[set[UUID], tuple[str, str]]],
    last: tuple[set[UUID], tuple[str, str]],
    undone: list[UUID],
) -> None:
    review = Review()
    for subjects, (column, value) in history:
        review.act(subjects, column, value)
    for subject in undone:
        if review.last(subject):
            review.undo(subject)
    before = review.copy()
    review.act(last[0], *last[1])
    after = review.copy()
    for subject in last[0]:
        assert review.undo(subject)
    assert review.rows == before
    for subject in last[0]:
        assert review.undo(subject)
    assert review.rows == after


def fact(key: int, *, scope_id: UUID = HERE, is_open: bool = True, now: str = "approved", **more: Any) -> ChangedRow:
    images: list[Mapping[str, Any]] = [
        {"status": status, "duplicate_of": None, "version": n} for n, status in enumerate(("pending", "approved", now))
    ]
    return ChangedRow(Kind.FACT, str(UUID(int=key)), *images, scope_id, is_open, **more)


@pytest.mark.parametrize(
    ("row", "goes_back", "is_in_the_way"),
    [
        pytest.param(fact(1), True, False, id="as it was left, but for its count of versions"),
        pytest.param(fact(1, now="rejected"), True, True, id="decided since"),
        pytest.param(fact(1, scope_id=ELSEWHERE), True, False, id="of another that waits"),
        pytest.param(fact(1, scope_id=ELSEWHERE, is_open=False), False, False, id="of another that went on"),
        pytest.param(fact(1, scope_id=ELSEWHERE, now="rejected"), False, False, id="of another, decided since"),
    ],
)
def test_what_goes_back(row: ChangedRow, goes_back: bool, is_in_the_way: bool) -> None:
    assert (to_restore([row], HERE) == [row], in_the_way([row], HERE) == [row]) == (goes_back, is_in_the_way)


def test_of_several_that_were_decided_at_once_one_goes_back_with_what_hangs_on_it() -> None:
    texts = "a b"
    pair = ChangedRow(Kind.PAIR, "p", {}, {}, {}, HERE, True, [str(UUID(int=1)), str(UUID(int=9)), texts])
    rows = [
        fact(1), fact(2), fact(3, names=[str(UUID(int=1))]), fact(4, names=[str(UUID(int=2))]), pair,
        ChangedRow(Kind.REMEMBERED, texts, None, {}, {}, None, True),
        ChangedRow(Kind.REMEMBERED, "a c", None, {}, {}, None, True),
    ]  # fmt: skip
    found = of_subject(rows, UUID(int=1), [UUID(int=1), UUID(int=2)])
    assert [row.row_key for row in found] == [str(UUID(int=1)), str(UUID(int=3)), "p", texts]
    assert of_subject(rows, UUID(int=1), [UUID(int=1)]) == rows
