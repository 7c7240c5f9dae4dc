"""The list of documents stops at its page: what it costs does not grow with how many there are."""

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.document_lists import LISTED_DOCUMENTS
from tests.support.two_users import ANN

_MANY = 3000
_DOCUMENTS = """
INSERT INTO documents (
    document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path, created_at)
SELECT md5('d' || n)::uuid, %(realm)s, %(realm)s, 'Document ' || n, n || '.pdf', 'application/pdf', 1,
    encode(sha256(n::text::bytea), 'hex'), 'documents/' || md5('d' || n)::uuid || '/original/x',
    now() - n * interval '1 min'
FROM generate_series(1, %(many)s) AS n
"""
_JOBS = """
INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id)
SELECT gen_random_uuid(), document_id, realm_id, user_id, gen_random_uuid() FROM documents
"""


@pytest.fixture
def many(app: Pipeline, database_url: str) -> psycopg.Connection[tuple[object, ...]]:
    connection = psycopg.connect(database_url, options="-c search_path=upload_pipeline,public", autocommit=True)
    connection.execute(_DOCUMENTS, {"realm": ANN, "many": _MANY})
    connection.execute(_JOBS)
    connection.execute("ANALYZE documents, upload_jobs")
    return connection


def test_a_page_reads_its_rows_alone(many: psycopg.Connection[tuple[object, ...]]) -> None:
    given = {"realm_id": ANN, "limit": 51}
    statement = LISTED_DOCUMENTS.statement(frozenset(given)).decode()
    with many:
        [[plan]] = many.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode(), given).fetchall()
    text = str(plan)
    assert "documents_realm_idx" in text
    assert _rows_of(plan, "documents") <= 51
    assert _rows_of(plan, "staged_questions") == 0


def _rows_of(plan: object, relation: str) -> float:
    """How many rows of the relation were read."""
    if isinstance(plan, list):
        return sum(_rows_of(one, relation) for one in plan)
    if not isinstance(plan, dict):
        return 0
    own = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Relation Name") == relation else 0
    return own + sum(_rows_of(value, relation) for value in plan.values() if isinstance(value, list | dict))
