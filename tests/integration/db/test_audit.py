"""The audit trail: what leaves, and who changes what, is on record; and through the API's role nothing is forged."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.rows.webhooks import WebhookEvent
from tests.support.through import publish, upload
from tests.support.two_users import ANN, API, BOB, TwoUsers

COLUMNS: dict[str, tuple[set[str], set[str]]] = {
    # table: columns that may be inserted, columns that may be updated
    "documents": (
        {"document_id", "realm_id", "user_id", "title", "filename", "mime", "bytes_len", "file_sha256", "raw_path"},
        {
            "filename", "tags", "collection", "staging_status", "deep_scan_status", "deep_scan_error", "deep_scan_was",
            "deep_scan_error_was", "updated_at",
        },
    ),
    "erasures": (
        {"erasure_id", "scope", "realm_id", "person_id", "document_ids", "batch_ids", "reason", "counts"},
        {"state", "begun_at", "reason"},
    ),
    "document_sources": ({"realm_id", "source_uri", "document_id", "filename"}, {"is_current", "seen_at", "filename"}),
    "sources": (
        {
            "realm_id", "name", "kind", "uri", "include", "exclude", "vanished", "grace", "every", "choices",
            "added_by",
        },
        {
            "name", "uri", "include", "exclude", "vanished", "grace", "every", "choices", "changed_at", "paused_at",
            "removed_at", "removal",
        },
    ),
    "source_runs": (set(), {"outcome", "decision", "decided_at", "decided_by", "decider_id"}),
    "vanishings": (set(), {"decision", "decided_at", "decided_by", "user_id", "reason"}),
    "document_processing_stages": (
        {"document_id", "realm_id", "stage_name"}, {"status", "fingerprint", "completed_at"},
    ),
    "processing_workflows": (
        {"document_id", "realm_id", "workflow_type", "total_stages", "current_stage", "configuration"},
        {"configuration", "workflow_type"},
    ),
    "upload_jobs": (
        {"job_id", "document_id", "realm_id", "user_id", "correlation_id", "submitted_via", "profile", "priority"},
        {
            "stage", "state", "outcome", "lost_leases", "retry_count", "retry_at", "parked_until", "held_for",
            "stop_after", "is_stopped", "last_error",
            "claimed_by", "claimed_at", "lease_token", "lease_expires_at", "correlation_id", "config_sha256",
            "stage2_completed_at", "stage2_approved_matches", "stage4_override_reason", "stage6_completed_at",
            "stage6_downloaded_at", "finished_at",
        },
    ),
    "upload_batches": (
        {"batch_id", "realm_id", "uploaded_by", "file_name"},
        {
            "status", "review_started_at", "review_completed_at", "reviewed_by", "import_started_at",
            "import_completed_at", "matched_at", "notes",
        },
    ),
    "staged_questions": (
        {
            "question_id", "upload_batch_id", "realm_id", "ordinal", "topic", "subtopic", "question_type", "difficulty",
            "question", "answer", "notes_for_tutor", "generator", "match_text", "match_sha256", "match_trigrams",
            "match_signature", "language",
            # of a fact that a reviewer adds
            "document_id", "chunk_id", "statement", "evidence", "evidence_match", "status", "left_out_reason",
            "evidence_pieces", "confidence", "confidence_reasons", "publish_from", "ask_from", "added_by",
        },
        {
            "status", "question", "answer", "statement", "topic", "subtopic", "question_type", "difficulty",
            "notes_for_tutor", "match_text", "match_sha256", "match_version", "match_trigrams", "match_signature",
            "edited_by", "edited_at", "reviewed_by", "reviewed_at", "review_notes", "rejected_with_document",
            "taken_back", "duplicate_of", "similarity_score", "import_error", "decided_by_itself",
        },
    ),
    "staged_question_views": ({"question_id", "user_id", "realm_id"}, set()),
    "duplicate_decisions": (
        {"realm_id", "first_sha256", "second_sha256", "resolution", "decided_by", "decided_at", "notes"},
        {"resolution", "decided_by", "decided_at", "notes"},
    ),
    "events": (
        {"job_id", "document_id", "realm_id", "correlation_id", "type", "severity", "code", "payload"}, set(),
    ),
    "change_cursors": (
        {"realm_id", "user_id", "name", "feed_id", "after", "seen"}, {"feed_id", "after", "seen", "confirmed_at"},
    ),
    "event_streams": ({"stream_id", "realm_id", "user_id", "open_until"}, {"open_until"}),
    "presence": ({"document_id", "realm_id", "question_id"}, {"question_id", "seen_at"}),
    "review_changes": ({"realm_id", "document_id", "batch_id", "made_by", "subjects", "undoes"}, set()),
    "parked_decisions": (
        {
            "job_id", "group_id", "document_id", "realm_id", "user_id", "decision", "fields", "taken_by", "seen",
            "due_at",
        },
        {"ended_at", "outcome", "undone_by"},
    ),
    "webhook_endpoints": ({"webhook_id", "realm_id", "url", "secret", "events"}, set()),
    "staging_duplicates": (
        {
            "duplicate_id", "realm_id", "staged_question_id", "existing_question_id", "existing_is_staged",
            "similarity_score", "method", "resolution", "resolution_notes", "resolved_by", "resolved_at",
            "reasons", "created_at",
        },
        {"resolution", "resolution_notes", "resolved_by", "resolved_at", "similarity_score", "method", "reasons"},
    ),
    "realms": (set(), {"name"}),
    "realm_members": ({"realm_id", "user_id", "role", "name", "added_by"}, {"role", "name"}),
    "embedding_cache": (set(), {"last_used_at"}),
    "rate_limits": (
        {"key", "window_s", "window_index", "hits"}, {"hits"},
    ),
}  # fmt: skip
"""Every column that the API's role may write. A new column is not among them until it is named here."""


