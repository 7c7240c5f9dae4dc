"""What the database refuses by itself, and by the name of which constraint."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pipeline_core.db.database import Database
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.confidence_model import confidence_of
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.reasons import visible_length
from tests.support.database import copied_database, register

ANN, BOB = user_id_for("ann"), user_id_for("bob")

# A chunk and two alike facts of the document, staged and published; each case below changes one thing.
STAGED = """
INSERT INTO staged_chunks (chunk_id, document_id, realm_id, ordinal, text, page_from, page_to, char_from,
    char_to, token_count, content_sha256, chunker_name, chunker_version)
VALUES (:chunk, :document, :ann, 0, 'four', 1, 1, 0, 4, 1, repeat('0', 64), 'c', '1');
INSERT INTO upload_batches (batch_id, document_id, uploaded_by, realm_id, file_name)
VALUES (:batch, :document, :ann, :ann, 'a.md');
INSERT INTO staged_questions (question_id, upload_batch_id, realm_id, document_id, chunk_id, question, answer,
    statement, evidence, evidence_match, generator, match_text, match_sha256, match_trigrams, match_signature)
SELECT id::uuid, :batch, :ann, :document, :chunk, 'How many?', 'Four.', 'Four.',
    '[{"quote": "four", "char_from": 0, "char_to": 4, "page": 1}]', 'exact', 'g', 'four', repeat('0', 64), 1,
    decode(repeat('00', 64), 'hex')
FROM unnest(ARRAY[:fact, :other]) AS id;
INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id,
    existing_is_staged, similarity_score, method)
VALUES (:batch, :ann, :fact, :other, true, 0.8, 'trigram');
INSERT INTO embedding_models (embed_model, dims, is_active, activated_at) VALUES ('m', 1, true, now());
INSERT INTO document_chunks (chunk_id, document_id, realm_id, ordinal, text, heading_path, page_from, page_to,
    char_from, char_to, token_count, content_sha256, chunker_name, chunker_version, embedding, embed_model,
    embed_version)
SELECT chunk_id, document_id, realm_id, ordinal, text, heading_path, page_from, page_to, char_from, char_to,
    token_count, content_sha256, chunker_name, chunker_version, '[1]', 'm', '1'
FROM staged_chunks;
INSERT INTO all_questions (question_id, realm_id, document_id, chunk_id, question_type, question, answer,
    statement, evidence, evidence_match, generator, match_text, match_sha256, match_trigrams, match_signature,
    embedding, embed_model, embed_version)
SELECT question_id, realm_id, document_id, chunk_id, question_type, question, answer, statement,
    evidence, evidence_match, generator, match_text, match_sha256, match_trigrams, match_signature, '[1]', 'm', '1'
FROM staged_questions;
"""
NAMES = {
    ":chunk": "c0000000-0000-0000-0000-000000000000",
    ":batch": "b0000000-0000-0000-0000-000000000000",
    ":fact": "d0000000-0000-0000-0000-000000000000",
    ":other": "e0000000-0000-0000-0000-000000000000",
    ":ann": str(ANN),
    ":bob": str(BOB),
}
CLAIM = "claimed_by = 'w', claimed_at = now(), lease_token = gen_random_uuid(), lease_expires_at = now()"
UNCLAIM = "claimed_by = NULL, claimed_at = NULL, lease_token = NULL, lease_expires_at = NULL"
WORKING = f"UPDATE upload_jobs SET state = 'working', {CLAIM}; "
# where no move leads by itself; the constraints are on as ever, only triggers are off
IN_PHASE_5 = "SET LOCAL session_replication_role = replica; UPDATE upload_jobs SET stage = 'embedding', phase = 5"
INGESTED = (
    "SET LOCAL session_replication_role = replica; UPDATE upload_jobs SET stage = 'ingested', phase = 6, "
    """stage3_validation_results = '{"critical": 0}'"""
)
BY_SYSTEM = (
    "UPDATE staging_duplicates SET resolution = 'keep_existing', resolved_by = 'system', resolved_at = now(), "
    "resolution_notes = 'n'"
)
NEW_JOB = "INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id"


@pytest.fixture(scope="module")
def url(postgres_url: str, template_database: str) -> Iterator[str]:
    """A database with one document of Ann's: its job queued, a chunk and two facts staged and published."""
    with copied_database(postgres_url, template_database) as url:
        database = Database(url, role="upload_pipeline_service")
        with UnitOfWork(database, lease_s=60) as uow:
            [document] = register(uow, ANN)
            uow.session.connection.execute(_filled(STAGED, document.document_id))
            uow.commit()
        database.close()
        yield url


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    """As the owner; nothing of it stays."""
    with psycopg.connect(url, options="-c search_path=upload_pipeline,public") as connection:
        yield connection
        connection.rollback()


