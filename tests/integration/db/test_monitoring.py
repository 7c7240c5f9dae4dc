"""What a scrape reads: kept as things happen, equal to what counting everything would find, and cheap."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.queries import sql_folder
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.rows.webhooks import WebhookEvent
from tests.support.through import needs_work, publish, receive, through, upload

COUNTED_ANEW = """
SELECT 'jobs' AS metric, state AS label, count(*)::float8 AS value FROM (
    SELECT DISTINCT ON (document_id) state FROM upload_jobs ORDER BY document_id, created_at DESC, job_id DESC) n
GROUP BY state
UNION ALL SELECT 'stage_seconds', stage_name, sum((result ->> 'seconds')::float8) FROM document_processing_stages
    WHERE result ? 'seconds' GROUP BY 2
UNION ALL SELECT 'stage_documents', stage_name, count(*) FROM document_processing_stages
    WHERE result ? 'seconds' GROUP BY 2
UNION ALL SELECT 'stage_retries', stage_name, sum(retry_count) FROM document_processing_stages GROUP BY 2
UNION ALL SELECT 'cost_usd', stage_name, sum(cost_usd) FROM document_processing_stages GROUP BY 2
UNION ALL SELECT 'input_tokens', stage_name, sum(input_tokens) FROM document_processing_stages GROUP BY 2
UNION ALL SELECT 'published_facts', '', count(*) FROM all_questions
UNION ALL SELECT 'events', type, count(*) FROM events GROUP BY 2
UNION ALL SELECT 'lease_losses', '', count(*) FROM events WHERE code IN ('worker_lost', 'taken_over')
UNION ALL SELECT 'dead_letters', payload -> 'error' ->> 'code', count(*) FROM events
    WHERE code = 'dead_letter' GROUP BY 2