@pytest.fixture
def bob(database: TwoUsers, member: str) -> Iterator[psycopg.Connection[Any]]:
    """The API's connection while it serves Bob."""
    with database.role(API, claims={"sub": BOB}, login=member) as connection:
        yield connection


def events_of(app: Pipeline, kind: str) -> list[dict[str, Any]]:
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT code, payload, realm_id, document_id, job_id, correlation_id FROM events WHERE type = %s "
            "ORDER BY event_id",
            [kind],
        ).fetchall()
    names = ("code", "payload", "realm_id", "document_id", "job_id", "correlation_id")
    return [dict(zip(names, row, strict=True)) for row in rows]


# --- the API's role -------------------------------------------------------------------------------------------


def test_the_api_role_writes_the_columns_that_are_listed_and_no_more(database: TwoUsers) -> None:
    rows = database.rows(
        "SELECT c.relname, a.attname, has_column_privilege(%s, c.oid, a.attnum, 'INSERT'), "
        "has_column_privilege(%s, c.oid, a.attnum, 'UPDATE') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'upload_pipeline'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0 "
        "AND NOT a.attisdropped",
        API,
        API,
    )
    found: dict[str, tuple[set[str], set[str]]] = {}
    for table, column, inserts, updates in rows:
        for may, which in ((inserts, 0), (updates, 1)):
            if may:
                found.setdefault(table, (set(), set()))[which].add(column)
    assert found == COLUMNS


