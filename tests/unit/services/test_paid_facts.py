"""Each chunk is paid for once: cached answers cost nothing, and a budget that ends stops what is left."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pipeline_core.domain.errors import BudgetExhaustedError, NoTextError, UnexpectedError
from pipeline_core.domain.facts import FactCandidate, Generated, Usage
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.services.paid_facts import PaidFactGenerator
from tests.support.fake_database import FakeDatabase
from tests.support.paid import paid_calls

COST = Usage(5, 1, 0.01)


class _Generator:
    """Answers each chunk with one fact; ``answer`` may say otherwise, or raise."""

    name, version, params, context_chars = "facts", "1", {"size": 1}, 0
    model, concurrency, deadline_s = "model-1", 1, 5.0

    def __init__(self, answer: Callable[[ChunkInput], Generated] | None = None) -> None:
        self.asked: list[str] = []
        self._answer = answer or self.fact_of

    def fact_of(self, chunk: ChunkInput) -> Generated:
        return Generated((FactCandidate(None, None, chunk.text, (chunk.text,)),), usage=COST)

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        self.asked += [chunk.text for chunk in chunks]
        return [self._answer(chunk) for chunk in chunks]

    def most(self, chunk: ChunkInput) -> Usage:
        return COST + COST

    def expected(self, chunk: ChunkInput, *, batch: bool = False) -> Usage:
        return COST


def _chunks(*texts: str) -> list[ChunkInput]:
    return [ChunkInput(text, ()) for text in texts]


def _paid(generator: _Generator, **answers: Any) -> tuple[PaidFactGenerator, FakeDatabase]:
    calls, database, _ = paid_calls({"caches.facts": {}, **answers})
    return PaidFactGenerator(generator, calls), database


def _said(answers: Sequence[Generated | Exception]) -> list[str]:
    return [answer.candidates[0].statement for answer in answers if isinstance(answer, Generated)]


def test_answers_come_in_order_without_usage_which_is_on_the_accounts() -> None:
    generator = _Generator()
    paid, database = _paid(generator)
    answers = paid.generate(_chunks("one", "two"))
    assert _said(answers) == ["one", "two"]
    assert {answer.usage for answer in answers if isinstance(answer, Generated)} == {Usage()}
    assert [given["usage"] for given in database.given("spending.settle")] == [COST, COST]
    assert [given["call"].most for given in database.given("spending.reserve")] == [COST + COST] * 2


def test_the_same_chunk_twice_is_asked_once() -> None:
    generator = _Generator()
    paid, _ = _paid(generator)
    assert _said(paid.generate(_chunks("one", "one"))) == ["one", "one"]
    assert generator.asked == ["one"]


def test_a_cached_answer_is_not_paid_again() -> None:
    generator = _Generator()
    cached = Generated((FactCandidate(None, None, "kept", ("kept",)),))
    paid, database = _paid(generator, **{"caches.facts": lambda keys, **_: dict.fromkeys(keys, cached)})
    assert _said(paid.generate(_chunks("one"))) == ["kept"]
    assert generator.asked == []
    assert "spending.reserve" not in database.names


def test_what_somebody_else_asks_for_is_waited_for() -> None:
    generator = _Generator()
    kept = Generated((FactCandidate(None, None, "theirs", ("theirs",)),))
    looks: list[object] = []

    def facts(keys: Sequence[str], **_: object) -> dict[str, Generated]:
        looks.append(keys)
        return {} if len(looks) == 1 else dict.fromkeys(keys, kept)

    paid, _ = _paid(generator, **{"spending.claim": set(), "caches.facts": facts})
    assert _said(paid.generate(_chunks("one"))) == ["theirs"]
    assert generator.asked == []


def test_one_chunk_that_fails_harms_no_other() -> None:
    def answer(chunk: ChunkInput) -> Generated:
        if chunk.text == "bad":
            raise NoTextError("nothing to read")
        return _Generator().fact_of(chunk)

    paid, database = _paid(_Generator(answer))
    first, second = paid.generate(_chunks("bad", "good"))
    assert isinstance(first, NoTextError)
    assert isinstance(second, Generated)
    assert [given["outcome"] for given in database.given("spending.settle")] == ["no_text", second.outcome.value]


@pytest.mark.parametrize(
    "fails",
    [lambda _chunk: Generated((1 // 0,)), lambda _chunk: ZeroDivisionError("division by zero")],
    ids=["raised", "returned"],
)
def test_a_defect_may_have_been_charged(fails: Callable[[ChunkInput], Generated]) -> None:
    paid, database = _paid(_Generator(fails))
    [answer] = paid.generate(_chunks("one"))
    assert isinstance(answer, UnexpectedError)
    assert answer.message.startswith("ZeroDivisionError")
    assert len(database.given("spending.abandon")) == 1


def test_once_a_budget_ends_nothing_more_is_begun() -> None:
    generator = _Generator()
    paid, database = _paid(generator, **{"spending.reserve": BudgetExhaustedError("spent")})
    answers = paid.generate(_chunks("one", "two", "three"))
    assert [type(answer) for answer in answers] == [BudgetExhaustedError] * 3
    assert len(database.given("spending.reserve")) == 1
    assert generator.asked == []


class _Batched:
    least = 2

    def __init__(self, error: Exception | None = None) -> None:
        self.handed_in: list[list[str]] = []
        self._error = error

    def __call__(self, todo: dict[str, ChunkInput], _payer: object) -> None:
        self.handed_in.append([chunk.text for chunk in todo.values()])
        if self._error:
            raise self._error


def test_a_batch_comes_before_single_calls_and_its_error_is_every_chunks() -> None:
    generator, error = _Generator(), BudgetExhaustedError("spent")
    calls, _, _ = paid_calls({"caches.facts": {}})
    batched = _Batched(error)
    paid = PaidFactGenerator(generator, calls, batched)  # type: ignore[arg-type]
    assert paid.generate(_chunks("one", "two")) == [error, error]
    assert (batched.handed_in, generator.asked) == ([["one", "two"]], [])


@pytest.mark.parametrize(("chunks", "goes"), [(1, False), (2, True)])
def test_only_so_many_chunks_go_in_a_batch(chunks: int, goes: bool) -> None:
    calls, _, _ = paid_calls()
    assert PaidFactGenerator(_Generator(), calls, _Batched()).goes_in_batches(chunks) is goes  # type: ignore[arg-type]
    assert not PaidFactGenerator(_Generator(), calls).goes_in_batches(chunks)
