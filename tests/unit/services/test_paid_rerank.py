"""A search's price is set aside before the reranker is asked, and settled whatever it says."""

from collections.abc import Sequence

import pytest

from pipeline_core.domain.errors import BudgetExhaustedError, PipelineError, RateLimitedError
from pipeline_core.domain.facts import Usage
from pipeline_core.services.paid_rerank import PaidReranker
from tests.support.fake_database import FakeDatabase
from tests.support.paid import CALL, paid_calls


class _Reranker:
    model = "rerank-1"

    def __init__(self, database: FakeDatabase, error: PipelineError | None = None) -> None:
        self._database, self._error = database, error
        self.asked: list[str] = []

    def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        assert not self._database.is_open
        self.asked.append(question)
        if self._error:
            raise self._error
        return [1.0 / (n + 1) for n, _ in enumerate(texts)]


def _paid(error: PipelineError | None = None, **answers: object) -> tuple[PaidReranker, _Reranker, FakeDatabase]:
    calls, database, _ = paid_calls(answers)
    inner = _Reranker(database, error)
    return PaidReranker(inner, calls, usd=0.002, deadline_s=10.0), inner, database


def test_a_search_is_paid_for_once_it_is_answered() -> None:
    paid, _, database = _paid()
    assert paid.rerank("Why?", ["a", "b"]) == [1.0, 0.5]
    assert database.names == [
        "spending.is_orphaned", "spending.claim", "spending.reserve", "commit",
        "spending.release", "spending.settle", "commit",
    ]  # fmt: skip
    call = database.given("spending.reserve")[0]["call"]
    assert (call.service, call.model, call.items, call.most) == ("rerank", "rerank-1", 2, Usage(0, 0, 0.002))
    [settled] = database.given("spending.settle")
    assert (settled["call_id"], settled["usage"], settled["outcome"]) == (CALL, Usage(0, 0, 0.002), "answered")


def test_the_same_question_is_asked_again_under_another_key() -> None:
    paid, inner, database = _paid()
    paid.rerank("Why?", ["a"])
    paid.rerank("Why?", ["a"])
    first, second = (given["keys"] for given in database.given("spending.claim"))
    assert first != second
    assert len(inner.asked) == 2


def test_a_failure_costs_nothing_and_is_raised() -> None:
    paid, _, database = _paid(RateLimitedError())
    with pytest.raises(RateLimitedError):
        paid.rerank("Why?", ["a"])
    [settled] = database.given("spending.settle")
    assert (settled["usage"], settled["outcome"]) == (Usage(), "rate_limited")


def test_without_the_money_nothing_is_asked() -> None:
    paid, inner, database = _paid(**{"spending.reserve": BudgetExhaustedError()})
    with pytest.raises(BudgetExhaustedError):
        paid.rerank("Why?", ["a"])
    assert inner.asked == []
    assert "commit" not in database.names
