"""Ways around row-level security: rows of one's own hung on another's, odd claims, other roles, other rules."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from pipeline_core.db.database import Database
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.documents import Source
from pipeline_core.domain.errors import IllegalMoveError
from pipeline_core.domain.lifecycle import APPROVE_MATCHES
from tests.support.database import register
from tests.support.two_users import ANN, API, BOB, SERVICE, TwoUsers
from tests.support.walker import Walker, march

NEW_PAIR = (
    "INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, "
    "existing_is_staged, similarity_score, method) SELECT gen_random_uuid(), %(bob)s, {}, {}, false, 1, 'exact' "
    "FROM staged_questions LIMIT 1"
)


@pytest.fixture
def bob(database: TwoUsers, login: str) -> Iterator[psycopg.Connection[Any]]:
    """The API's connection while it serves Bob."""
    with database.role(API, claims={"sub": BOB}, login=login) as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        # a job: workers would run it on her document
        ("INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id) "
         "VALUES (gen_random_uuid(), %(document)s, %(bob)s, %(bob)s, gen_random_uuid())", ForeignKeyViolation),
        # one's own before those of others, or at the price of a deep scan
        ("INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, priority) "
         "SELECT gen_random_uuid(), document_id, %(bob)s, %(bob)s, gen_random_uuid(), 1 FROM documents LIMIT 1",
         InsufficientPrivilege),
        ("UPDATE upload_jobs SET priority = -1", InsufficientPrivilege),
        # a place: a newer document there would withdraw hers
        ("INSERT INTO document_sources (realm_id, source_uri, document_id, filename) "
         "VALUES (%(bob)s, 'u', %(document)s, 'a')", ForeignKeyViolation),
        ("UPDATE document_sources SET document_id = %(document)s", InsufficientPrivilege),
        # questions: they would be published with hers
        ("INSERT INTO upload_batches (batch_id, document_id, uploaded_by, realm_id, file_name) "
         "VALUES (gen_random_uuid(), %(unstaged)s, %(bob)s, %(bob)s, 'f')", InsufficientPrivilege),
        ("UPDATE staged_questions SET document_id = %(document)s", InsufficientPrivilege),
        ("UPDATE staged_questions SET upload_batch_id = %(batch)s", InsufficientPrivilege),
        # a pair: deciding it would replace or reject her fact
        (NEW_PAIR.format("question_id", "%(fact)s"), InsufficientPrivilege),
        (NEW_PAIR.format("%(fact)s", "question_id"), InsufficientPrivilege),
        ("UPDATE staging_duplicates SET existing_question_id = %(fact)s", InsufficientPrivilege),
        # an event in her name, or in nobody's
        ("INSERT INTO events (realm_id, type, code) VALUES (%(ann)s, 'review', 'c')", InsufficientPrivilege),
        ("INSERT INTO events (type, code) VALUES ('review', 'c')", InsufficientPrivilege),
    ],
)  # fmt: skip
def test_nothing_can_be_hung_on_another_users_rows(
    database: TwoUsers, bob: psycopg.Connection[Any], statement: str, refusal: type[Exception]
) -> None:
    [hers] = database.rows(
        "SELECT q.document_id, q.question_id, q.upload_batch_id, (SELECT document_id FROM documents d "
        "WHERE realm_id = %s AND NOT EXISTS (SELECT FROM upload_batches b WHERE b.document_id = d.document_id)) "
        "FROM all_questions p JOIN staged_questions q USING (question_id) WHERE p.realm_id = %s LIMIT 1",
        ANN,
        ANN,
    )
    values = dict(zip(("document", "fact", "batch", "unstaged"), hers, strict=True))

    with pytest.raises(refusal):
        bob.execute(statement.encode(), {**values, "ann": ANN, "bob": BOB})


@pytest.mark.parametrize("claims", [None, "", "{}", {"sub": None}, {"sub": ""}, {"role": "service_role"}])
def test_without_a_user_nothing_is_seen(database: TwoUsers, login: str, claims: object) -> None:
    with database.role(API, claims=claims, login=login) as connection:
        for table in ("documents", "upload_jobs", "staged_questions", "all_questions", "events"):
            assert connection.execute(f"SELECT FROM {table}".encode()).rowcount == 0, table