@pytest.mark.parametrize(
    "statement",
    [
        # another's job, document or batch, in one's own name
        "INSERT INTO events (job_id, document_id, realm_id, type, code) "
        "VALUES (%(job)s, %(document)s, %(bob)s, 'review', 'document_rejected')",
        "INSERT INTO events (document_id, realm_id, type, code) VALUES (%(document)s, %(bob)s, 'review', 'c')",
        "INSERT INTO events (job_id, realm_id, type, code) VALUES (%(job)s, %(bob)s, 'review', 'c')",
        "INSERT INTO events (job_id, document_id, realm_id, type, code) "
        "SELECT %(job)s, document_id, %(bob)s, 'review', 'c' FROM documents LIMIT 1",
        "INSERT INTO events (realm_id, type, code, payload) "
        "VALUES (%(bob)s, 'review', 'c', jsonb_build_object('batch_id', %(batch)s::text))",
        # in another's name
        "INSERT INTO events (realm_id, type, code) VALUES (%(ann)s, 'review', 'c')",
        # at another time, or in another's place in the order
        "INSERT INTO events (ts, realm_id, type, code) VALUES ('2020-01-01', %(bob)s, 'review', 'c')",
        "INSERT INTO events (event_id, realm_id, type, code) OVERRIDING SYSTEM VALUE "
        "VALUES (1, %(bob)s, 'review', 'c')",
        # what only workers, or the database itself, can know
        *(
            f"INSERT INTO events (realm_id, type, code) VALUES (%(bob)s, '{kind}', 'c')"
            for kind in ("published", "finalized", "stage_done", "claimed", "error", "exported", "webhook", "setting",
                         "model", "pruned", "withdrawn", "parked", "retry", "stage_started")
        ),
        # a document's paths, checksums, owner and times
        *(
            f"UPDATE documents SET {column} = {column}"
            for column in ("raw_path", "parsed_path", "parsed_sha256", "published_path", "published_sha256",
                           "file_sha256", "realm_id", "document_id", "published_at", "created_at", "title", "mime")
        ),
        # the bytes of another's document under a document of one's own
        "INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, "
        "raw_path) "
        "VALUES (gen_random_uuid(), %(bob)s, %(bob)s, 't', 'f.md', 'text/markdown', 1, repeat('a', 64), "
        "'documents/' || %(document)s || '/original/a.md')",
        "INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, "
        "raw_path) "
        "SELECT id, %(bob)s, %(bob)s, 't', 'f.md', 'text/markdown', 1, repeat('a', 64), "
        "'documents/' || id || '/original/../../' || %(document)s || '/original/a.md' "
        "FROM (SELECT gen_random_uuid() AS id) new",
        # what validation found, what a stage cost, a job under a lease of one's own
        "UPDATE upload_jobs SET stage3_validation_results = '{\"critical\": 0}'",
        "UPDATE document_processing_stages SET cost_usd = 0",
        "INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, profile) "
        "SELECT gen_random_uuid(), document_id, realm_id, user_id, gen_random_uuid(), 'deep' FROM documents",
        "UPDATE upload_jobs SET state = 'working', claimed_by = 'w', claimed_at = now(), lease_token = %(document)s, "
        "lease_expires_at = now() + interval '1 hour' WHERE state = 'queued'",
        "UPDATE upload_jobs SET lease_expires_at = now() + interval '1 year' WHERE state = 'working'",
        "UPDATE webhook_endpoints SET secret = secret",
        "SELECT FROM recorded_settings",
    ],
)  # fmt: skip
def test_through_the_api_role_nothing_is_forged(
    database: TwoUsers, bob: psycopg.Connection[Any], statement: str
) -> None:
    [(job, document, batch)] = database.rows(
        "SELECT j.job_id, j.document_id, b.batch_id FROM upload_jobs j JOIN upload_batches b USING (document_id) "
        "WHERE j.realm_id = %s LIMIT 1",
        ANN,
    )
    values = {"ann": ANN, "bob": BOB, "job": job, "document": document, "batch": batch}

    with pytest.raises(InsufficientPrivilege):
        bob.execute(statement.encode(), values)


def test_events_about_ones_own_are_taken_and_get_the_databases_time(bob: psycopg.Connection[Any]) -> None:
    made = bob.execute(
        "INSERT INTO events (job_id, document_id, realm_id, type, code, payload) "
        "SELECT job_id, document_id, realm_id, 'review', 'c', jsonb_build_object('by', realm_id) FROM upload_jobs "
        "RETURNING clock_timestamp() - ts < interval '10 seconds'"
    ).fetchall()
    assert made
    assert set(made) == {(True,)}


def test_functions_with_their_owners_rights_are_closed(database: TwoUsers) -> None:
    """They look nowhere that others may make tables, and only those that are meant to be called can be."""
    rows = database.rows(
        "SELECT p.proname, array_to_string(p.proconfig, ' '), has_function_privilege(%s, p.oid, 'EXECUTE'), "
        "p.prorettype = 'trigger'::regtype FROM pg_proc p "
        "WHERE p.pronamespace = 'upload_pipeline'::regnamespace AND p.prosecdef",
        API,
    )
    # a plan that may read no whole table looks nowhere else for it
    assert {config.removesuffix(" enable_seqscan=off") for _, config, _, _ in rows} == {
        "search_path=upload_pipeline, pg_temp"
    }
    assert {name for name, _, may, is_trigger in rows if may and not is_trigger} == {
        "pipeline_metrics", "paid_metrics", "held_metrics", "resume_webhook", "try_webhook",
        "realms_with_events",
        "is_being_erased", "passages_with", "frequent_words",
        "my_realms", "create_realm", "name_myself", "move_document", "taken_elsewhere",
        "has_job",
    }  # fmt: skip
    assert not [name for name, _, may, is_trigger in rows if may and is_trigger]
    creates = "SELECT has_schema_privilege(%s, n.oid, 'CREATE') FROM pg_namespace n WHERE nspname = ANY(%s)"
    assert set(database.rows(creates, API, ["upload_pipeline", "public"])) == {(False,)}


# --- what leaves ------------------------------------------------------------------------------------------------


def test_an_export_leaves_an_event(app: Pipeline) -> None:
    [document_id] = publish(app, upload())
    exported = app.export.read(document_id, realm_id=app.realm_id)

    # though nothing was acknowledged: it has left
    [event] = events_of(app, "exported")
    assert event["code"] == "document_exported"
    assert event["document_id"] == document_id
    assert event["job_id"] is not None
    assert event["realm_id"] == app.realm_id
    assert event["payload"]["by"] == str(app.realm_id)
    assert event["payload"]["facts"] == len(exported["facts"])


