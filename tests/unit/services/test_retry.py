"""A finished or dead job starts again at the right place, and is compared again where others may say the same."""

from typing import Any

import pytest

from pipeline_core.domain.dual_status import DeepScanStatus
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.services.retry import Retry
from pipeline_core.stages.registry import BY_NAME
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import document_id, job_id, summary

COMPARED = "staging.compare_again"


def _retry(of: JobSummary, from_stage: StageName | None = None, **answers: Any) -> FakeDatabase:
    database = FakeDatabase(
        {"documents.find": {of.document_id: of}, "staging.reopen": 1, "deep_scans.move": {1}, **answers}
    )
    assert Retry(database)(of.document_id, from_stage=from_stage, by="Ada") == of.job_id
    assert database.names[0] == "staging.lock_matching_of"
    assert database.names[-1] == "commit"
    return database


def _target(database: FakeDatabase) -> JobStage:
    [given] = database.given("jobs.restart")
    assert (given["code"], given["by"]) == ("retried", "Ada")
    return given["targets"][job_id(1)]


def _dead(stage: JobStage, **given: Any) -> JobSummary:
    return summary(1, JobState.DEADLETTER, stage=stage, **given)


def test_a_dead_job_goes_on_where_it_failed() -> None:
    database = _retry(_dead(JobStage.EMBEDDING), **{"staging.compared_since": set()})
    assert _target(database) is JobStage.EMBEDDING
    assert COMPARED not in database.names


def test_a_dead_job_is_compared_again_if_something_was_compared_since() -> None:
    database = _retry(_dead(JobStage.EMBEDDING), **{"staging.compared_since": {document_id(1)}})
    assert _target(database) is JobStage.FACTS_STAGED
    assert database.names.index(COMPARED) < database.names.index("jobs.restart")


def test_a_published_document_is_read_from_the_beginning() -> None:
    database = _retry(summary(1))
    assert _target(database) is BY_NAME[StageName.INGEST].restarts_at
    assert COMPARED not in database.names


def test_from_a_stage_that_stage_runs_anew() -> None:
    database = _retry(summary(1), StageName.CHUNKER)
    assert _target(database) is BY_NAME[StageName.CHUNKER].restarts_at
    assert database.given("stages.forget") == [{"stage": StageName.CHUNKER, "document_ids": [document_id(1)]}]


def test_a_rejected_document_is_opened_and_comes_before_both_gates_again() -> None:
    database = _retry(summary(1, outcome=Outcome.REJECTED, is_published=False))
    assert _target(database) is JobStage.FACTS_STAGED
    assert {"staging.reopen", COMPARED} <= set(database.names)


@pytest.mark.parametrize("given", [{"outcome": Outcome.SUPERSEDED}, {"is_published": False}])
def test_what_is_not_in_production_is_compared_again(given: dict[str, Any]) -> None:
    database = _retry(summary(1, **given), StageName.EMBEDDER)
    assert COMPARED in database.names
    assert _target(database) is JobStage.FACTS_STAGED


def test_a_deep_scan_that_failed_begins_again() -> None:
    database = _retry(_dead(JobStage.CHUNKING, profile=Profile.DEEP), **{"staging.compared_since": set()})
    moves = [(given["source"], given["target"]) for given in database.given("deep_scans.move")]
    queued = DeepScanStatus.QUEUED
    assert moves == [(DeepScanStatus.ERROR, queued), (queued, DeepScanStatus.PROCESSING)]


def test_a_job_that_stopped_behind_a_single_stage_goes_on() -> None:
    stopped = summary(1, JobState.QUEUED, stage=JobStage.CHUNKED, is_stopped=True)
    database = _retry(stopped)
    assert database.given("jobs.go_on") == [
        {"job_id": job_id(1), "at": JobStage.CHUNKED, "stop_after": None, "by": "Ada"}
    ]
    assert "jobs.restart" not in database.names


def test_a_document_that_is_not_there_is_named() -> None:
    database = FakeDatabase({"documents.find": {}})
    with pytest.raises(NotFoundError, match=f"There is no document {document_id(1)}"):
        Retry(database)(document_id(1), from_stage=None, by="Ada")
    assert "commit" not in database.names
