"""Batches of chunks: written down before they are sent, collected later, and never handed in twice."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.errors import BudgetExhaustedError, ParkedError, PipelineError, RateLimitedError
from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.domain.spending import PaidBatch, Payer
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.paid import BatchResult
from pipeline_core.services.batched_facts import BatchedFacts
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM
from tests.support.paid import CALL, RUN_ID, paid_calls

BATCH = UUID(int=0xBA7C)
TODO = {"a": ChunkInput("one", ()), "b": ChunkInput("two", ())}
OPEN = PaidBatch(BATCH, CALL, ("a", "b"), age_s=10.0)
RUNNING = PaidBatch(BATCH, CALL, ("a", "b"), provider_id="theirs", age_s=10.0)
A_DAY = 27 * 3600.0
ANSWERS = {"a": Generated((), usage=Usage(1, 1, 0.25)), "b": Generated((), usage=Usage(2, 2, 0.5))}


class _Batches:
    """A service at which a batch may be there already, and has the result that a test says."""

    def __init__(self, result: BatchResult, known: str | None = None, error: PipelineError | None = None) -> None:
        self._result, self._known, self._error = result, known, error
        self.submitted: list[list[str]] = []
        self.deleted: list[str] = []

    def most(self, chunk: ChunkInput) -> Usage:
        return Usage(len(chunk.text))

    def find(self, batch_id: UUID) -> str | None:
        return self._known

    def submit(self, batch_id: UUID, chunks: Mapping[str, ChunkInput]) -> str:
        if self._error:
            raise self._error
        self.submitted.append(sorted(chunks))
        return "theirs"

    def fetch(self, provider_id: str) -> BatchResult:
        assert provider_id == (self._known or "theirs")
        return self._result

    def delete_file(self, file_id: str) -> None:
        self.deleted.append(file_id)
        raise RateLimitedError("the file stays")


def _facts(batches: _Batches, **answers: Any) -> tuple[BatchedFacts, FakeDatabase]:
    calls, database, _ = paid_calls(
        {
            "spending.open_batches": [],
            "spending.take_batch": True,
            "spending.submit_batch": True,
            "spending.end_batch": True,
            "caches.facts": {},
            **answers,
        }
    )
    return BatchedFacts(batches, calls, "generator", "model", least=2, poll_s=60.0), database


NOT_ENDED, ENDED = BatchResult(ended=False), BatchResult(ended=True, answers=ANSWERS, files=("in", "out"))


def test_a_new_batch_is_written_down_before_it_is_handed_in_and_then_left_alone() -> None:
    batches = _Batches(NOT_ENDED)
    facts, database = _facts(batches)
    with pytest.raises(ParkedError, match="A batch of 2 chunks is under way") as parked:
        facts(TODO, Payer(REALM))
    assert parked.value.until is not None
    assert batches.submitted == [["a", "b"]]
    names = database.names
    assert names.index("spending.reserve") < names.index("spending.open_batch") < names.index("commit")
    assert names.index("commit") < names.index("spending.take_batch") < names.index("spending.submit_batch")
    call = database.given("spending.reserve")[0]["call"]
    assert (call.items, call.most) == (2, Usage(6))


def test_too_few_chunks_are_asked_one_by_one() -> None:
    batches = _Batches(NOT_ENDED)
    facts, database = _facts(batches, **{"caches.facts": {"a": ANSWERS["a"]}})
    facts(TODO, Payer(REALM))
    assert batches.submitted == []
    assert "spending.claim" not in database.names


def test_chunks_that_others_have_claimed_are_not_handed_in() -> None:
    batches = _Batches(NOT_ENDED)
    facts, database = _facts(batches, **{"spending.claim": {"a"}})
    facts(TODO, Payer(REALM))
    assert batches.submitted == []
    assert "commit" not in database.names


def test_what_a_budget_does_not_cover_is_not_handed_in() -> None:
    batches = _Batches(NOT_ENDED)
    facts, database = _facts(batches, **{"spending.reserve": BudgetExhaustedError()})
    with pytest.raises(BudgetExhaustedError):
        facts(TODO, Payer(REALM))
    assert (batches.submitted, "commit" in database.names) == ([], False)


def test_answers_are_kept_and_paid_for_together_and_a_file_that_stays_is_no_failure() -> None:
    batches = _Batches(ENDED)
    facts, database = _facts(batches, **{"spending.open_batches": [RUNNING], "caches.facts": ANSWERS})
    facts(TODO, Payer(REALM))
    assert database.given("caches.put_facts") == [{"generator": "generator", "rows": ANSWERS, "run_id": RUN_ID}]
    assert database.given("spending.settle") == [{"call_id": CALL, "usage": Usage(3, 3, 0.75), "outcome": "batch"}]
    assert batches.deleted == ["in", "out"]
    assert batches.submitted == []


def test_a_batch_that_somebody_else_has_collected_is_not_paid_again() -> None:
    facts, database = _facts(_Batches(ENDED), **{"spending.open_batches": [RUNNING], "spending.end_batch": False,
                                                "caches.facts": ANSWERS})  # fmt: skip
    facts(TODO, Payer(REALM))
    assert "spending.settle" not in database.names


def test_the_error_of_a_batch_is_raised_once_its_answers_are_kept() -> None:
    result = BatchResult(ended=True, answers=ANSWERS, error=RateLimitedError("half of it"))
    facts, database = _facts(_Batches(result), **{"spending.open_batches": [RUNNING]})
    with pytest.raises(RateLimitedError, match="half of it"):
        facts(TODO, Payer(REALM))
    assert "caches.put_facts" in database.names


def test_a_batch_of_a_dead_worker_is_found_by_its_id_and_not_handed_in_again() -> None:
    batches = _Batches(NOT_ENDED, known="found")
    facts, database = _facts(batches, **{"spending.open_batches": [OPEN]})
    with pytest.raises(ParkedError):
        facts(TODO, Payer(REALM))
    assert batches.submitted == []
    assert database.given("spending.submit_batch")[0]["provider_id"] == "found"


def test_a_batch_that_never_arrived_is_handed_in_by_the_document_that_has_its_texts() -> None:
    batches = _Batches(NOT_ENDED)
    facts, _ = _facts(batches, **{"spending.open_batches": [OPEN]})
    with pytest.raises(ParkedError):
        facts(TODO, Payer(REALM))
    assert batches.submitted == [["a", "b"]]


@pytest.mark.parametrize("answers", [{"spending.take_batch": False}, {}])
def test_a_batch_of_others_is_left_to_them(answers: dict[str, Any]) -> None:
    batches = _Batches(NOT_ENDED)
    others = PaidBatch(BATCH, CALL, ("a", "x"), age_s=10.0)
    facts, _ = _facts(batches, **{"spending.open_batches": [others], **answers})
    with pytest.raises(ParkedError):
        facts(TODO, Payer(REALM))
    assert batches.submitted == []


def test_a_batch_that_could_not_be_handed_in_is_given_back() -> None:
    facts, database = _facts(_Batches(NOT_ENDED, error=RateLimitedError()), **{"spending.open_batches": [OPEN]})
    with pytest.raises(RateLimitedError):
        facts(TODO, Payer(REALM))
    assert database.given("spending.drop_batch") == [{"batch_id": BATCH, "worker": "worker-1"}]
    assert database.names[-1] == "commit"


@pytest.mark.parametrize(
    ("batch", "result"),
    [
        (PaidBatch(BATCH, CALL, ("a", "b"), age_s=A_DAY), NOT_ENDED),
        (PaidBatch(BATCH, CALL, ("a", "b"), provider_id="theirs", age_s=A_DAY), NOT_ENDED),
        (RUNNING, BatchResult(ended=False, gone=True)),
    ],
)
def test_a_batch_that_will_not_end_counts_as_spent(batch: PaidBatch, result: BatchResult) -> None:
    facts, database = _facts(_Batches(result), **{"spending.open_batches": [batch], "caches.facts": ANSWERS})
    facts(TODO, Payer(REALM))
    assert database.given("spending.abandon") == [{"call_id": CALL, "outcome": "batch_gone"}]


def test_a_batch_that_ended_late_is_collected_all_the_same() -> None:
    late = PaidBatch(BATCH, CALL, ("a", "b"), provider_id="theirs", age_s=A_DAY)
    facts, database = _facts(_Batches(ENDED), **{"spending.open_batches": [late], "caches.facts": ANSWERS})
    facts(TODO, Payer(REALM))
    assert "caches.put_facts" in database.names
