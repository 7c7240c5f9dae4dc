"""Jobs are taken under one lease, and whatever ends a run gives back what is still held."""

from collections.abc import Sequence
from threading import Event
from typing import Any

import pytest

from pipeline_core.domain.errors import (
    DatabaseUnavailableError,
    DisturbedRunError,
    NoTextError,
    ServiceUnavailableError,
    StatementTimeoutError,
)
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.services.claim import ClaimJobs
from pipeline_core.services.holds import Holds
from pipeline_core.settings import Settings
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase
from tests.support.jobs import LEASE, document_id, held_job, job_id, work_batch


class _Worker:
    name = "worker-1"

    def __init__(self) -> None:
        self.leases: list[LeaseToken] = []

    def hold(self, lease: LeaseToken) -> None:
        self.leases.append(lease)

    def drop(self, lease: LeaseToken) -> None:
        self.leases.remove(lease)


class _Claims:
    """``ClaimJobs`` with its worker, and the documents that it settled."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.database = FakeDatabase({"missing_parts.all": [], **answers})
        self.worker = _Worker()
        self.settled: list[Sequence[DocumentId]] = []
        holds = Holds(Settings(), self.database, Event())
        self.claim = ClaimJobs(Settings(), self.database, lambda: self.worker, holds, self.settled.append)  # type: ignore[arg-type, return-value]

    def moved(self) -> dict[str, Any]:
        given = self.database.given("jobs.move")
        return {one["move"].code: one["payloads"] for one in given if one["payloads"]}


def test_the_batch_holds_what_is_ours_in_the_order_given() -> None:
    claims = _Claims({"jobs.claim": {document_id(1), document_id(3)}})
    batch = claims.claim([document_id(3), document_id(2), document_id(1)])
    assert batch.document_ids == (document_id(3), document_id(1))
    assert claims.worker.leases == [batch.lease]
    [given] = claims.database.given("jobs.claim")
    assert (given["worker"], given["lease"], given["lease_s"]) == ("worker-1", batch.lease, Settings().lease_s)


def test_a_batch_that_is_still_held_is_not_claimed_again() -> None:
    claims = _Claims({"jobs.held": [held_job(1)]})
    assert claims.claim.again(work_batch(1, 2)) == work_batch(1, 2)
    assert "jobs.claim" not in claims.database.names


def test_a_batch_that_was_put_aside_is_claimed_again_under_its_lease() -> None:
    claims = _Claims({"jobs.held": [], "jobs.due_in": {document_id(1): (0.0, 1)}, "jobs.claim": {document_id(1)}})
    assert claims.claim.again(work_batch(1, 2)) == work_batch(1)
    assert claims.database.given("jobs.claim")[0]["lease"] == LEASE


def test_those_to_be_tried_again_stay_in_order() -> None:
    claims = _Claims({"jobs.due_in": {document_id(1): (3.0, 1), document_id(2): (6.0, 2)}})
    wanted = [document_id(2), document_id(3), document_id(1)]
    assert claims.claim.to_retry(wanted) == [document_id(2), document_id(1)]


def test_a_run_that_ends_well_gives_nothing_back_and_settles() -> None:
    claims = _Claims({})
    claims.worker.leases = [LEASE]
    with claims.claim.released(work_batch(1)):
        pass
    assert claims.database.names == []
    assert (claims.worker.leases, claims.settled) == ([], [work_batch(1).document_ids])


@pytest.mark.parametrize(
    ("error", "move"),
    [
        # the run itself was stopped, or lost a service that it needs: no try of a document
        (KeyboardInterrupt(), "interrupted"),
        (ServiceUnavailableError(where="prefect.example"), "interrupted"),
        (StatementTimeoutError(), "retry_later"),
        (NoTextError(), "dead_letter"),
        (ZeroDivisionError(), "dead_letter"),
    ],
)
def test_the_error_decides_where_a_job_goes(error: BaseException, move: str) -> None:
    claims = _Claims({"jobs.held": [held_job(1, JobStage.CHUNKING)], **NOTHING_REVIVED})
    claims.worker.leases = [LEASE]
    with pytest.raises(type(error)), claims.claim.released(work_batch(1)):
        raise error
    assert list(claims.moved()) == [move]
    assert (claims.worker.leases, claims.settled) == ([], [work_batch(1).document_ids])


def test_of_several_jobs_none_is_blamed_for_a_permanent_error() -> None:
    claims = _Claims({"jobs.held": [held_job(1), held_job(2)], **NOTHING_REVIVED})
    claims.worker.leases = [LEASE]
    with pytest.raises(NoTextError), claims.claim.released(work_batch(1, 2)):
        raise NoTextError("images only")
    assert list(claims.moved()) == ["retry_later"]
    error = claims.moved()["retry_later"][job_id(2)]["error"]
    assert error["code"] == DisturbedRunError.code
    assert error["message"].startswith("The run was disturbed: NoTextError: images only")


def test_the_stage_of_a_failure_is_the_one_that_the_job_was_in() -> None:
    claims = _Claims({"jobs.held": [held_job(1, JobStage.CHUNKING)], **NOTHING_REVIVED})
    claims.worker.leases = [LEASE]
    with pytest.raises(NoTextError), claims.claim.released(work_batch(1)):
        raise NoTextError
    assert claims.moved()["dead_letter"][job_id(1)]["error"]["stage"] == "chunker"


def test_a_database_that_is_away_hides_neither_the_error_nor_drops_the_lease_late() -> None:
    claims = _Claims({"jobs.held": DatabaseUnavailableError()})
    claims.worker.leases = [LEASE]
    with pytest.raises(NoTextError), claims.claim.released(work_batch(1)):
        raise NoTextError
    assert claims.worker.leases == []
