"""The database holds the lifecycle as Python does: the same tables, the same moves, refused by itself."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest

from pipeline_core.db.database import Database
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.changes import Kind
from pipeline_core.domain.differences import DIFFERENCES
from pipeline_core.domain.erasing import ErasureScope, ErasureState
from pipeline_core.domain.errors import IllegalMoveError
from pipeline_core.domain.facts import AnswerOutcome, ChunkOutcome, LeftOut, MatchKind
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.lifecycle import (
    JOB_STAGES,
    STAGE_MOVES,
    STATE_MOVES,
    EventType,
    JobStage,
    JobState,
    Outcome,
    Profile,
    StageName,
    check_move,
    is_position,
)
from pipeline_core.domain.parsing import ParseState
from pipeline_core.domain.sources import Removal, RunDecision, RunOutcome, SourceKind, Vanished
from pipeline_core.domain.spending import Scope, Service
from pipeline_core.domain.versions import ChangeKind, Ending, Origin
from pipeline_core.review.decisions import Decision, Resolution
from pipeline_core.settings import Settings
from pipeline_core.stages.registry import BY_NAME
from tests.support.database import copied_database, register

USER = user_id_for("ann")
POSITIONS = list(product(JobState, JobStage))


@pytest.fixture(scope="module")
def url(postgres_url: str, template_database: str) -> Iterator[str]:
    with copied_database(postgres_url, template_database) as url:
        yield url


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    """As the owner; nothing of it stays."""
    with psycopg.connect(url, options="-c search_path=upload_pipeline,public") as connection:
        yield connection
        connection.rollback()


def test_the_stages_are_the_same(connection: psycopg.Connection[Any]) -> None:
    rows = connection.execute("SELECT stage_name FROM stages ORDER BY execution_order").fetchall()

    assert [name for (name,) in rows] == list(StageName)


def test_the_job_stages_are_the_same(connection: psycopg.Connection[Any]) -> None:
    rows = connection.execute("SELECT job_stage, position, percent, phase, stage_name FROM job_stages").fetchall()

    assert {row[0]: tuple(row[1:]) for row in rows} == {str(stage): tuple(row) for stage, row in JOB_STAGES.items()}


def test_the_moves_are_the_same(connection: psycopg.Connection[Any]) -> None:
    assert set(connection.execute("SELECT * FROM job_state_moves").fetchall()) == STATE_MOVES
    assert set(connection.execute("SELECT * FROM job_stage_moves").fetchall()) == STAGE_MOVES


def test_a_stage_depends_on_earlier_ones(connection: psycopg.Connection[Any]) -> None:
    query = "SELECT stage_name, depends_on_stage, is_required, execution_order FROM stage_dependencies"
    order = list(StageName)

    rows = connection.execute(query).fetchall()
    assert {row[0] for row in rows} == set(order)
    for name, needs, required, position in rows:
        assert position == order.index(name) + 1
        assert needs is None or order.index(needs) < order.index(name)
        # only the optimizer may be left out, and only the chunker asks for it
        assert required is (needs is None or BY_NAME[StageName(needs)].is_required)


# Every column that a CHECK limits to a list of words, and where the program has these words.
WORDS: dict[str, set[str]] = {
    "upload_jobs.state": set(JobState),
    "upload_jobs.outcome": set(Outcome),
    "upload_jobs.profile": set(Profile),
    "events.type": set(EventType),
    "events.severity": set(Severity),
    "erasures.scope": set(ErasureScope),
    "erasures.state": set(ErasureState),
    "staged_chunks.outcome": set(ChunkOutcome),
    "staged_questions.evidence_match": set(MatchKind),
    "staged_questions.left_out_reason": set(LeftOut),
    "all_questions.evidence_match": set(MatchKind),
    "staging_duplicates.resolution": {"pending", *Resolution},
    "duplicate_decisions.resolution": {"keep_first", "keep_second", Resolution.KEEP_BOTH, Resolution.NOT_DUPLICATE},
    "staging_duplicates.method": {"exact", "trigram", "scored"},
    "processing_workflows.workflow_type": set(get_args(Settings.model_fields["workflow"].annotation)),
    "document_processing_stages.status": {"pending", "in_progress", "completed", "failed", "skipped"},
    "documents.staging_status": {"New", "Selected", "Maybe", "Not a Fit", "Archived"},
    "documents.deep_scan_status": {"Queued", "Processing", "Completed", "Error"},
    "documents.deep_scan_was": {"Completed", "Error"},
    "documents.page_unit": {"page", "slide", "sheet", "document"},
    "upload_jobs.submitted_via": {"direct", "http"},
    "stage_output_files.file_type": {
        "markdown", "optimized_markdown", "chunks_json", "facts_json", "validation_json", "ingestion_json",
        "page_words",
    },
    "staged_questions.status": {"pending", "approved", "rejected", "duplicate", "imported", "left_out"},
    "upload_batches.status": {"pending", "reviewing", "reviewed", "importing", "imported", "rejected"},
    "document_vector_buffer.owner_kind": {"chunk", "question"},
    "next_vectors.owner_kind": {"chunk", "question"},
    "flow_runs.flow": {"process-queue", "deep-scan", "maintain"},
    "recorded_settings.part": {"work", "service"},
    "webhook_deliveries.status": {"pending", "delivered", "failed"},
    "review_change_rows.kind": set(Kind),
    "sources.kind": set(SourceKind),
    "sources.vanished": set(Vanished),
    "sources.removal": set(Removal),
    "source_runs.outcome": set(RunOutcome),
    "source_runs.decision": set(RunDecision),
    "vanishings.decision": {"withdraw", "keep"},
    "parked_decisions.decision": set(Decision),
    "parked_decisions.outcome": {"carried_out", "undone", "refused"},
    "fact_cache.outcome": set(AnswerOutcome),
    "paid_calls.service": set(get_args(Service)),
    "paid_calls.state": {"reserved", "settled", "abandoned"},
    "parse_jobs.state": set(ParseState),
    "paid_batches.state": {"preparing", "submitted", "ended"},
    "budget_accounts.scope": set(get_args(Scope)),
    "knowledge_changes.kind": set(ChangeKind),
    "published_versions.origin": set(Origin),
    "published_versions.ended": set(Ending),
}  # fmt: skip


def test_the_words_that_columns_may_hold_are_the_same(connection: psycopg.Connection[Any]) -> None:
    rows = connection.execute(
        "SELECT c.conrelid::regclass || '.' || a.attname, pg_get_constraintdef(c.oid) "
        "FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
        "WHERE c.contype = 'c' AND c.connamespace = 'upload_pipeline'::regnamespace "
        "AND cardinality(c.conkey) = 1"
    ).fetchall()

    lists = {column: set(re.findall(r"'([^']+)'::text", text)) for column, text in rows if "= ANY (" in text}
    assert lists == WORDS


def test_each_way_in_which_a_pair_may_differ_can_be_told(connection: psycopg.Connection[Any]) -> None:
    [[check]] = connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'staging_duplicates_flags_check'"
    )
    assert set(re.findall(r'"(\w+)"', check)) == set(DIFFERENCES)


# Takes one job to every position, and from there tries to go to every other. The columns that go with a state
# are set with it, so that only the move itself can be the reason for a refusal; each try is rolled back.
EVERY_MOVE = """
CREATE FUNCTION pg_temp.take_to(job uuid, to_state text, to_stage text, to_phase int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    refused_by text;
    working boolean := to_state = 'working';
BEGIN
    UPDATE upload_jobs SET state = to_state, stage = to_stage, phase = to_phase,
        claimed_by = CASE WHEN working THEN 'w' END, claimed_at = CASE WHEN working THEN now() END,
        lease_token = CASE WHEN working THEN gen_random_uuid() END,
        lease_expires_at = CASE WHEN working THEN now() END,
        retry_at = CASE WHEN to_state = 'retryable' THEN now() END,
        waits_since = CASE WHEN to_state = 'awaiting_review' THEN now() END,
        finished_at = CASE WHEN to_state IN ('done', 'deadletter') THEN now() END,
        outcome = CASE WHEN to_state = 'done' AND to_stage = 'ingested' THEN 'published'
            WHEN to_state = 'done' THEN 'rejected' END,
        last_error = '{}', stage3_validation_results = '{"critical": 0}'
    WHERE job_id = job;
    RETURN NULL;
EXCEPTION WHEN check_violation OR foreign_key_violation THEN
    GET STACKED DIAGNOSTICS refused_by = CONSTRAINT_NAME;
    RETURN refused_by;
END
$$;

CREATE FUNCTION pg_temp.every_move(job uuid, states text[]) RETURNS TABLE (
    from_state text, from_stage text, to_state text, to_stage text, can_be boolean, refused_by text)
LANGUAGE plpgsql AS $$
DECLARE
    start record;
    target record;
BEGIN
    FOR start IN SELECT s AS state, g.job_stage AS stage, g.phase
        FROM unnest(states) s, job_stages g
    LOOP
        -- as a replica: without the triggers, so that any position can be had that the CHECKs allow
        PERFORM set_config('session_replication_role', 'replica', true);
        from_state := start.state;
        from_stage := start.stage;
        can_be := pg_temp.take_to(job, start.state, start.stage, start.phase) IS NULL;
        PERFORM set_config('session_replication_role', 'origin', true);
        IF NOT can_be THEN
            to_state := NULL; to_stage := NULL; refused_by := NULL;
            RETURN NEXT;
            CONTINUE;
        END IF;
        FOR target IN SELECT s AS state, g.job_stage AS stage
            FROM unnest(states) s, job_stages g
        LOOP
            to_state := target.state;
            to_stage := target.stage;
            BEGIN
                refused_by := pg_temp.take_to(job, target.state, target.stage, start.phase);
                RAISE EXCEPTION USING ERRCODE = 'P0999';
            EXCEPTION WHEN SQLSTATE 'P0999' THEN
                NULL;
            END;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;
"""


def test_every_move_is_allowed_or_refused_by_database_and_program_alike(
    url: str, connection: psycopg.Connection[Any]
) -> None:
    job_id = _new_job(url)
    connection.execute(EVERY_MOVE)

    rows = connection.execute("SELECT * FROM pg_temp.every_move(%s, %s)", [job_id, list(JobState)]).fetchall()

    missing = {(JobState(row[0]), JobStage(row[1])) for row in rows if not row[4]}
    assert missing == {p for p in POSITIONS if not is_position(*p)}
    tries = [(tuple(row[:4]), row[5]) for row in rows if row[4]]
    assert len(tries) == len(POSITIONS) * (len(POSITIONS) - len(missing))
    disagreements = [(*move, by) for move, by in tries if (by is None) is not _program_allows(*move)]
    assert disagreements == []


def _new_job(url: str) -> UUID:
    database = Database(url, role="upload_pipeline_service")
    with UnitOfWork(database, lease_s=60) as uow:
        [document] = register(uow, USER)
        uow.commit()
    database.close()
    return document.job_id


def _program_allows(from_state: str, from_stage: str, to_state: str, to_stage: str) -> bool:
    try:
        check_move(JobState(from_state), JobStage(from_stage), JobState(to_state), JobStage(to_stage))
    except IllegalMoveError:
        return False
    return True
