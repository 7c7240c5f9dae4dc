"""Isolation in the database itself: as the API's role, nothing of another user can be reached."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from pipeline_core.db.models import Base
from pipeline_core.domain.ids import RealmId
from tests.support.policies import ALL, APPEND, MAY, NOTHING, POLICIES, READ
from tests.support.two_users import ANN, API, BOB, SERVICE, TwoUsers

"""The policy: what the API's role may do with whole rows of what belongs to users; what is not named here, it may not
touch. The single columns that it may write: ``test_audit_trail``."""

RULES = {
    "schema_migrations",
    "job_stage_moves",
    "job_stages",
    "job_state_moves",
    "stage_dependencies",
    "staged_question_moves",
    "stages",
    "upload_batch_moves",
}
"""The lifecycle, the same for everybody: all may read it, nobody writes."""

OF_NOBODY: dict[str, set[str]] = {
    "budget_accounts": NOTHING,
    "paid_batches": NOTHING,
    "paid_claims": NOTHING,
    "paid_totals": NOTHING,
    "parse_jobs": NOTHING,
    "embedding_cache": READ,
    "embedding_models": READ,
    "fact_cache": NOTHING,
    "flow_runs": NOTHING,
    "metric_changes": NOTHING,
    "metric_sums": NOTHING,
    "change_feed": READ,
    "memory_reach": READ,
    "missing_parts": READ,
    "next_vectors": NOTHING,
    "rate_limits": APPEND,
    "recorded_settings": NOTHING,
    "unread_sources": NOTHING,
} | dict.fromkeys(RULES, READ)
"""Tables and views without a user's rows, or for workers alone: each is named, and what the API may do with it."""

SHARING = {"realms", "realm_members"}
"""Who shares what: ``test_realm_roles`` has them."""

OWNED = sorted({t.name for t in Base.metadata.tables.values() if "realm_id" in t.columns} - SHARING)
"""Every other table with a realm_id. The models have the tables of the database: ``test_models`` holds them to it."""

READABLE = [table for table in OWNED if "SELECT" in MAY.get(table, NOTHING)]


@pytest.fixture
def bob(database: TwoUsers, login: str) -> Iterator[psycopg.Connection[Any]]:
    """The API's connection while it serves Bob."""
    with database.role(API, claims={"sub": BOB, "role": "authenticated"}, login=login) as connection:
        yield connection


# --- the rules are there ---------------------------------------------------------------------------------


def relations(database: TwoUsers, kinds: str = "rvmp") -> set[str]:
    query = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'upload_pipeline'::regnamespace "
        "AND relkind = ANY(%s::text[])"
    )
    return {name for (name,) in database.rows(query, list(kinds))}


def test_every_table_belongs_to_users_or_is_said_to_belong_to_nobody(database: TwoUsers) -> None:
    """A new table fails here until it has a realm_id, or a line in ``OF_NOBODY``."""
    tables = database.rows(
        "SELECT table_name FROM information_schema.columns JOIN information_schema.tables "
        "USING (table_schema, table_name) WHERE table_schema = 'upload_pipeline' "
        "AND column_name = 'realm_id' AND table_type = 'BASE TABLE'"
    )
    assert {name for (name,) in tables} == {*OWNED, *SHARING}
    assert relations(database, "rp") - set(OWNED) - SHARING == OF_NOBODY.keys() & relations(database, "rp")
    # neither list names what is not there, nor the same thing twice
    assert MAY.keys() | OF_NOBODY.keys() <= relations(database)
    assert not MAY.keys() & OF_NOBODY.keys()
    assert not set(OWNED) & OF_NOBODY.keys()


@pytest.mark.parametrize("table", OWNED)
def test_both_users_have_rows_to_be_told_apart(database: TwoUsers, table: str) -> None:
    """Without them, the tests below would prove nothing: ``tests/two_users.py`` fills the tables."""
    # events about settings and models are nobody's
    assert {row[0] for row in database.rows(f"SELECT realm_id FROM {table}")} - {None} == {ANN, BOB}


"""From which role on a member does what with rows of a realm. What is not named here is only seen, from reader on."""