def _filled(statement: str, document: object) -> bytes:
    for name, value in {**NAMES, ":document": document}.items():
        statement = statement.replace(name, f"'{value}'::uuid")
    return statement.encode()


def _refused_by(connection: psycopg.Connection[Any], statement: str) -> str | None:
    [(document,)] = connection.execute("SELECT document_id FROM documents").fetchall()
    with pytest.raises(psycopg.IntegrityError) as refusal:
        connection.execute(_filled(statement, document))
    return refusal.value.diag.constraint_name


@pytest.mark.parametrize(
    ("table", "change", "constraint"),
    [
        ("documents", "bytes_len = 0", "bytes_len_check"),
        ("documents", "filename = ''", "filename_check"),
        ("documents", "file_sha256 = repeat('A', 64)", "file_sha256_check"),  # hex in lower case
        ("documents", "file_sha256 = 'ab'", "file_sha256_check"),
        ("documents", "page_count = 0", "page_count_check"),
        ("documents", "page_unit = 'document', page_count = 1", "page_unit_count_check"),
        ("documents", "parsed_path = 'p'", "parsed_check"),  # without its checksum
        ("documents", "staging_status = 'new'", "staging_status_check"),
        ("documents", "deep_scan_status = 'Done'", "deep_scan_status_check"),
        # an error belongs to a scan that failed: neither to one that is done nor to none
        ("documents", "deep_scan_error = 'e'", "deep_scan_error_check"),
        ("documents", "deep_scan_error = 'e', deep_scan_status = 'Completed'", "deep_scan_error_check"),
        # what goes with a job's state is there, and nothing else
        ("upload_jobs", "state = 'working'", "lease_check"),
        ("upload_jobs", "claimed_by = 'w'", "lease_check"),
        ("upload_jobs", f"state = 'working', {CLAIM}, retry_at = now()", "retryable_check"),
        ("upload_jobs", "outcome = 'rejected'", "done_check"),
        ("upload_jobs", "finished_at = now()", "finished_check"),
        ("upload_jobs", "retry_count = -1", "retry_count_check"),
        ("upload_jobs", "stage4_override_reason = '9 letters'", "override_reason_check"),
        ("upload_jobs", r"stage4_override_reason = repeat(E'\n', 12)", "override_reason_check"),
        # a move as the lifecycle has it (all others: test_lifecycle_database.py)
        ("upload_jobs", "state = 'done', outcome = 'rejected', finished_at = now()", "state_move"),
        ("upload_jobs", "state = 'nowhere'", "state_move"),
        ("upload_jobs", "stage = 'nowhere'", "stage_move"),
        ("upload_jobs", "stage = 'job_validated'", "stage_state"),  # while queued
        ("upload_jobs", "phase = 1", "stage_phase_fkey"),
        # a stage's row says what happened
        ("document_processing_stages", "status = 'completed', started_at = now()", "completed_check"),
        ("document_processing_stages", "completed_at = now()", "completed_check"),
        ("document_processing_stages", "status = 'in_progress'", "started_check"),
        ("document_processing_stages", "status = 'failed'", "failed_check"),  # why?
        ("document_processing_stages", "status = 'completed', started_at = now(), completed_at = now()",
         "fingerprint_check"),  # of what input?
        ("processing_workflows", "completed_stages = total_stages + 1", "count_check"),
        # every chunk has a place and an outcome
        ("staged_chunks", "char_to = 5", "chars_check"),
        ("staged_chunks", "page_to = 0", "pages_check"),
        ("staged_chunks", "outcome = 'facts'", "ledger_check"),  # but there are none
        ("staged_chunks", "outcome = 'nothing_here'", "ledger_check"),  # why?
        ("staged_chunks", "outcome = 'failed', fact_count = 1", "ledger_check"),  # nor why it failed
        ("staged_chunks", "fact_count = 1", "ledger_check"),
        ("document_chunks", "char_to = 5", "chars_check"),
        # a question has words, and its status has reasons
        ("staged_questions", r"question = E' \n'", "question_check"),
        ("staged_questions", r"answer = E'\t'", "answer_check"),
        ("staged_questions", "match_signature = ''", "match_signature_check"),
        ("staged_questions", "similarity_score = 1.1", "similarity_score_check"),
        ("staged_questions", "status = 'duplicate'", "duplicate_check"),  # of what?
        ("staged_questions", "status = 'rejected'", "reviewed_check"),  # when?
        # a pair is two rows, and its decision has an author and a time
        ("staging_duplicates", "existing_question_id = staged_question_id", "self_check"),
        ("staging_duplicates", "similarity_score = -0.1", "similarity_score_check"),
        ("staging_duplicates", "resolution = 'keep_both'", "resolved_check"),
        ("staging_duplicates", "resolution = 'keep_both', resolved_at = now()", "resolved_check"),
        ("staging_duplicates", "resolution = 'keep_both', resolved_by = 'ann'", "resolved_check"),
        ("staging_duplicates", "resolved_at = now(), resolved_by = 'ann'", "resolved_check"),  # still pending
        # what belongs to a document belongs to its user
        ("upload_jobs", "realm_id = :bob", "document_fkey"),
        ("document_processing_stages", "realm_id = :bob", "document_fkey"),
        ("processing_workflows", "realm_id = :bob", "document_fkey"),
        ("staged_chunks", "realm_id = :bob", "document_fkey"),
        ("staged_questions", "realm_id = :bob, document_id = NULL", "batch_fkey"),
        ("document_chunks", "realm_id = :bob", "document_fkey"),
        ("all_questions", "realm_id = :bob", "document_fkey"),
    ],
)  # fmt: skip
def test_the_database_refuses_a_change(
    connection: psycopg.Connection[Any], table: str, change: str, constraint: str
) -> None:
    assert _refused_by(connection, f"UPDATE {table} SET {change}") == f"{table}_{constraint}"


