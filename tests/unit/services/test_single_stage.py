"""One stage by itself: which can be run now, why another cannot, and where it is begun."""

from collections.abc import Mapping
from typing import Any

import pytest

from pipeline_core.domain.errors import NotFoundError, StageNotAvailableError
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, StageName
from pipeline_core.services.single_stage import SingleStage
from pipeline_core.settings import Settings
from pipeline_core.stages.registry import BY_NAME, STAGES
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import document_id, job_id, summary

S = StageName
NEEDS: Mapping[StageName, list[tuple[StageName, bool]]] = {
    S.INGEST: [],
    S.MARKDOWN_CONVERSION: [(S.INGEST, True)],
    S.MARKDOWN_OPTIMIZER: [(S.MARKDOWN_CONVERSION, True)],
    S.CHUNKER: [(S.MARKDOWN_CONVERSION, True), (S.MARKDOWN_OPTIMIZER, False)],
    S.FACT_GENERATOR: [(S.CHUNKER, True)],
    S.VALIDATION: [(S.FACT_GENERATOR, True)],
    S.EMBEDDER: [(S.VALIDATION, True)],
    S.INGESTOR: [(S.EMBEDDER, True)],
}


def _recorded(until: StageName) -> dict[StageName, set[str]]:
    """What the stages up to this one leave on record."""
    names = [stage.name for stage in STAGES]
    done = names[: names.index(until) + 1]
    return {name: {BY_NAME[name].leaves or "report"} for name in done}


def _single(job: JobSummary | None, until: StageName, **settings: Any) -> tuple[SingleStage, FakeDatabase]:
    database = FakeDatabase(
        {
            "documents.find": {} if job is None else {job.document_id: job},
            "stages.recorded": _recorded(until),
            "stages.dependencies": NEEDS,
            "staging.compared_since": set(),
        }
    )
    return SingleStage(Settings(**settings), database), database


def _waits(stage: JobStage, state: JobState = JobState.QUEUED) -> JobSummary:
    return summary(1, state, stage=stage)


def test_the_next_stage_is_the_first_that_is_not_done() -> None:
    single, _ = _single(_waits(JobStage.PARSE_VALIDATED), S.MARKDOWN_CONVERSION)
    # the optimizer is optional, so that the chunker can be run as well
    assert single.look(document_id(1)) == ([S.MARKDOWN_OPTIMIZER, S.CHUNKER], S.MARKDOWN_OPTIMIZER)
    assert single.next_available_stage(document_id(1)) is S.MARKDOWN_OPTIMIZER


def test_a_stage_that_is_switched_off_is_gone_by() -> None:
    single, _ = _single(_waits(JobStage.PARSE_VALIDATED), S.MARKDOWN_CONVERSION, optimizer_enabled=False)
    assert single.look(document_id(1)).next is S.CHUNKER


def test_of_a_dead_letter_every_stage_that_it_came_to_can_be_run() -> None:
    single, _ = _single(_waits(JobStage.CHUNKING, JobState.DEADLETTER), S.MARKDOWN_OPTIMIZER)
    available = single.look(document_id(1))
    assert available.stages == [S.INGEST, S.MARKDOWN_CONVERSION, S.MARKDOWN_OPTIMIZER, S.CHUNKER]
    assert available.next is S.CHUNKER


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (JobState.WORKING, "1.md is being worked on."),
        (JobState.AWAITING_REVIEW, "1.md waits for a person's decision."),
        (JobState.DONE, "1.md is done."),
    ],
)
def test_a_job_that_does_not_wait_says_why(state: JobState, why: str) -> None:
    single, database = _single(_waits(JobStage.MATCHING_REVIEW, state), S.FACT_GENERATOR)
    assert single.look(document_id(1)) == ([], None)
    with pytest.raises(StageNotAvailableError) as refused:
        single.execute_stage(document_id(1), S.CHUNKER, by="Ada")
    assert refused.value.message == why
    assert "commit" not in database.names


def test_a_document_that_is_done_says_how_to_read_it_again() -> None:
    single, _ = _single(_waits(JobStage.INGESTED, JobState.DONE), S.INGESTOR)
    with pytest.raises(StageNotAvailableError) as refused:
        single.execute_stage(document_id(1), S.CHUNKER, by="Ada")
    assert refused.value.what_to_do.startswith(f"`pipeline retry {document_id(1)} --from chunker`")


def test_what_a_stage_needs_and_has_not_is_named_with_what_to_run_first() -> None:
    single, _ = _single(_waits(JobStage.QUEUED), S.INGEST)
    with pytest.raises(StageNotAvailableError) as refused:
        single.execute_stage(document_id(1), S.FACT_GENERATOR, by="Ada")
    assert refused.value.message == ("fact-generator of 1.md needs what chunker makes, of which there is no record.")
    assert refused.value.what_to_do == "Run ingest first."


def test_a_file_that_is_not_on_record_is_as_if_its_stage_had_not_run() -> None:
    single, database = _single(_waits(JobStage.PARSE_VALIDATED), S.MARKDOWN_CONVERSION)
    database.answers["stages.recorded"] = {**_recorded(S.MARKDOWN_CONVERSION), S.MARKDOWN_CONVERSION: {"other"}}
    with pytest.raises(StageNotAvailableError, match="needs what markdown-conversion makes"):
        single.execute_stage(document_id(1), S.CHUNKER, by="Ada")


def test_a_job_that_waits_does_not_go_back() -> None:
    single, _ = _single(_waits(JobStage.CHUNKED), S.CHUNKER)
    with pytest.raises(StageNotAvailableError, match=r"chunker of 1\.md has already run"):
        single.execute_stage(document_id(1), S.CHUNKER, by="Ada")


def test_a_stage_that_is_off_is_refused() -> None:
    single, _ = _single(_waits(JobStage.PARSE_VALIDATED), S.MARKDOWN_CONVERSION, optimizer_enabled=False)
    with pytest.raises(StageNotAvailableError, match="markdown-optimizer is switched off"):
        single.execute_stage(document_id(1), S.MARKDOWN_OPTIMIZER, by="Ada")


def test_the_stage_is_asked_for_alone_where_the_job_stands() -> None:
    single, database = _single(_waits(JobStage.PARSE_VALIDATED), S.MARKDOWN_CONVERSION)
    assert single.execute_stage(document_id(1), S.CHUNKER, by="Ada") == job_id(1)
    [given] = database.given("jobs.go_on")
    assert given == {"job_id": job_id(1), "at": JobStage.PARSE_VALIDATED, "stop_after": S.CHUNKER, "by": "Ada"}
    assert (database.names[0], database.names[-1]) == ("staging.lock_matching_of", "commit")


def test_a_dead_letter_is_queued_again_at_the_stage() -> None:
    single, database = _single(_waits(JobStage.CHUNKING, JobState.DEADLETTER), S.MARKDOWN_OPTIMIZER)
    single.execute_stage(document_id(1), S.MARKDOWN_CONVERSION, by="Ada")
    at = BY_NAME[S.MARKDOWN_CONVERSION].restarts_at
    assert database.given("jobs.restart")[0]["targets"] == {job_id(1): at}
    assert database.given("jobs.go_on")[0]["at"] is at


def test_a_document_that_is_not_there_is_named() -> None:
    single, _ = _single(None, S.INGEST)
    with pytest.raises(NotFoundError, match=f"There is no document {document_id(1)}"):
        single.look(document_id(1))
