"""Another choice is applied where it holds, and nothing keeps one that is not applied."""

from contextlib import nullcontext
from typing import Any

import pytest

from pipeline_core.domain.errors import NotPermittedError, PipelineError, RefusedError
from pipeline_core.domain.ids import job_id_for
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.domain.realms import Role
from pipeline_core.domain.wished import NOTHING_WISHED, Wished
from pipeline_core.services.wishes import ChoiceKept, at_facts, require_may_wish, wish
from pipeline_core.stages.registry import BY_NAME
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import RUN, document_id, job_id, summary

WISHED = Wished(publish_from=0.9)
FIRST = job_id_for(document_id(1), 0)


def _wish(*jobs: JobSummary, wished: Wished = WISHED) -> tuple[list[ChoiceKept], FakeDatabase]:
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
    assert left.as_json() == {"file": "1.md", "choice": "thresholds", "why": why, "action": left.action}
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


def _kept(*jobs: JobSummary, **given: Any) -> tuple[list[tuple[str, str]], FakeDatabase]:
    database = FakeDatabase(
        {
            "documents.find": {job.document_id: job for job in jobs},
            "queue.set_priority": [],
            "jobs.set_profile": {FIRST},
        }
    )
    over_http = given.pop("over_http", False)
    ids = [job.document_id for job in jobs]
    with database() as uow:
        left = wish(uow, ids, Wished.of(**given), by="Ann", correlation_id=RUN, over_http=over_http)
    return [(one.choice, one.why) for one in left], database


def test_another_workflow_holds_from_the_next_gate_on_but_not_for_what_waits_at_one() -> None:
    waiting = summary(2, JobState.AWAITING_REVIEW, stage=JobStage.MATCHING_REVIEW)
    left, database = _kept(summary(1), waiting, summary(3, workflow="manual"), workflow="manual")
    assert left == [("workflow", "it waits for a person")]
    assert database.given("documents.set_workflow") == [{"document_ids": [document_id(1)], "workflow": "manual"}]
    assert "jobs.restart" not in database.names


def test_a_profile_is_that_of_a_job_from_its_beginning() -> None:
    left, database = _kept(summary(1), summary(2, profile=Profile.DEEP), profile="deep")
    assert left == [("profile", "it was taken in with the profile standard")]
    assert "jobs.restart" not in database.names


def test_a_first_job_that_has_not_begun_takes_another_profile_but_not_over_http() -> None:
    fresh = summary(1, JobState.QUEUED, job_id=FIRST)
    begun = summary(2, JobState.QUEUED, stage=JobStage.CHUNKED)
    left, database = _kept(fresh, begun, profile="deep")
    assert [choice for choice, _ in left] == ["profile"]
    assert database.given("jobs.set_profile") == [{"job_ids": [FIRST], "profile": "deep"}]
    left, database = _kept(fresh, profile="deep", over_http=True)
    assert ([choice for choice, _ in left], "jobs.set_profile" in database.names) == (["profile"], False)


def test_a_priority_moves_what_waits_in_the_queue_and_nothing_over_http() -> None:
    jobs = summary(1), summary(2, JobState.QUEUED), summary(3, JobState.QUEUED, priority=5)
    left, database = _kept(*jobs, priority=5)
    assert left == []
    assert database.given("queue.set_priority") == [{"document_ids": [document_id(2)], "priority": 5, "by": "Ann"}]
    left, database = _kept(*jobs, priority=5, over_http=True)
    assert left == [("priority", "it is in the queue already")]
    assert "queue.set_priority" not in database.names


@pytest.mark.parametrize(
    ("given", "role", "error"),
    [
        ({"priority": -100, "workflow": "manual", "profile": "standard"}, Role.CONTRIBUTOR, None),
        ({"priority": 1}, Role.ADMIN, RefusedError),
        ({"workflow": "automatic"}, Role.CONTRIBUTOR, NotPermittedError),
        ({"profile": "deep"}, Role.CONTRIBUTOR, NotPermittedError),
        ({"workflow": "automatic", "profile": "deep"}, Role.REVIEWER, None),
    ],
)
def test_over_http_nobody_goes_before_others_or_decides_for_reviewers(
    given: dict[str, Any], role: Role, error: type[PipelineError] | None
) -> None:
    with pytest.raises(error) if error else nullcontext():
        require_may_wish(Wished.of(**given), role)


@pytest.mark.parametrize("given", [{"workflow": "none"}, {"profile": "deeper"}, {"priority": 101}, {"priority": -101}])
def test_a_choice_that_there_is_not_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        Wished.of(**given)
