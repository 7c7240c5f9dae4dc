"""Each text is paid for once, and a request that fails costs only its own part."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from pipeline_core.domain.errors import (
    BudgetExhaustedError,
    NoTextError,
    PipelineError,
    RateLimitedError,
    ServiceRefusedError,
    UnexpectedError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import text_sha256
from pipeline_core.domain.vectors import Vectors
from pipeline_core.services.paid_vectors import PaidEmbedder
from tests.support.fake_database import FakeDatabase
from tests.support.paid import paid_calls

COST = Usage(5, 0, 0.01)
Answer = Callable[[str], Vectors | PipelineError]


def _vector(text: str) -> Vectors:
    return np.array([len(text), 1], dtype=np.float32)


class _Embedder:
    """Two texts a request; ``answer`` says what each text comes to."""

    model, version, dims, concurrency, deadline_s = "model-1", "1", 2, 1, 5.0

    def __init__(self, answer: Answer = _vector, error: Exception | None = None) -> None:
        self.requests: list[list[str]] = []
        self._answer, self._error = answer, error

    def split(self, texts: Sequence[str]) -> list[Sequence[str]]:
        return [texts[start : start + 2] for start in range(0, len(texts), 2)]

    def most(self, texts: Sequence[str]) -> Usage:
        return Usage(len(texts))

    def request(self, texts: Sequence[str]) -> tuple[list[Vectors | PipelineError], Usage]:
        self.requests.append(list(texts))
        if self._error:
            raise self._error
        return [self._answer(text) for text in texts], COST


def _paid(embedder: _Embedder, **answers: Any) -> tuple[PaidEmbedder, FakeDatabase]:
    calls, database, _ = paid_calls({"caches.vectors": {}, **answers})
    return PaidEmbedder(embedder, calls), database  # type: ignore[arg-type]


def test_vectors_come_in_order_without_usage_which_is_on_the_accounts() -> None:
    embedder = _Embedder()
    paid, database = _paid(embedder)
    embedded = paid.embed(["a", "bbb", "cc", "a"])
    assert embedded.vectors.tolist() == [[1, 1], [3, 1], [2, 1], [1, 1]]
    assert embedded.usage == Usage()
    # equal texts are asked for once
    assert embedder.requests == [["a", "bbb"], ["cc"]]
    assert [given["usage"] for given in database.given("spending.settle")] == [COST, COST]
    assert [given["call"].most for given in database.given("spending.reserve")] == [Usage(2), Usage(1)]


def test_cached_vectors_are_not_asked_for() -> None:
    embedder = _Embedder()
    cached = {text_sha256("a"): _vector("a")}
    paid, _ = _paid(embedder, **{"caches.vectors": lambda keys, **_: {k: v for k, v in cached.items() if k in keys}})
    assert paid.embed(["a", "bb"]).vectors.tolist() == [[1, 1], [2, 1]]
    assert embedder.requests == [["bb"]]


def test_no_text_needs_no_request() -> None:
    embedder = _Embedder()
    paid, _ = _paid(embedder)
    assert paid.embed([]).vectors.shape == (0, 2)
    assert embedder.requests == []


def test_a_text_that_is_refused_keeps_the_others_of_its_request() -> None:
    paid, database = _paid(_Embedder(lambda text: NoTextError("no") if text == "bad" else _vector(text)))
    with pytest.raises(NoTextError):
        paid.embed(["good", "bad"])
    [kept] = database.given("caches.put_vectors")
    assert list(kept["rows"]) == [text_sha256("good")]
    assert database.given("spending.settle")[0]["outcome"] == "partial"


def test_a_request_that_fails_gives_its_keys_back() -> None:
    paid, database = _paid(_Embedder(error=RateLimitedError()))
    with pytest.raises(RateLimitedError):
        paid.embed(["a"])
    assert database.given("spending.release")[-1]["keys"] == ("model-1\x1f1\x1f" + text_sha256("a"),)
    assert database.given("spending.settle")[0]["outcome"] == "rate_limited"


def test_a_defect_may_have_been_charged() -> None:
    paid, database = _paid(_Embedder(error=ZeroDivisionError("defect")))
    with pytest.raises(UnexpectedError, match="ZeroDivisionError: defect"):
        paid.embed(["a"])
    assert len(database.given("spending.abandon")) == 1


@pytest.mark.parametrize(
    ("errors", "gravest"),
    [
        ([NoTextError(), RateLimitedError()], RateLimitedError),
        ([RateLimitedError(), BudgetExhaustedError()], BudgetExhaustedError),
        ([BudgetExhaustedError(), ServiceRefusedError()], ServiceRefusedError),
    ],
)
def test_of_several_errors_the_gravest_is_raised(errors: list[PipelineError], gravest: type[PipelineError]) -> None:
    of_text = dict(zip(("a", "bb"), errors, strict=True))
    paid, _ = _paid(_Embedder(of_text.__getitem__))
    with pytest.raises(gravest):
        paid.embed(["a", "bb"])


def test_what_somebody_else_asks_for_is_waited_for() -> None:
    embedder = _Embedder()
    looks: list[object] = []

    def vectors(keys: Sequence[str], **_: object) -> dict[str, Vectors]:
        looks.append(keys)
        return {} if len(looks) == 1 else {key: np.array([7, 7], dtype=np.float32) for key in keys}

    paid, database = _paid(embedder, **{"spending.claim": set(), "caches.vectors": vectors})
    assert paid.embed(["a"]).vectors.tolist() == [[7, 7]]
    assert embedder.requests == []
    assert "spending.reserve" not in database.names


def test_a_claimed_text_that_is_there_by_now_is_given_back() -> None:
    embedder = _Embedder()
    looks: list[object] = []

    def vectors(keys: Sequence[str], **_: object) -> dict[str, Vectors]:
        looks.append(keys)
        there = {text_sha256("a"): _vector("a")} if len(looks) > 1 else {}
        return {key: there[key] for key in keys if key in there}

    paid, database = _paid(embedder, **{"caches.vectors": vectors})
    assert paid.embed(["a", "bb"]).vectors.tolist() == [[1, 1], [2, 1]]
    assert embedder.requests == [["bb"]]
    assert database.given("spending.release")[0]["keys"] == ["model-1\x1f1\x1f" + text_sha256("a")]
