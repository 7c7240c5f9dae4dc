"""The words of a fact before it was edited: the first of the edits that stand says them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pipeline_core.domain.earlier_words import earlier_words
from pipeline_core.domain.review import PastDecision

Side = Mapping[str, str | None]


def edit(before: Side, after: Side, code: str = "fact_edited") -> PastDecision:
    return PastDecision(datetime(2026, 1, 1, tzinfo=UTC), code, {"by": "ann", "before": before, "after": after})


A, B, C = ({"question": "Q?", "answer": text, "statement": None} for text in ("a", "b", "c"))
TO_B, TO_C = edit({"answer": "a"}, {"answer": "b"}), edit({"answer": "b"}, {"answer": "c"})
OF_BANK = edit({"status": "approved", "answer": "a"}, {"status": "pending", "answer": "b"}, "question_edited")
UNDONE = PastDecision(datetime(2026, 1, 1, tzinfo=UTC), "fact_undone", {"by": "ann"})


@pytest.mark.parametrize(
    ("done", "now", "before", "edits"),
    [
        ([TO_B], B, A, [TO_B]),
        ([TO_B, TO_C], C, A, [TO_B, TO_C]),
        ([TO_B, TO_C, UNDONE], B, A, [TO_B]),
        ([TO_B, UNDONE, TO_B], B, A, [TO_B]),
        ([OF_BANK], B, A, [OF_BANK]),
    ],
    ids=["once", "twice", "the second was taken back", "taken back and made again", "a question of a bank"],
)
def test_words_before_the_edits_that_stand(
    done: list[PastDecision], now: Side, before: Side, edits: list[PastDecision]
) -> None:
    found = earlier_words(done, now)
    assert found
    assert found.words == before
    assert list(found.edits) == edits


@pytest.mark.parametrize("done", [[], [TO_B, UNDONE], [edit({"topic": "x"}, {"topic": "y"})]])
def test_nothing_where_no_edit_of_the_words_stands(done: list[PastDecision]) -> None:
    assert earlier_words(done, A) is None
