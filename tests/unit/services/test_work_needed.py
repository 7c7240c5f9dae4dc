"""Documents are sorted by what is left to do, and start again only where they must."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline_core.db.agreement import NamedObject
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.services.work_needed import FindWork, WorkNeeded
from pipeline_core.stages.registry import BY_NAME, pipeline_config
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.jobs import RUN, document_id, job_id, summary
from tests.support.memory_store import MemoryObjectStore
from tests.support.stage_context import stage_context, stage_contexts

CONFIG = pipeline_config(stage_context())


def _needed(
    *jobs: JobSummary,
    named: Sequence[NamedObject] = (),
    displacing: set[int] = frozenset(),  # type: ignore[assignment]
    stale: dict[int, StageName] | None = None,
    compared: set[int] = frozenset(),  # type: ignore[assignment]
) -> tuple[WorkNeeded, FakeDatabase]:
    def stale_stages(ids: Sequence[DocumentId], _configs: object) -> dict[DocumentId, StageName]:
        return {document_id(n): stage for n, stage in (stale or {}).items() if document_id(n) in ids}

    database = FakeDatabase(
        {
            "documents.find": {job.document_id: job for job in jobs},
            "documents.displacing": {document_id(n) for n in displacing},
            "documents.stale_stages": stale_stages,
            "documents.stale_comparisons": set(),
            "agreement.named": list(named),
            "staging.compared_since": {document_id(n) for n in compared},
        }
    )
    find_work = FindWork(MemoryObjectStore(), stage_contexts(), database)
    return find_work([job.document_id for job in jobs], correlation_id=RUN), database


def _done(**given: Any) -> JobSummary:
    return summary(1, **{"config_sha256": CONFIG} | given)


def _targets(database: FakeDatabase) -> dict[str, JobStage]:
    return {given["code"]: given["targets"][job_id(1)] for given in database.given("jobs.restart")}


@pytest.mark.parametrize(
    ("job", "where"),
    [
        (_done(), "unchanged"),
        (summary(1, JobState.QUEUED), "run"),
        (summary(1, JobState.WORKING), "run"),
        (summary(1, JobState.RETRYABLE), "run"),
        (summary(1, JobState.AWAITING_REVIEW), "waiting"),
        (summary(1, JobState.DEADLETTER), "dead"),
        (_done(outcome=Outcome.REJECTED, is_published=False), "rejected"),
        # the rejected deep scan of what stays published
        (_done(outcome=Outcome.REJECTED, profile=Profile.DEEP), "unchanged"),
    ],
)
def test_documents_are_sorted_by_what_is_left_to_do(job: JobSummary, where: str) -> None:
    needed, database = _needed(job)
    found = {name: getattr(needed, name) for name in ("run", "unchanged", "waiting", "dead", "rejected")}
    assert {name for name, ids in found.items() if ids} == {where}
    assert "jobs.restart" not in database.names


def test_what_need_not_run_is_counted_by_its_reason() -> None:
    needed = WorkNeeded(run=[document_id(1)], unchanged=[document_id(2)], dead=[document_id(3), document_id(4)])
    assert needed.left() == {"unchanged": 1, "failed before": 2}


LOST = NamedObject(document_id(1), "1.md", "output", StageName.CHUNKER, f"documents/{document_id(1)}/x", 5, "0" * 64)
NO_OBJECT = {"code": "object_not_found"}


@pytest.mark.parametrize(
    ("job", "given", "code", "target"),
    [
        # other settings: from the first stage that they concern, or only published again
        (_done(config_sha256="old"), {"stale": {1: StageName.CHUNKER}}, "settings_changed", JobStage.CHUNKING),
        (_done(config_sha256="old"), {}, "settings_changed", BY_NAME[StageName.INGESTOR].restarts_at),
        # it stands now where a published one did
        (_done(), {"displacing": {1}}, "place_taken", BY_NAME[StageName.INGESTOR].restarts_at),
        # others may say by now what is not in production: it is compared again
        (_done(is_published=False, outcome=Outcome.SUPERSEDED), {}, "place_taken", JobStage.FACTS_STAGED),
        (
            _done(outcome=Outcome.REJECTED, profile=Profile.DEEP),
            {"displacing": {1}},
            "place_taken",
            JobStage.FACTS_STAGED,
        ),
        # the store has lost what a stage left
        (_done(), {"named": [LOST]}, "outputs_lost", BY_NAME[StageName.CHUNKER].restarts_at),
        (
            summary(1, JobState.DEADLETTER, stage=JobStage.EMBEDDING, last_error=NO_OBJECT),
            {"stale": {1: StageName.INGESTOR}},
            "objects_restored",
            JobStage.EMBEDDING,
        ),
        (
            summary(1, JobState.DEADLETTER, stage=JobStage.EMBEDDING, last_error=NO_OBJECT),
            {"compared": {1}},
            "objects_restored",
            JobStage.FACTS_STAGED,
        ),
        (
            summary(1, JobState.DEADLETTER, stage=JobStage.EMBEDDING, last_error=NO_OBJECT),
            {"named": [LOST]},
            "outputs_lost",
            BY_NAME[StageName.CHUNKER].restarts_at,
        ),
    ],
)
def test_a_document_starts_again_at_the_earliest_stage_that_must_run(
    job: JobSummary, given: dict[str, Any], code: str, target: JobStage
) -> None:
    needed, database = _needed(job, **given)
    assert needed.run == [document_id(1)]
    assert _targets(database) == {code: target}
    assert database.given("jobs.restart")[0]["correlation_id"] == RUN
    names = database.names
    # asked again under the lock: somebody may have started it meanwhile
    last_look = max(n for n, name in enumerate(names) if name == "documents.find")
    assert names.index("staging.lock_matching_of") < last_look < names.index("jobs.restart")
    assert names[-1] == "commit"


def test_what_somebody_started_meanwhile_is_not_started_again() -> None:
    old, queued = _done(config_sha256="old"), summary(1, JobState.QUEUED)
    database = FakeDatabase(
        {
            "documents.find": in_turn(*({one.document_id: one} for one in (old, old, queued))),
            "documents.displacing": set(),
            "documents.stale_stages": {},
            "documents.stale_comparisons": set(),
            "agreement.named": [],
            "staging.compared_since": set(),
        }
    )
    needed = FindWork(MemoryObjectStore(), stage_contexts(), database)([document_id(1)], correlation_id=RUN)
    assert needed.run == [document_id(1)]
    assert "jobs.restart" not in database.names