@pytest.mark.parametrize("table", ["staged_questions", "all_questions"])
@pytest.mark.parametrize(
    "change",
    [
        "evidence = NULL",
        "evidence = 'null'",
        "evidence = '[]'",
        "evidence = evidence -> 0",
        "evidence = evidence || 'null'",
        "evidence = evidence || evidence #- '{1,quote}'",
        "evidence = evidence #- '{0,char_from}'",
        "evidence = evidence #- '{0,page}'",
        "evidence = jsonb_set(evidence, '{0,more}', '1')",
        "evidence = jsonb_set(evidence, '{0,quote}', '4')",
        "evidence = jsonb_set(evidence, '{0,quote}', 'null')",
        """evidence = jsonb_set(evidence, '{0,quote}', '"    "')""",
        """evidence = evidence || '{"quote": "", "char_from": 0, "char_to": 0, "page": 1}'""",
        "evidence = jsonb_set(evidence, '{0,char_to}', 'null')",
        """evidence = jsonb_set(evidence, '{0,char_to}', '"4"')""",
        "evidence = jsonb_set(evidence, '{0,char_to}', '5')",
        "evidence = jsonb_set(jsonb_set(evidence, '{0,char_from}', '-1'), '{0,char_to}', '3')",
        "evidence = jsonb_set(evidence, '{0,page}', '0')",
        """evidence = evidence || jsonb_set(evidence, '{0,page}', '0')""",
        "evidence_match = NULL",
        "statement = NULL",
        "chunk_id = NULL",
    ],
)
def test_a_fact_of_a_document_has_its_proof(connection: psycopg.Connection[Any], table: str, change: str) -> None:
    assert _refused_by(connection, f"UPDATE {table} SET {change}") == f"{table}_evidence_check"


@pytest.mark.parametrize("table", ["staged_questions", "all_questions"])
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("question = NULL", "question_or_none_check"),
        ("answer = NULL", "question_or_none_check"),
        ("question = ' '", "question_check"),
        ("answer = ''", "answer_check"),
        ("statement = ' '", "statement_check"),
        # of a bank
        ("question = NULL, answer = NULL, document_id = NULL, chunk_id = NULL", "question_or_none_check"),
    ],
)
def test_a_fact_has_a_question_and_its_answer_or_neither(
    connection: psycopg.Connection[Any], table: str, change: str, constraint: str
) -> None:
    assert _refused_by(connection, f"UPDATE {table} SET {change}") == f"{table}_{constraint}"


@pytest.mark.parametrize("traits", [{}, {"lead_in_missing": 1.0, "sentence_whole": 0.0, "words": 90.0}])
def test_the_database_reads_the_reasons_of_a_confidence(
    connection: psycopg.Connection[Any], traits: dict[str, float]
) -> None:
    confidence = confidence_of(traits)
    assert connection.execute("SELECT reasons_json(%s)", [confidence.reasons_text()]).fetchall() == [
        (confidence.reasons_json(),)
    ]