UNION ALL SELECT 'webhook_deliveries', status, count(*) FROM webhook_deliveries WHERE status <> 'pending' GROUP BY 2
"""


def execute(app: Pipeline, statement: str) -> list[tuple[Any, ...]]:
    with app.open_uow() as uow:
        cursor = uow.session.connection.execute(statement.encode())
        rows = cursor.fetchall() if cursor.description else []
        uow.commit()
    return rows


def scraped(app: Pipeline) -> dict[tuple[str, str], float]:
    return {(row["metric"], row["label"]): row["value"] for row in app.monitoring.metrics()}


def check(app: Pipeline) -> None:
    found = scraped(app)
    anew = {(metric, label): value for metric, label, value in execute(app, COUNTED_ANEW)}
    kept = {metric for metric, _ in anew}
    assert {key: value for key, value in anew.items() if value} == pytest.approx(
        {key: value for key, value in found.items() if key[0] in kept and abs(value) > 1e-9}
    )


def dead_letter(app: Pipeline) -> None:
    execute(
        app,
        "UPDATE upload_jobs SET state = 'deadletter', last_error = '{\"code\": \"x\"}', finished_at = now(), "
        "claimed_by = NULL, claimed_at = NULL, lease_token = NULL, lease_expires_at = NULL WHERE state = 'working'",
    )


def test_sums_are_what_a_count_of_everything_finds(app: Pipeline, postgres_url: str) -> None:
    """Through publishing, replacing, retries, lost leases, dead letters, removal, deep scans and webhooks."""
    publish(app, upload("a.md", source="file:///a.md"), upload("b.md", "# B\n\nThe canteen serves soup on Mondays.\n"))
    check(app)
    publish(app, upload("a.md", "# A\n\nThe pump runs at 40 Hz.\n", "file:///a.md"))
    [third] = needs_work(app, receive(app, upload("c.md", "# C\n\nThe tank holds 90 litres.\n")))
    through(app, [third], until=StageName.CHUNKER)
    execute(app, "UPDATE upload_jobs SET lease_expires_at = now() - interval '1 s' WHERE state = 'working'")
    app.queue.reap()
    app.claim([third])
    with app.open_uow() as uow:
        uow.webhooks.add(third, app.realm_id, "https://example.org/x", f"whsec_{'A' * 44}", list(WebhookEvent))
        uow.commit()
    dead_letter(app)
    check(app)
    # a further job of a document takes the place of the one before
    execute(
        app,
        "INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, profile, created_at) SELECT "
        "gen_random_uuid(), document_id, realm_id, user_id, correlation_id, 'deep', now() + interval '1 s' "
        "FROM upload_jobs",
    )
    check(app)
    execute(app, "UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL, error = 'no'")
    assert scraped(app)["webhook_deliveries", "failed"] == 1
    execute(app, "DELETE FROM documents WHERE published_at IS NULL")
    check(app)
    found = scraped(app)
    assert found["lease_losses", ""] == 1
    assert found["jobs", "queued"] == 2


def test_folding_changes_nothing_and_forgets_the_changes(app: Pipeline) -> None:
    publish(app, upload())
    before = scraped(app)
    folded = execute(app, "SELECT fold_metrics()")[0][0]

    assert folded > 20
    assert execute(app, "SELECT count(*) FROM metric_changes") == [(0,)]
    now = scraped(app)
    assert {key: value for key, value in now.items() if not key[0].endswith(("_bytes", "_seconds", "_run"))} == {
        key: value for key, value in before.items() if not key[0].endswith(("_bytes", "_seconds", "_run"))
    }


def test_changes_are_folded_by_themselves(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True, options="-c search_path=upload_pipeline,public") as connection:
        for _ in range(600):
            connection.execute("INSERT INTO events (type, code) VALUES ('setting', 'settings_changed')")
        [(left,)] = connection.execute("SELECT count(*) FROM metric_changes").fetchall()
        [(value,)] = connection.execute(
            "SELECT value FROM pipeline_metrics() WHERE metric = 'events' AND label = 'setting'"
        ).fetchall()
    assert left < 300
    assert value == 600


def test_nobody_waits_for_another_to_count(database_url: str) -> None:
    """Two transactions that count the same, one of them while the changes are folded, go on beside each other."""
    options = "-c search_path=upload_pipeline,public -c lock_timeout=2000"
    event = "INSERT INTO events (type, code) SELECT 'setting', 'c' FROM generate_series(1, 3)"
    with (
        psycopg.connect(database_url, options=options) as one,
        psycopg.connect(database_url, options=options) as other,
    ):
        one.execute(event)
        one.execute("SELECT fold_metrics()")
        other.execute(event)
        assert other.execute("SELECT fold_metrics()").fetchall() == [(0,)]
        other.commit()
        one.commit()


SCANNED = {"upload_jobs", "documents", "document_processing_stages", "all_questions", "events", "staged_questions"}


def test_a_scrape_reads_no_table_that_grows(database_url: str) -> None:
    """However many documents, facts and events there are: the waiting ones are read from their indexes."""
    body = Path(sql_folder() / "migrations" / "0017_keep_metrics.sql").read_text("utf-8")
    query = body.partition("CREATE FUNCTION pipeline_metrics")[2].split("$$")[1]
    options = "-c search_path=upload_pipeline,public"
    with psycopg.connect(database_url, autocommit=True, options=options) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, "
            "raw_path) "
            "SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 't', 'f', 'm', 1, "
            "encode(sha256(i::text::bytea), 'hex'), 'p' "
            "FROM generate_series(1, 20000) i"
        )
        connection.execute(
            "INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, state, stage, phase, "
            "outcome, finished_at, stage3_validation_results) SELECT gen_random_uuid(), document_id, realm_id, "
            "user_id, gen_random_uuid(), 'done', 'ingested', 6, 'published', now(), '{\"critical\": 0}' FROM documents"
        )
        connection.execute("ANALYZE")
        [(plan,)] = connection.execute(f"EXPLAIN (FORMAT JSON) {query}".encode()).fetchall()
    nodes = list(walk(plan[0]["Plan"]))
    read = {node["Relation Name"]: node["Node Type"] for node in nodes if "Relation Name" in node}
    assert read["metric_sums"] == "Seq Scan"
    assert {name: how for name, how in read.items() if name in SCANNED} == {
        name: how for name, how in read.items() if name == "upload_jobs" and how.startswith(("Index", "Bitmap"))
    }, json.dumps(plan)[:3000]


def walk(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)