# --- webhooks ---------------------------------------------------------------------------------------------------


def test_every_change_of_a_webhook_leaves_an_event_without_its_secrets(app: Pipeline) -> None:
    webhook_id, url = uuid4(), "https://name:pass@example.org/hooks/T0P-SECRET?token=x"
    steps = [
        ("UPDATE webhook_endpoints SET events = ARRAY['job.done']", "webhook_changed"),
        (f"UPDATE webhook_endpoints SET secret = 'whsec_{'B' * 44}'", "webhook_secret_changed"),
        ("UPDATE webhook_endpoints SET disabled_at = now(), disabled_because = 'gone'", "webhook_disabled"),
        ("UPDATE webhook_endpoints SET disabled_at = NULL, disabled_because = NULL", "webhook_enabled"),
        ("DELETE FROM webhook_endpoints", "webhook_removed"),
    ]
    with app.open_uow() as uow:
        uow.webhooks.add(webhook_id, app.realm_id, url, f"whsec_{'A' * 44}", list(WebhookEvent))
        for statement, _ in steps:
            uow.session.connection.execute(statement.encode())
        # nothing that matters has changed
        uow.session.connection.execute("UPDATE webhook_endpoints SET url = url")
        uow.commit()

    events = events_of(app, "webhook")
    assert [event["code"] for event in events] == ["webhook_added", *(code for _, code in steps)]
    assert {event["realm_id"] for event in events} == {app.realm_id}
    assert {event["payload"]["host"] for event in events} == {"example.org"}
    told = json.dumps([event["payload"] for event in events])
    assert not [secret for secret in ("pass", "T0P", "token", "whsec", "BBB") if secret in told]


# --- models and settings ------------------------------------------------------------------------------------------


def test_a_change_of_model_leaves_events_from_its_start_to_its_end(app: Pipeline) -> None:
    publish(app, upload())
    model = app.reembed.begin("wordllama-128")
    app.reembed.fill(model)
    app.reembed.switch(model, None)
    app.reembed.begin("wordllama-64")
    app.reembed.clean()

    told = [(event["code"], event["payload"]["model"]) for event in events_of(app, "model")]
    assert told == [
        ("model_first", "wordllama-256"),
        ("reembed_started", "wordllama-128"),
        ("model_switched", "wordllama-128"),
        ("reembed_started", "wordllama-64"),
        ("reembed_abandoned", "wordllama-64"),
    ]


def test_settings_leave_an_event_once_a_change_and_no_secret(
    make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start() -> Pipeline:
        app = make_pipeline()
        assert app.worker.name
        return app

    # set for the tests that run beside this one
    monkeypatch.delenv("UPLOAD_PIPELINE_RETRY_BASE_S", raising=False)
    start()
    monkeypatch.setenv("UPLOAD_PIPELINE_MAX_RETRIES", "7")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("UPLOAD_PIPELINE_LIMITS_STORE", "redis://me:canary@cache/0")
    monkeypatch.setenv("UPLOAD_PIPELINE_OPENAI_FACT_OPTIONS", '{"user": "canary"}')
    monkeypatch.setenv("UPLOAD_PIPELINE_REVIEWER", "somebody")
    start()
    start()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another")
    start()
    monkeypatch.delenv("UPLOAD_PIPELINE_MAX_RETRIES")
    app = start()

    events = events_of(app, "setting")
    changes = [event["payload"]["changes"] for event in events]
    assert [sorted(change) for change in changes] == [
        [
            "OPENAI_API_KEY",
            "UPLOAD_PIPELINE_LIMITS_STORE",
            "UPLOAD_PIPELINE_MAX_RETRIES",
            "UPLOAD_PIPELINE_OPENAI_FACT_OPTIONS",
        ],
        ["OPENAI_API_KEY"],
        ["UPLOAD_PIPELINE_MAX_RETRIES"],
    ]
    assert changes[0]["UPLOAD_PIPELINE_MAX_RETRIES"] == {"before": None, "after": "7"}
    assert changes[2]["UPLOAD_PIPELINE_MAX_RETRIES"] == {"before": "7", "after": None}
    assert changes[0]["UPLOAD_PIPELINE_LIMITS_STORE"]["after"].startswith("redis://***@cache/0")
    assert "canary" not in json.dumps(changes)
    assert "sk-" not in json.dumps(changes)


def test_another_machine_with_the_same_settings_is_no_change(
    make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_MAX_RETRIES", "7")
    app = make_pipeline()
    for host in ("pod-1", "pod-2", "pod-1"):
        monkeypatch.setattr("socket.gethostname", lambda host=host: host)
        app.record_settings("work")()
    assert len(events_of(app, "setting")) == 1