@pytest.mark.parametrize("table", ["staged_questions", "all_questions"])
def test_a_fact_may_have_no_question_and_spans_in_any_order(connection: psycopg.Connection[Any], table: str) -> None:
    spans = [("the row", 40, 2), ("the header", 7, 1), ("…", 0, None)]
    evidence = [{"quote": q, "char_from": at, "char_to": at + len(q), "page": page} for q, at, page in spans]
    with connection.transaction(force_rollback=True):
        connection.execute(f"UPDATE {table} SET question = NULL, answer = NULL, evidence = %s", [json.dumps(evidence)])  # type: ignore[arg-type]
        columns = "evidence, joined_quotes(evidence), evidence_char_from, evidence_page"
        [row, _] = connection.execute(f"SELECT {columns} FROM {table}").fetchall()  # type: ignore[arg-type]
    assert row == (evidence, "the row … the header … …", 40, 2)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        # a job is born queued, one at a time
        (f"{NEW_JOB}, state, outcome, finished_at) "
         "VALUES (:bob, :document, :ann, :ann, :ann, 'done', 'rejected', now())", "upload_jobs_birth"),
        (f"{NEW_JOB}, stage, phase) VALUES (:bob, :document, :ann, :ann, :ann, 'chunked', 1)", "upload_jobs_birth"),
        (f"{NEW_JOB}) VALUES (:bob, :document, :ann, :ann, :ann)", "upload_jobs_active_key"),
        # what goes with a state, for states that come after working
        (f"{WORKING} UPDATE upload_jobs SET lease_token = NULL", "upload_jobs_lease_check"),
        (f"{WORKING} UPDATE upload_jobs SET state = 'retryable', last_error = '{{}}', {UNCLAIM}",
         "upload_jobs_retryable_check"),  # when?
        (f"{WORKING} UPDATE upload_jobs SET state = 'retryable', retry_at = now(), {UNCLAIM}",
         "upload_jobs_failed_check"),  # why?
        (f"{WORKING} UPDATE upload_jobs SET state = 'deadletter', finished_at = now(), {UNCLAIM}",
         "upload_jobs_failed_check"),
        (f"{WORKING} UPDATE upload_jobs SET state = 'done', finished_at = now(), {UNCLAIM}",
         "upload_jobs_done_check"),  # no outcome
        (f"{WORKING} UPDATE upload_jobs SET state = 'done', outcome = 'rejected', {UNCLAIM}",
         "upload_jobs_finished_check"),
        (f"{WORKING} UPDATE upload_jobs SET state = 'done', outcome = 'lost', finished_at = now(), {UNCLAIM}",
         "upload_jobs_outcome_check"),
        (f"{WORKING} UPDATE upload_jobs SET state = 'done', outcome = 'published', finished_at = now(), "
         f"{UNCLAIM}", "upload_jobs_published_check"),  # without having been ingested
        (f"{WORKING} UPDATE upload_jobs SET state = 'awaiting_review', {UNCLAIM}",
         "upload_jobs_review_check"),  # where nobody decides
        (INGESTED, "upload_jobs_ingested_check"),  # but queued
        (f"{WORKING} UPDATE upload_jobs SET stage = 'parsing'", "upload_jobs_stage_move"),  # over one
        (f"{WORKING} UPDATE upload_jobs SET state = 'deadletter', finished_at = now(), last_error = '{{}}', "
         f"{UNCLAIM}; UPDATE upload_jobs SET state = 'queued', stage = 'chunked', finished_at = NULL",
         "upload_jobs_restart"),  # where it has never been
        # nothing goes on to generation unvalidated, or past critical findings without a reason
        (IN_PHASE_5, "upload_jobs_gate_check"),
        (f"{IN_PHASE_5}, stage4_override_reason = 'never validated'", "upload_jobs_gate_check"),
        (f"""{IN_PHASE_5}, stage3_validation_results = '{{"critical": 1}}'""", "upload_jobs_gate_check"),
        # results that do not say how many critical findings there are
        (f"{IN_PHASE_5}, stage3_validation_results = '{{}}'", "upload_jobs_gate_check"),
        (f"{IN_PHASE_5}, stage3_validation_results = 'null'", "upload_jobs_gate_check"),
        # the same bytes of the same user again
        ("INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, "
         "raw_path) SELECT :bob, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path "
         "FROM documents", "documents_content_key"),
        ("INSERT INTO document_sources (realm_id, source_uri, document_id, filename) VALUES (:ann, '', :document, 'a')",
         "document_sources_source_uri_check"),
        ("INSERT INTO stage_output_files "
         "VALUES (:document, :ann, 'chunker', 'chunks_json', 'p', 1, 'm', 'abc')",
         "stage_output_files_checksum_check"),
        ("UPDATE document_processing_stages SET stage_name = 'guessing' WHERE stage_name = 'chunker'",
         "document_processing_stages_stage_name_fkey"),
        # what belongs to a document belongs to its user
        ("INSERT INTO document_sources (realm_id, source_uri, document_id, filename) "
         "VALUES (:bob, 'u', :document, 'a')",
         "document_sources_document_fkey"),
        ("INSERT INTO stage_output_files "
         "VALUES (:document, :bob, 'chunker', 'chunks_json', 'p', 1, 'm', repeat('0', 64))",
         "stage_output_files_document_fkey"),
        ("DELETE FROM staged_questions; UPDATE upload_batches SET realm_id = :bob",
         "upload_batches_document_fkey"),
        ("INSERT INTO document_vector_buffer (owner_id, owner_kind, document_id, realm_id, embed_model, "
         "embed_version, content_sha256, vector) "
         "VALUES (:bob, 'chunk', :document, :bob, 'm', '1', 's', '[1]')",
         "document_vector_buffer_document_fkey"),
        # no pair is of two languages, and the system leaves out only what differs in nothing
        ("UPDATE staged_questions SET language = CASE question_id WHEN :fact THEN 'pt' ELSE 'es' END; "
         "UPDATE all_questions SET language = 'es'; UPDATE staging_duplicates SET resolution = 'pending'",
         "staging_duplicates_language"),
        ("""UPDATE staging_duplicates SET reasons = '{"flags": ["mood"]}'""", "staging_duplicates_flags_check"),
        (f"""{BY_SYSTEM}, method = 'scored', reasons = '{{"flags": ["code"]}}'""", "staging_duplicates_differing"),
        (f"""UPDATE staged_questions SET match_sha256 = repeat('1', 64) WHERE question_id = :fact;
         {BY_SYSTEM}, method = 'exact', reasons = '{{"flags": []}}'""", "staging_duplicates_words"),
        # an event has a type of the taxonomy and a code
        ("INSERT INTO events (type, code) VALUES ('gossip', 'c')", "events_type_check"),
        ("INSERT INTO events (type, code) VALUES ('error', '')", "events_code_check"),
    ],
)  # fmt: skip
def test_the_database_refuses_a_statement(connection: psycopg.Connection[Any], statement: str, constraint: str) -> None:
    assert _refused_by(connection, statement) == constraint


