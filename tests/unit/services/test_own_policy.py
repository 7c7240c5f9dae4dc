"""Another policy is applied where it holds, and nothing keeps one that is not applied."""

from typing import Any

import pytest

from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, StageName
from pipeline_core.domain.policy import NOTHING_WISHED, Wished
from pipeline_core.services.own_policy import PolicyLeft, at_facts, wish
from pipeline_core.stages.registry import BY_NAME
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import RUN, document_id, job_id, summary

WISHED = Wished(publish_from=0.9)


def _wish(*jobs: JobSummary, wished: Wished = WISHED) -> tuple[list[PolicyLeft], FakeDatabase]:
    database = FakeDatabase({"documents.find": {job.document_id: job for job in jobs}})
    with database() as uow:
        left = wish(uow, [job.document_id for job in jobs], wished, by="upload", correlation_id=RUN)
    return left, database


def _wished(database: FakeDatabase) -> set[Any]:
    return {one for given in database.given("documents.wish") for one in given["document_ids"]}


def test_a_published_document_is_judged_anew_where_its_facts_are_found() -> None:
    left, database = _wish(summary(1))
    assert (left, _wished(database)) == ([], {document_id(1)})
    [restart] = database.given("jobs.restart")
    assert restart["targets"] == {job_id(1): BY_NAME[StageName.FACT_GENERATOR].restarts_at}
    assert (restart["code"], restart["by"], restart["correlation_id"]) == ("settings_changed", "upload", RUN)
    # it is in production: nothing has to be compared again
    assert [given["document_ids"] for given in database.given("staging.compare_again")] == [[]]


def test_what_is_not_in_production_is_compared_again() -> None:
    _, database = _wish(summary(1, is_published=False, outcome=Outcome.SUPERSEDED))
    assert database.given("staging.compare_again") == [{"document_ids": [document_id(1)]}]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RETRYABLE, JobState.DEADLETTER])
def test_a_job_that_has_yet_to_find_its_facts_only_takes_the_policy(state: JobState) -> None:
    left, database = _wish(summary(1, state, stage=JobStage.CHUNKED))
    assert (left, _wished(database)) == ([], {document_id(1)})
    assert "jobs.restart" not in database.names


@pytest.mark.parametrize(
    ("job", "why"),
    [
        (summary(1, JobState.WORKING, stage=JobStage.CHUNKED), "it is under way"),
        (summary(1, JobState.QUEUED, stage=JobStage.FACTS_STAGED), "it is under way"),
        (summary(1, JobState.AWAITING_REVIEW, stage=JobStage.MATCHING_REVIEW), "it waits for a person"),
        (summary(1, JobState.DEADLETTER, stage=JobStage.EMBEDDING), "it failed"),
        (summary(1, outcome=Outcome.REJECTED), "it was rejected"),
    ],
)
def test_a_document_that_keeps_its_policy_says_why(job: JobSummary, why: str) -> None:
    [left], database = _wish(job)
    assert left.why == why
    assert left.message.startswith(f"1.md keeps its thresholds: {why}. ")
    assert left.as_json() == {"file": "1.md", "why": why, "action": left.action}
    assert _wished(database) == set()
    assert "jobs.restart" not in database.names


def test_a_document_that_has_the_policy_already_is_left_alone() -> None:
    left, database = _wish(summary(1, wished=WISHED))
    assert (left, _wished(database)) == ([], set())
    assert "jobs.restart" not in database.names


def test_without_a_wish_or_a_document_nothing_is_asked() -> None:
    assert _wish(summary(1), wished=NOTHING_WISHED)[1].names == []
    assert _wish()[1].names == []


def test_several_restart_together() -> None:
    assert set(at_facts([summary(1), summary(2)])) == {job_id(1), job_id(2)}
