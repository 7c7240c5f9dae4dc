"""The queue: taken fairly, reaped when workers are lost, and no priority beyond its bounds."""

from threading import Event
from typing import Any

import pytest

from pipeline_core.db.queue import LostJob
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import LeaseToken
from pipeline_core.domain.lifecycle import DEAD_LETTER, JobStage, StageName
from pipeline_core.services.holds import Holds
from pipeline_core.services.queue import Queue, check_priority
from pipeline_core.settings import Settings
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase
from tests.support.jobs import REALM, document_id, job_id


class _Worker:
    name = "worker-1"

    def __init__(self) -> None:
        self.leases: list[LeaseToken] = []

    def hold(self, lease: LeaseToken) -> None:
        self.leases.append(lease)


def _queue(answers: dict[str, Any], **settings: Any) -> tuple[Queue, FakeDatabase, _Worker]:
    database, worker = FakeDatabase({"missing_parts.all": [], **answers}), _Worker()
    of = Settings(**settings)
    return Queue(of, database, lambda: worker, Holds(of, database, Event())), database, worker  # type: ignore[arg-type, return-value]


def test_jobs_are_taken_under_one_lease_that_the_worker_keeps() -> None:
    queue, database, worker = _queue({"queue.claim": [document_id(2), document_id(1)]}, running_per_user=5)
    batch = queue.take(10, realm_id=REALM)
    assert batch.document_ids == (document_id(2), document_id(1))
    assert worker.leases == [batch.lease]
    [given] = database.given("queue.claim")
    assert (given["limit"], given["per_user"], given["realm_id"]) == (10, 5, REALM)
    assert database.names[-1] == "commit"


def test_an_empty_batch_needs_no_lease_to_be_kept() -> None:
    queue, _, worker = _queue({"queue.claim": []})
    assert queue.take(10).document_ids == ()
    assert worker.leases == []


def test_jobs_of_lost_workers_wait_again_and_those_that_cost_too_many_are_dead() -> None:
    lost = [
        LostJob(job_id(1), document_id(1), REALM, JobStage.CHUNKING, 2, "worker-1"),
        LostJob(job_id(2), document_id(2), REALM, JobStage.CHUNKING, 3, "worker-2"),
        # where people decide no stage is at work: the one before is named
        LostJob(job_id(3), document_id(3), REALM, JobStage.VALIDATION_REVIEW, 3, "worker-2"),
    ]
    queue, database, _ = _queue({"queue.reap": lost, **NOTHING_REVIVED}, max_lost_leases=2)
    reaped = queue.reap()
    assert (reaped.freed, reaped.dead_lettered) == ([document_id(1)], [document_id(2), document_id(3)])
    [moved] = database.given("jobs.move")
    assert (moved["move"], list(moved["payloads"])) == (DEAD_LETTER, [job_id(2), job_id(3)])
    error = moved["payloads"][job_id(2)]["error"]
    assert error["message"] == "3 workers were lost while they held it; the last was worker-2."
    stages = [given["stage"] for given in database.given("stages.fail")]
    assert stages == [StageName.CHUNKER, StageName.VALIDATION]
    assert database.names[-1] == "commit"


@pytest.mark.parametrize("priority", [-101, 101])
def test_a_priority_beyond_its_bounds_is_refused_before_anything_is_written(priority: int) -> None:
    queue, database, _ = _queue({})
    with pytest.raises(RefusedError, match=f"The priority cannot be {priority}") as refused:
        queue.set_priority([document_id(1)], priority, by="Ada")
    assert refused.value.what_to_do == "From -100 to 100."
    assert database.names == []


@pytest.mark.parametrize("priority", [-100, 0, 100])
def test_a_priority_within_its_bounds_is_taken(priority: int) -> None:
    check_priority(priority)
    queue, database, _ = _queue({"queue.set_priority": [document_id(1)]})
    assert queue.set_priority([document_id(1)], priority, by="Ada") == [document_id(1)]
    assert database.names == ["queue.set_priority", "commit"]


def test_pressure_is_counted_up_to_a_batch_for_each_worker() -> None:
    queue, database, _ = _queue({"queue.pressure": None}, batch_size=10)
    queue.pressure()
    assert database.given("queue.pressure")[0]["most"] == 640