def test_nobody_changes_history(connection: psycopg.Connection[Any]) -> None:
    for statement in (b"UPDATE events SET code = 'x'", b"DELETE FROM events", b"TRUNCATE events"):
        with pytest.raises(psycopg.errors.RestrictViolation), connection.transaction():
            connection.execute(statement)


def test_a_document_takes_everything_of_it_along(connection: psycopg.Connection[Any]) -> None:
    """All but its events and what others were told of it, which are history."""
    columns = "SELECT table_name FROM information_schema.columns WHERE column_name = 'document_id'"
    tables = {name for (name,) in connection.execute(columns).fetchall()}
    connection.execute("DELETE FROM documents")

    left = {name for name in tables if connection.execute(f"SELECT FROM {name}".encode()).rowcount}
    assert len(tables) > 10
    assert left == {"events", "knowledge_changes", "changes"}


def test_the_database_counts_what_can_be_seen_as_python_does(database_url: str) -> None:
    """Every character of Unicode: those that Python calls blank one by one, the others sixteen at a time."""
    storable = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    blank = [char for char in storable if visible_length(char) == 0]
    visible = [char for char in storable if visible_length(char)]
    blocks = ["".join(visible[start : start + 16]) for start in range(0, len(visible), 16)]
    with psycopg.connect(database_url) as connection:
        [[counted]] = connection.execute(
            "SELECT array_agg(upload_pipeline.visible_length(t) ORDER BY n) FROM unnest(%s::text[]) "
            "WITH ORDINALITY AS i (t, n)",
            [[*blank, *blocks]],
        ).fetchall()
    assert counted == [*[0] * len(blank), *[len(block) for block in blocks]]
    assert len(blank) > 4000