@pytest.mark.parametrize("claims", ["not json", {"sub": "not a uuid"}, '{"sub": ["a"]}', "[]", '"text"'])
def test_claims_that_make_no_sense_show_nothing(database: TwoUsers, login: str, claims: object) -> None:
    with database.role(API, claims=claims, login=login) as connection:
        try:
            rows = connection.execute("SELECT FROM documents").rowcount
        except psycopg.DataError:
            rows = 0
    assert rows == 0


def test_claims_end_with_their_transaction(bob: psycopg.Connection[Any]) -> None:
    assert bob.execute("SELECT FROM documents").rowcount > 0
    bob.commit()

    assert bob.execute("SELECT FROM documents").rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SET row_security = off; SELECT FROM documents",
        "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
        "DROP POLICY documents_seen ON documents",
        "CREATE POLICY mine ON documents USING (true)",
        "CREATE OR REPLACE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "ALTER TABLE upload_jobs DISABLE TRIGGER upload_jobs_move",
        "CREATE TABLE upload_pipeline.copy AS SELECT * FROM documents",
        "SELECT FROM fact_cache",
        "DELETE FROM embedding_cache",
        "SELECT FROM document_vector_buffer",
        "INSERT INTO job_state_moves VALUES ('queued', 'done')",
        "GRANT SELECT ON fact_cache TO upload_pipeline_api",
        "COPY documents TO PROGRAM 'cat'",
        "TRUNCATE documents CASCADE",
    ],
)
def test_the_api_role_cannot_change_the_rules(bob: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        bob.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE upload_pipeline_service",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "SET session_replication_role = replica",
        "ALTER ROLE upload_pipeline_api BYPASSRLS",
        "GRANT upload_pipeline_service TO CURRENT_USER",
    ],
)
def test_a_login_that_is_only_a_member_of_the_api_role_stays_in_it(
    database: TwoUsers, member: str, statement: str
) -> None:
    """A superuser's login could leave the role at any time: the API's own must be such a member."""
    with database.role(API, login=member) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE job_stages SET percent = 0",
        "DELETE FROM job_state_moves",
        "UPDATE events SET code = 'x'",
        "DELETE FROM events",
    ],
)
def test_workers_change_neither_rules_nor_history(database: TwoUsers, statement: str) -> None:
    with database.role(SERVICE) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.encode())


def test_the_api_role_does_its_own_users_work(database: TwoUsers) -> None:
    """Uploads, and decides about, what is its user's; another user's job is not there for it."""
    workers, users = Database(database.url, role=SERVICE), Database(database.url, role=API)
    hers, his = Walker(workers, ANN), Walker(workers, BOB)
    for job in (hers, his):
        job.go([*march("facts_staged"), "matching_review_needed"])

    with UnitOfWork(users, lease_s=60) as uow:
        claims = json.dumps({"sub": str(BOB)})
        uow.session.connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [claims])
        [document] = register(uow, BOB)
        uow.documents.set_sources(BOB, [Source("file:///new.md", document.document_id, "new.md")])
        ids = [document.document_id, his.document_id, hers.document_id]
        assert set(uow.documents.find(ids)) == {document.document_id, his.document_id}
        with pytest.raises(IllegalMoveError, match="no such job"):
            uow.jobs.move(APPROVE_MATCHES, {hers.job_id: {"by": BOB}}, lease=None)
        uow.jobs.move(APPROVE_MATCHES, {his.job_id: {"by": BOB}}, lease=None)
        uow.commit()
    users.close()

    assert (his.row("state"), hers.row("state")) == ({"state": "queued"}, {"state": "awaiting_review"})
    codes = "SELECT code FROM events WHERE document_id = ANY(%s) AND type IN ('review', 'uploaded')"
    assert sorted(database.rows(codes, ids)) == [("document_uploaded",)] * 3 + [("matches_approved",)]
    workers.close()


def test_the_api_role_decides_its_own_users_pairs(bob: psycopg.Connection[Any]) -> None:
    decided = bob.execute(
        "UPDATE staging_duplicates SET resolution = 'keep_both', resolved_by = 'bob', resolved_at = now()"
    )

    assert decided.rowcount > 0
    bob.rollback()