@pytest.mark.parametrize("table", OWNED)
def test_every_table_of_realms_has_row_security_and_the_policies_that_are_listed(
    database: TwoUsers, table: str
) -> None:
    [(is_on,)] = database.rows("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    assert is_on
    found = database.rows(
        r"SELECT cmd, substring(coalesce(qual, with_check) FROM 'my_realms\(''(\w+)''') FROM pg_policies "
        "WHERE schemaname = 'upload_pipeline' AND tablename = %s AND permissive = 'PERMISSIVE'",
        table,
    )
    assert sorted(found) == sorted(({"SELECT": "reader"} | POLICIES.get(table, {})).items())


def test_the_roles_may_do_what_is_listed_and_no_more(database: TwoUsers) -> None:
    query = (
        "SELECT c.relname, array_agg(p) FILTER (WHERE has_table_privilege(%s, c.oid, p)) "
        "FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', "
        "'TRIGGER', 'MAINTAIN']) p WHERE c.relnamespace = 'upload_pipeline'::regnamespace "
        "AND c.relkind IN ('r', 'v', 'm', 'p') GROUP BY 1"
    )
    api = {name: set(may or ()) for name, may in database.rows(query, API)}
    service = {name: set(may or ()) for name, may in database.rows(query, SERVICE)}

    assert api == {name: MAY.get(name, OF_NOBODY.get(name, NOTHING)) for name in relations(database)}
    kept = {"metric_changes": READ, "metric_sums": READ, "events": APPEND, "paid_calls": APPEND | {"UPDATE"}}
    kept |= dict.fromkeys(("withdrawals", "reversions"), APPEND)
    kept |= dict.fromkeys(
        (
            "change_feed",
            "knowledge_changes",
            "memory_reach",
            "pruned_changes",
            "past_chunks",
            "past_questions",
            "published_versions",
        ),
        READ,
    )
    assert service == {**dict.fromkeys(api, ALL), **dict.fromkeys(RULES, READ), **kept}


def test_no_view_goes_around_the_policies(database: TwoUsers) -> None:
    views = database.rows(
        "SELECT relname, 'security_invoker=true' = ANY(reloptions) FROM pg_class "
        "WHERE relnamespace = 'upload_pipeline'::regnamespace AND relkind IN ('v', 'm')"
    )

    assert ("upload_batch_counts", True) in views
    assert [name for name, is_invokers in views if not is_invokers] == []


# --- another user's rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("table", OWNED)
def test_nothing_of_another_user_can_be_reached(database: TwoUsers, bob: psycopg.Connection[Any], table: str) -> None:
    row = _a_row_of(database, table, ANN)
    before = _contents(database, table)
    names = {"t": sql.Identifier(table), "columns": sql.SQL(", ").join(map(sql.Identifier, row))}
    attempts = [
        "SELECT FROM {t} WHERE realm_id = %(ann)s",
        "UPDATE {t} SET realm_id = %(bob)s WHERE realm_id = %(ann)s",
        "UPDATE {t} SET realm_id = %(ann)s",
        "DELETE FROM {t} WHERE realm_id = %(ann)s",
        "INSERT INTO {t} ({columns}) OVERRIDING SYSTEM VALUE "
        "SELECT {columns} FROM jsonb_populate_record(NULL::{t}, %(row)s)",
    ]

    for attempt in attempts:
        statement = sql.SQL(attempt).format(**names)  # type: ignore[arg-type]
        assert _reach(bob, statement, {"ann": ANN, "bob": BOB, "row": json.dumps(row)}) == 0
    bob.commit()
    assert _contents(database, table) == before


def test_words_are_found_among_the_own_rows_alone(database: TwoUsers, bob: psycopg.Connection[Any]) -> None:
    """The functions run as the owner, so that an index is used, and see what the caller may see."""
    keys = "SELECT array_agg(key) FROM (SELECT unnest(terms) AS key FROM search_postings WHERE realm_id = %s) k"
    for realm_id, is_seen in ((ANN, False), (BOB, True)):
        [(theirs,)] = database.rows(keys, realm_id)
        asked = "SELECT FROM passages_with(%s)"
        assert bool(bob.execute(asked, (theirs,)).fetchall()) == is_seen
        with database.role(SERVICE) as service:
            assert service.execute(asked, (theirs,)).fetchall()


def _reach(connection: psycopg.Connection[Any], statement: sql.Composed, values: dict[str, Any]) -> int:
    """How many rows the statement reaches; being refused the right is none."""
    try:
        with connection.transaction():
            return connection.execute(statement, values).rowcount
    except InsufficientPrivilege:
        return 0


def _a_row_of(database: TwoUsers, table: str, realm_id: RealmId) -> dict[str, Any]:
    """One row without its generated columns; of jobs one that is queued, as a job must be born."""
    [(row,)] = database.rows(
        f"SELECT to_jsonb(t) FROM {table} t WHERE realm_id = %s "
        "ORDER BY to_jsonb(t) ->> 'state' = 'queued' DESC LIMIT 1",
        realm_id,
    )
    generated = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attgenerated <> ''"
    for (column,) in database.rows(generated, table):
        del row[column]
    return dict(row)


def _contents(database: TwoUsers, table: str) -> object:
    return sorted(row[0] for row in database.rows(f"SELECT t::text FROM {table} t"))


@pytest.mark.parametrize("table", READABLE)
def test_a_user_sees_all_rows_of_their_own(database: TwoUsers, bob: psycopg.Connection[Any], table: str) -> None:
    mine = database.rows(f"SELECT FROM {table} WHERE realm_id = %s", BOB)

    seen = bob.execute(f"SELECT realm_id FROM {table}".encode()).fetchall()
    assert seen == [(BOB,)] * len(mine)


@pytest.mark.parametrize("column", ["priority", "created_at"])
def test_a_user_cannot_go_before_others_in_the_queue(
    database: TwoUsers, bob: psycopg.Connection[Any], column: str
) -> None:
    """Neither with a job that is there nor with a new one; what a move sets can be set."""
    value = {"priority": "100", "created_at": "'2000-01-01'"}[column]
    for statement in (
        f"UPDATE upload_jobs SET {column} = {value}",
        f"INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, {column}) "
        f"SELECT gen_random_uuid(), document_id, realm_id, user_id, correlation_id, {value} FROM upload_jobs",
    ):
        with pytest.raises(InsufficientPrivilege), bob.transaction():
            bob.execute(statement.encode())
    assert bob.execute("UPDATE upload_jobs SET retry_count = retry_count WHERE state <> 'working'").rowcount > 0


def test_a_view_shows_what_is_their_own(database: TwoUsers, bob: psycopg.Connection[Any]) -> None:
    mine = database.rows("SELECT batch_id FROM upload_batches WHERE realm_id = %s", BOB)

    assert set(bob.execute("SELECT batch_id FROM upload_batch_counts").fetchall()) == set(mine)


@pytest.mark.parametrize("table", OWNED)
def test_workers_see_every_user(database: TwoUsers, table: str) -> None:
    with database.role(SERVICE) as connection:
        rows = connection.execute(f"SELECT realm_id FROM {table}".encode()).fetchall()

    assert {row[0] for row in rows} - {None} == {ANN, BOB}
