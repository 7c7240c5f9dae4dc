"""Outputs that the store has lost: which stages made them, and where their documents start again."""

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline_core.db.agreement import NamedObject
from pipeline_core.domain.errors import StoreUnavailableError
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.services.lost_outputs import RestartLost, can_start_again, failed_for_objects, lost_by_listing
from pipeline_core.stages.registry import BY_NAME
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import RUN, document_id, job_id, summary
from tests.support.memory_store import MemoryObjectStore


def _dead(code: str, **given: Any) -> JobSummary:
    own: dict[str, Any] = {"stage": JobStage.EMBEDDING, "last_error": {"code": code}}
    return summary(1, JobState.DEADLETTER, **own | given)


@pytest.mark.parametrize(
    ("job", "is_for_objects", "can_start"),
    [
        (_dead("object_not_found"), True, True),
        (_dead("original_missing"), True, True),
        (_dead("checksum_mismatch"), True, True),
        (_dead("no_text"), False, False),
        (_dead("object_not_found", profile=Profile.DEEP), True, False),
        (summary(1, JobState.DEADLETTER), False, False),
        (summary(1), False, True),
        (summary(1, outcome=Outcome.REJECTED), False, False),
        (summary(1, JobState.WORKING, last_error={"code": "object_not_found"}), False, False),
    ],
)
def test_only_jobs_at_rest_that_lack_an_object_start_again(
    job: JobSummary, is_for_objects: bool, can_start: bool
) -> None:
    assert (failed_for_objects(job), can_start_again(job)) == (is_for_objects, can_start)


def _named(number: int, stage: StageName | None, data: bytes) -> NamedObject:
    key = f"documents/{document_id(number)}/{stage or 'original'}.bin"
    return NamedObject(document_id(number), f"{number}.md", "output", stage, key, len(data), "0" * 64)


def test_an_output_that_is_missing_or_of_another_size_is_lost() -> None:
    store = MemoryObjectStore()
    named = [
        _named(1, StageName.CHUNKER, b"chunks"),
        _named(1, StageName.MARKDOWN_CONVERSION, b"markdown"),
        _named(1, None, b"the original is not made by a stage"),
        _named(2, StageName.CHUNKER, b"whole"),
    ]
    store.put(named[1].key, b"mark")
    store.put(named[3].key, b"whole")
    assert lost_by_listing(store, named) == {document_id(1): {StageName.CHUNKER, StageName.MARKDOWN_CONVERSION}}


class _AwayStore(MemoryObjectStore):
    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        raise StoreUnavailableError(where=prefix)


def test_what_cannot_be_listed_is_taken_to_be_there() -> None:
    assert lost_by_listing(_AwayStore(), [_named(1, StageName.CHUNKER, b"chunks")]) == {}


def _restart(job: JobSummary | None, *stages: StageName) -> tuple[bool, FakeDatabase]:
    database = FakeDatabase({"documents.find": {} if job is None else {job.document_id: job}})
    return RestartLost(database)(document_id(1), stages, by="Ada", run=RUN), database


@pytest.mark.parametrize(
    ("job", "stages", "start"),
    [
        (summary(1), (StageName.EMBEDDER, StageName.CHUNKER), BY_NAME[StageName.CHUNKER].restarts_at),
        (_dead("object_not_found"), (StageName.CHUNKER,), BY_NAME[StageName.CHUNKER].restarts_at),
        # it failed before the stage whose output is lost
        (_dead("object_not_found", stage=JobStage.PARSING), (StageName.CHUNKER,), JobStage.PARSING),
        (_dead("object_not_found"), (), JobStage.EMBEDDING),
    ],
)
def test_a_document_starts_at_the_earliest_lost_stage_or_where_it_failed(
    job: JobSummary, stages: tuple[StageName, ...], start: JobStage
) -> None:
    is_queued, database = _restart(job, *stages)
    assert is_queued
    [given] = database.given("jobs.restart")
    assert given == {"targets": {job_id(1): start}, "code": "outputs_lost", "by": "Ada", "correlation_id": RUN}
    assert {one["stage"] for one in database.given("stages.forget")} == set(stages)
    assert (database.names[0], database.names[-1]) == ("staging.lock_matching_of", "commit")


@pytest.mark.parametrize(
    ("job", "stages"),
    [(None, (StageName.CHUNKER,)), (summary(1, JobState.WORKING), (StageName.CHUNKER,)), (summary(1), ())],
)
def test_what_is_gone_under_way_or_whole_is_left_alone(job: JobSummary | None, stages: tuple[StageName, ...]) -> None:
    is_queued, database = _restart(job, *stages)
    assert not is_queued
    assert "commit" not in database.names
