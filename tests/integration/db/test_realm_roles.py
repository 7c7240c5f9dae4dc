"""Realms in the database itself: what each member may do, and that neither strangers nor other realms are reached."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from pipeline_core.db.models import Base
from pipeline_core.domain.realms import Role
from tests.support.policies import MAY, POLICIES
from tests.support.realms_with_members import EVERYBODY, MEMBERS, Realms, realms_with_members
from tests.support.two_users import ANN

POLICIES_OF_SHARING = {
    "realms": {"UPDATE": "admin"},
    "realm_members": {"INSERT": "admin", "UPDATE": "admin", "DELETE": "admin"},
}
ALL_POLICIES = POLICIES | POLICIES_OF_SHARING
TABLES = sorted(t.name for t in Base.metadata.tables.values() if "realm_id" in t.columns)
SEEN = [table for table in TABLES if table in MAY]
"""Tables that the API's role may read, a column at least; each has rows of the shared realm."""
VIEWS = ["comparable", "document_names", "ended_unpublished", "fact_history", "orphaned_questions", "substitutes",
         "standing_questions",
         "undecided_pairs", "upload_batch_counts", "vacant_places", "vanished_documents",
         "waiting_for_people"]  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """A statement on a table; ``least`` is the role that it takes in the shared realm."""

    table: str
    command: str
    statement: str
    least: str = ""

    @property
    def role(self) -> Role:
        return Role(self.least or ALL_POLICIES[self.table][self.command])


def update(table: str, change: str, where: str = "true", least: str = "") -> Attempt:
    return Attempt(table, "UPDATE", f"UPDATE {table} SET {change} WHERE realm_id = %(realm)s AND {where}", least)


def delete(table: str, where: str = "true") -> Attempt:
    return Attempt(table, "DELETE", f"DELETE FROM {table} WHERE realm_id = %(realm)s AND {where}")


def insert(table: str, columns: str, values: str, least: str = "") -> Attempt:
    return Attempt(table, "INSERT", f"INSERT INTO {table} ({columns}) VALUES ({values})", least)


QUESTION = ("question_id, upload_batch_id, realm_id, question, answer, generator, match_text, match_sha256, "
            "match_trigrams, match_signature")  # fmt: skip
ASKED = "gen_random_uuid(), {}, %(realm)s, 'q', 'a', 'bank', 'a', repeat('c', 64), 3, decode(repeat('00', 64), 'hex')"
EVENT = "realm_id, document_id, type, code"
ATTEMPTS = [
    insert("documents", "document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path",
           "%(fresh)s, %(realm)s, %(me)s, 't', 'f.md', 'text/markdown', 1, repeat('a', 64), "
           "'documents/' || %(fresh)s || '/original/f.md'"),
    update("documents", "filename = filename"),
    # people sort: that is for reviewers
    update("documents", "staging_status = 'Maybe'", "staging_status <> 'Maybe'", "reviewer"),
    insert("document_sources", "realm_id, source_uri, document_id, filename", "%(realm)s, 'u', %(made)s, 'f.md'"),
    update("document_sources", "seen_at = now()"),
    insert("upload_jobs", "job_id, document_id, realm_id, user_id, correlation_id",
           "gen_random_uuid(), %(made)s, %(realm)s, %(me)s, gen_random_uuid()"),
    update("upload_jobs", "retry_at = retry_at", "state <> 'working'"),
    insert("document_processing_stages", "document_id, realm_id, stage_name", "%(made)s, %(realm)s, 'chunker'"),
    update("document_processing_stages", "fingerprint = fingerprint"),
    insert("processing_workflows", "document_id, realm_id, workflow_type, total_stages, current_stage",
           "%(made)s, %(realm)s, 'manual', 8, 'ingest'"),
    update("processing_workflows", "configuration = configuration"),
    insert("upload_batches", "batch_id, realm_id, uploaded_by, file_name", "gen_random_uuid(), %(realm)s, %(me)s, 'f'"),
    update("upload_batches", "reviewed_by = reviewed_by"),
    insert("staged_questions", QUESTION, ASKED.format("%(bank)s")),
    update("staged_questions", "review_notes = 'seen'"),
    insert("staged_question_views", "question_id, user_id, realm_id", "%(one)s, %(me)s, %(realm)s"),
    insert("staging_duplicates", "duplicate_id, realm_id, staged_question_id, existing_question_id, "
           "existing_is_staged, similarity_score, method",
           "gen_random_uuid(), %(realm)s, %(one)s, %(two)s, true, 1, 'exact'"),
    update("staging_duplicates", "resolution_notes = 'seen'"),
    delete("staging_duplicates"),
    Attempt("duplicate_decisions", "INSERT",
            "INSERT INTO duplicate_decisions SELECT * FROM jsonb_populate_record(NULL::duplicate_decisions, "
            "%(decision)s::jsonb || jsonb_build_object('realm_id', %(realm)s::uuid))"),
    update("duplicate_decisions", "notes = 'seen'"),
    delete("duplicate_decisions"),
    insert("parked_decisions", "job_id, document_id, realm_id, user_id, decision, fields, taken_by, seen, due_at",
           "%(job)s, %(document)s, %(realm)s, %(me)s, 'reject', '{}', 'me', 's', now() + interval '5 seconds'"),
    update("parked_decisions", "ended_at = now(), outcome = 'undone', undone_by = 'me'"),
    insert("review_changes", "realm_id, document_id, made_by, subjects",
           "%(realm)s, %(document)s, 'me', ARRAY[%(one)s::uuid]"),
    insert("events", EVENT, "%(realm)s, %(document)s, 'downloaded', 'c'"),
    insert("events", EVENT, "%(realm)s, %(document)s, 'exported', 'c'"),
    insert("events", EVENT, "%(realm)s, %(document)s, 'restarted', 'c'", "contributor"),
    insert("events", EVENT, "%(realm)s, %(document)s, 'finalized', 'acknowledged'", "contributor"),
    insert("events", EVENT, "%(realm)s, %(document)s, 'review', 'c'", "reviewer"),
    insert("events", EVENT, "%(realm)s, NULL, 'realm', 'c'", "admin"),
    # everybody may leave, and says so
    insert("events", "realm_id, type, code, payload",
           "%(realm)s, 'realm', 'member_removed', jsonb_build_object('user_id', %(me)s::uuid)", "reader"),
    insert("events", "realm_id, type, code, payload",
           "%(realm)s, 'realm', 'member_removed', jsonb_build_object('user_id', gen_random_uuid())", "admin"),
    insert("change_cursors", "realm_id, user_id, name, feed_id, after, seen",
           "%(realm)s, %(me)s, 'mine', gen_random_uuid(), 1, '3:3:'"),
    update("change_cursors", "after = 2"),
    delete("change_cursors"),
    insert("event_streams", "stream_id, realm_id, user_id, open_until", "gen_random_uuid(), %(realm)s, %(me)s, now()"),
    update("event_streams", "open_until = now()"),
    delete("event_streams"),
    insert("presence", "document_id, realm_id", "%(document)s, %(realm)s"),
    update("presence", "question_id = NULL"),
    delete("presence"),
    insert("erasures", "scope, realm_id, document_ids, reason, counts",
           "'documents', %(realm)s, ARRAY[%(document)s::uuid], '', '{}'"),
    update("erasures", "state = 'erasing', begun_at = now(), reason = 'under article 17'", "state = 'planned'"),
    insert("webhook_endpoints", "webhook_id, realm_id, url, secret, events",
           "gen_random_uuid(), %(realm)s, 'https://example.org/2', 'whsec_' || repeat('A', 44), ARRAY['job.done']"),
    delete("webhook_endpoints"),
    insert("sources", "realm_id, name, kind, uri, added_by", "%(realm)s, 'more', 'folder', 'file:///more', %(me)s"),
    update("sources", "vanished = 'review'"),
    update("source_runs", "outcome = 'done', decision = 'confirmed', decided_at = now(), decided_by = 'me', "
           "decider_id = %(me)s", "outcome = 'waiting'"),
    update("vanishings", "decision = 'keep', decided_at = now(), decided_by = 'me', user_id = %(me)s",
           "decision IS NULL"),
    insert("events", EVENT, "%(realm)s, NULL, 'source', 'source_added'", "admin"),
    insert("events", EVENT, "%(realm)s, NULL, 'source', 'vanishing_confirmed'", "reviewer"),
    update("realms", "name = 'ours'"),
    insert("realm_members", "realm_id, user_id, role, added_by", "%(realm)s, gen_random_uuid(), 'reader', %(me)s"),
    update("realm_members", "role = 'contributor'", "role = 'reader'"),
    delete("realm_members", "role = 'reader' AND user_id <> %(me)s"),
]  # fmt: skip


@pytest.fixture(scope="module")
def realms(
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    shared_adapters: dict[str, Any],
) -> Iterator[Realms]:
    home = tmp_path_factory.mktemp("home")
    with realms_with_members(postgres_url, template_database, home, **shared_adapters) as made:
        yield made


@pytest.fixture(scope="module")
def rows(realms: Realms) -> dict[str, Any]:
    """Rows of the shared realm that the attempts name."""
    one = realms.users.rows(
        "SELECT j.job_id, j.document_id FROM upload_jobs j WHERE realm_id = %s AND NOT EXISTS "
        "(SELECT FROM parked_decisions p WHERE p.job_id = j.job_id) LIMIT 1",
        realms.shared,
    )
    pair = realms.users.rows(
        "SELECT a.question_id, b.question_id FROM staged_questions a JOIN staged_questions b USING (realm_id) "
        "WHERE realm_id = %s AND a.question_id <> b.question_id AND NOT EXISTS (SELECT FROM staging_duplicates d "
        "WHERE d.staged_question_id = a.question_id AND d.existing_question_id = b.question_id) LIMIT 1",
        realms.shared,
    )
    [(decision,)] = realms.users.rows(
        "SELECT to_jsonb(d) || jsonb_build_object('first_sha256', repeat('0', 64)) FROM duplicate_decisions d "
        "WHERE realm_id = %s LIMIT 1",
        realms.shared,
    )
    [(job, document)], [(first, second)] = one, pair
    return {"job": job, "document": document, "one": first, "two": second, "decision": json.dumps(decision)}


def reached(connection: psycopg.Connection[Any], statement: str, values: dict[str, Any]) -> int:
    """How many rows the statement reaches; being refused the right is none."""
    try:
        with connection.transaction():
            return connection.execute(statement.encode(), values).rowcount
    except psycopg.errors.InsufficientPrivilege:
        return 0


def prepared(connection: psycopg.Connection[Any], realms: Realms, me: object) -> dict[str, Any]:
    """A document without a job and a bank and a stream of this person's in the shared realm, made by the owner."""
    ids = {"fresh": uuid4(), "made": uuid4(), "bank": uuid4(), "realm": realms.shared, "me": me}
    [(owner,)] = connection.execute("SELECT session_user").fetchall()
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
    connection.execute(
        "INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, "
        "raw_path) VALUES (%(made)s, %(realm)s, %(me)s, 't', 'f.md', 'text/markdown', 1, repeat('f', 64), "
        "'documents/' || %(made)s || '/original/f.md')",
        ids,
    )
    connection.execute(
        "INSERT INTO upload_batches (batch_id, realm_id, uploaded_by, file_name) "
        "VALUES (%(bank)s, %(realm)s, %(me)s, 'f')",
        ids,
    )
    connection.execute(
        "INSERT INTO event_streams (stream_id, realm_id, user_id, open_until) "
        "VALUES (gen_random_uuid(), %(realm)s, %(me)s, now())",
        ids,
    )
    connection.execute(
        "INSERT INTO change_cursors (realm_id, user_id, name, feed_id, after, seen) "
        "VALUES (%(realm)s, %(me)s, 'theirs', gen_random_uuid(), 1, '3:3:')",
        ids,
    )
    connection.execute(
        "INSERT INTO presence (document_id, realm_id, user_id) VALUES (%(made)s, %(realm)s, %(me)s)", ids
    )
    connection.execute("SET LOCAL ROLE upload_pipeline_api")
    return ids


# --- the rules are there ---------------------------------------------------------------------------------


def test_every_change_that_a_policy_allows_is_tried() -> None:
    """A new policy fails here until an attempt says for whom it is."""
    policies = {(table, command) for table, least in ALL_POLICIES.items() for command in least if command != "SELECT"}
    assert {(attempt.table, attempt.command) for attempt in ATTEMPTS} == policies


@pytest.mark.parametrize("table", sorted(POLICIES_OF_SHARING))
def test_who_shares_a_realm_is_secured_like_the_rest(realms: Realms, table: str) -> None:
    assert realms.users.rows("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table) == [(True,)]
    found = realms.users.rows(
        r"SELECT cmd, substring(coalesce(qual, with_check) FROM 'my_realms\(''(\w+)''') FROM pg_policies "
        "WHERE schemaname = 'upload_pipeline' AND tablename = %s AND permissive = 'PERMISSIVE' "
        "AND policyname <> 'realm_members_leave'",
        table,
    )
    assert sorted(found) == sorted(({"SELECT": "reader"} | POLICIES_OF_SHARING[table]).items())


def test_the_database_ranks_roles_as_the_program_does(realms: Realms) -> None:
    ranked = realms.users.rows("SELECT r FROM unnest(%s::text[]) r ORDER BY role_rank(r)", sorted(Role))
    assert [role for (role,) in ranked] == list(Role)
    assert realms.users.rows("SELECT role_rank('owner'), role_rank('')") == [(None, None)]


# --- who sees what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", EVERYBODY)
@pytest.mark.parametrize("table", SEEN)
def test_members_see_the_rows_of_their_realm(realms: Realms, person: str, table: str) -> None:
    """Streams and cursors are their reader's alone; those there are are of nobody of these."""
    there = realms.users.rows(f"SELECT FROM {table} WHERE realm_id = %s", realms.shared)
    assert there
    least = Role(ALL_POLICIES.get(table, {}).get("SELECT", "reader"))
    sees = person in MEMBERS and Role(person).includes(least) and table not in ("event_streams", "change_cursors")
    with realms.acting(EVERYBODY[person]) as connection:
        query = f"SELECT realm_id FROM {table} WHERE realm_id = ANY(%s)"
        found = connection.execute(query.encode(), [[realms.shared, ANN]]).fetchall()
    assert found == ([(realms.shared,)] * len(there) if sees else [])


@pytest.mark.parametrize("person", EVERYBODY)
@pytest.mark.parametrize("view", VIEWS)
def test_views_show_members_what_the_owner_sees_of_their_realm(realms: Realms, person: str, view: str) -> None:
    column = "batch_id" if view == "upload_batch_counts" else "realm_id"
    if view == "ended_unpublished":
        column = "document_id"
    mine = {"batch_id": "SELECT batch_id FROM upload_batches WHERE realm_id = %s",
            "document_id": "SELECT document_id FROM documents WHERE realm_id = %s",
            "realm_id": "SELECT %s::uuid"}[column]  # fmt: skip
    there = realms.users.rows(f"SELECT {column} FROM {view} WHERE {column} IN ({mine})", realms.shared)
    with realms.acting(EVERYBODY[person]) as connection:
        found = connection.execute(f"SELECT {column} FROM {view}".encode()).fetchall()
    assert sorted(found) == (sorted(there) if person in MEMBERS else [])


@pytest.mark.parametrize("person", EVERYBODY)
def test_functions_of_the_owner_find_words_for_members_only(realms: Realms, person: str) -> None:
    [(keys,)] = realms.users.rows(
        "SELECT array_agg(key) FROM (SELECT unnest(terms) AS key FROM search_postings WHERE realm_id = %s) k",
        realms.shared,
    )
    with realms.acting(EVERYBODY[person]) as connection:
        found = connection.execute("SELECT FROM passages_with(%s)", (keys,)).fetchall()
    assert bool(found) == (person in MEMBERS)


@pytest.mark.parametrize("person", EVERYBODY)
def test_webhooks_are_tried_and_resumed_by_admins(realms: Realms, person: str) -> None:
    [(webhook,)] = realms.users.rows("SELECT webhook_id FROM webhook_endpoints WHERE realm_id = %s", realms.shared)
    with realms.acting(EVERYBODY[person]) as connection:
        [(resumed, made)] = connection.execute("SELECT resume_webhook(%s), try_webhook(%s)", (webhook,) * 2).fetchall()
    assert (resumed, made is not None) == ((person == "admin",) * 2)


@pytest.mark.parametrize("person", EVERYBODY)
def test_nobody_takes_a_document_out_or_in_without_being_an_admin_of_both(realms: Realms, person: str) -> None:
    """Members' own realms are theirs, so an admin alone could take one home."""
    me = EVERYBODY[person]
    [(finished,)] = realms.users.rows(
        "SELECT document_id FROM upload_jobs WHERE realm_id = %s AND state = 'done' LIMIT 1", realms.shared
    )
    [(hers,)] = realms.users.rows(
        "SELECT document_id FROM upload_jobs WHERE realm_id = %s AND state = 'done' LIMIT 1", ANN
    )
    with realms.acting(me) as connection:
        for document, target, may in ((finished, me, person == "admin"), (hers, me, False), (finished, ANN, False)):
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute("SELECT move_document(%s, %s)", (document, target))
                assert may
            except psycopg.errors.InsufficientPrivilege:
                assert not may


# --- who changes what -----------------------------------------------------------------------------------------


def park_anew(realms: Realms) -> None:
    """Give decisions that are parked their ten seconds again: however long other tests took."""
    with psycopg.connect(realms.users.url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE upload_pipeline.parked_decisions SET taken_at = now(), due_at = now() + interval '10 s' "
            "WHERE ended_at IS NULL"
        )


@pytest.mark.parametrize("person", EVERYBODY)
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda a: f"{a.command} {a.table} as {a.role}")
def test_a_role_changes_what_is_listed_and_no_more(
    realms: Realms, rows: dict[str, Any], person: str, attempt: Attempt
) -> None:
    me = EVERYBODY[person]
    may = person in MEMBERS and Role(person).includes(attempt.role)
    if attempt.table == "parked_decisions":
        park_anew(realms)
    with realms.acting(me) as connection:
        values = rows | prepared(connection, realms, me)
        count = reached(connection, attempt.statement, values)
        assert (count > 0) == may
        # the same, in a realm that is shared with nobody
        assert reached(connection, attempt.statement, values | {"realm": ANN}) == 0


# --- attempts to get around it ----------------------------------------------------------------------------------

BY_CONTRIBUTOR = {
    "another's upload": "INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, "
        "file_sha256, raw_path) VALUES (%(fresh)s, %(realm)s, %(admin)s, 't', 'f.md', 'text/markdown', 1, "
        "repeat('a', 64), 'documents/' || %(fresh)s || '/original/f.md')",
    "another's job": "INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id) "
        "VALUES (gen_random_uuid(), %(made)s, %(realm)s, %(admin)s, gen_random_uuid())",
    "another's bank": "INSERT INTO upload_batches (batch_id, realm_id, uploaded_by, file_name) "
        "VALUES (gen_random_uuid(), %(realm)s, %(admin)s, 'f')",
    "into another's bank": f"INSERT INTO staged_questions ({QUESTION}) VALUES ({ASKED.format('%(theirs)s')})",
    "an event in another's name": "INSERT INTO events (realm_id, type, code, user_id) "
        "VALUES (%(realm)s, 'downloaded', 'c', %(admin)s)",
    "an event under another name": "INSERT INTO events (realm_id, type, code, user_name) "
        "VALUES (%(realm)s, 'downloaded', 'c', 'Ann')",
    "an event about another realm's document": "INSERT INTO events (realm_id, document_id, type, code) "
        "VALUES (%(realm)s, %(hers)s, 'downloaded', 'c')",
    "an event about another realm's job": "INSERT INTO events (realm_id, job_id, type, code) "
        "VALUES (%(realm)s, %(job_of_hers)s, 'downloaded', 'c')",
    "an event about another realm's batch": "INSERT INTO events (realm_id, type, code, payload) "
        "VALUES (%(realm)s, 'downloaded', 'c', jsonb_build_object('batch_id', %(batch_of_hers)s::uuid))",
    "an approval": "UPDATE upload_jobs SET stage2_approved_matches = '{}' WHERE state = 'awaiting_review'",
    "itself an admin": "INSERT INTO realm_members (realm_id, user_id, role, added_by) "
        "VALUES (%(realm)s, %(me)s, 'admin', %(me)s) ON CONFLICT (realm_id, user_id) DO UPDATE SET role = 'admin'",
    "itself an admin, by the admin's hand": "INSERT INTO realm_members (realm_id, user_id, role, added_by) "
        "VALUES (%(realm)s, gen_random_uuid(), 'admin', %(admin)s)",
    "itself an admin of another": "INSERT INTO realm_members (realm_id, user_id, role, added_by) "
        "VALUES (%(other)s, %(me)s, 'admin', %(me)s)",
    "a realm with an id of its choice": "INSERT INTO realms (realm_id, name, created_by) VALUES (%(ann)s, 'r', %(me)s)",
}  # fmt: skip


@pytest.fixture(scope="module")
def hers(realms: Realms) -> dict[str, Any]:
    [(job, document, batch)] = realms.users.rows(
        "SELECT j.job_id, j.document_id, b.batch_id FROM upload_jobs j JOIN upload_batches b USING (document_id) "
        "WHERE j.realm_id = %s LIMIT 1",
        ANN,
    )
    return {"job_of_hers": job, "hers": document, "batch_of_hers": batch, "ann": ANN, "admin": MEMBERS["admin"]}


@pytest.mark.parametrize("forgery", BY_CONTRIBUTOR)
def test_a_contributor_forges_nothing(realms: Realms, hers: dict[str, Any], forgery: str) -> None:
    [(theirs,)] = realms.users.rows("SELECT batch_id FROM upload_batches WHERE realm_id = %s LIMIT 1", realms.shared)
    me = MEMBERS["contributor"]
    with realms.acting(me) as connection:
        values = hers | {"theirs": theirs, "other": realms.other} | prepared(connection, realms, me)
        assert reached(connection, BY_CONTRIBUTOR[forgery], values) == 0


def test_a_member_names_only_themselves_and_changes_no_role(realms: Realms) -> None:
    me = MEMBERS["contributor"]
    with realms.acting(me) as connection:
        connection.execute("SELECT name_myself(%s, 'Cara'), name_myself(%s, 'Cara')", (realms.shared, realms.other))
        named = connection.execute("SELECT user_id, role FROM realm_members WHERE name = 'Cara'").fetchall()
        assert named == [(me, "contributor")]


def test_nobody_gets_into_a_personal_realm(realms: Realms) -> None:
    """It has no members, and no shared realm can be made with its id: the database chooses that."""
    me = EVERYBODY["stranger"]
    with realms.acting(me) as connection:
        [(made,)] = connection.execute("SELECT create_realm('mine', 'S')").fetchall()
        assert made not in (ANN, me, realms.shared)
        [(mine,)] = connection.execute("SELECT my_realms('admin')").fetchall()
        assert set(mine) == {me, made}
        assert reached(connection, "SELECT FROM documents", {}) == 0
        with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
            connection.execute(
                "INSERT INTO realm_members (realm_id, user_id, role, added_by) VALUES (%s, %s, 'admin', %s)",
                (me, uuid4(), me),
            )


def test_a_pair_does_not_reach_into_another_realm(realms: Realms, rows: dict[str, Any]) -> None:
    """Neither for who is a member of both."""
    me = MEMBERS["reviewer"]
    query = "SELECT question_id FROM staged_questions WHERE realm_id = %s LIMIT 1"
    [(fact_of_hers,)] = realms.users.rows(query, ANN)
    statement = (
        "INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, "
        "existing_is_staged, similarity_score, method) "
        "VALUES (gen_random_uuid(), %(realm)s, %(one)s, %(two)s, true, 1, 'exact')"
    )
    with realms.acting(me) as connection:
        for realm_id, one, two in (
            (realms.shared, rows["one"], fact_of_hers),
            (realms.shared, fact_of_hers, rows["one"]),
            (me, rows["one"], rows["two"]),
        ):
            assert reached(connection, statement, {"realm": realm_id, "one": one, "two": two}) == 0


def test_a_change_of_another_realm_is_not_undone(realms: Realms, rows: dict[str, Any]) -> None:
    [(change,)] = realms.users.rows("SELECT change_id FROM review_changes WHERE realm_id = %s LIMIT 1", ANN)
    with realms.acting(MEMBERS["reviewer"]) as connection:
        statement = (
            "INSERT INTO review_changes (realm_id, document_id, made_by, subjects, undoes) "
            "VALUES (%(realm)s, %(document)s, 'me', ARRAY[%(one)s::uuid], %(change)s)"
        )
        assert reached(connection, statement, rows | {"realm": realms.shared, "change": change}) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM realm_members WHERE realm_id = %(realm)s AND role = 'admin'",
        "UPDATE realm_members SET role = 'reviewer' WHERE realm_id = %(realm)s",
        "DELETE FROM realm_members WHERE realm_id = %(realm)s",
    ],
)
@pytest.mark.parametrize("admins", [1, 2])
def test_an_admin_stays(realms: Realms, statement: str, admins: int) -> None:
    """Also when one statement takes several."""
    with realms.acting(MEMBERS["admin"]) as connection:
        if admins == 2:
            promote = "UPDATE realm_members SET role = 'admin' WHERE user_id = %s"
            connection.execute(promote, (MEMBERS["reviewer"],))
        with pytest.raises(psycopg.errors.CheckViolation, match="at least one admin"):
            connection.execute(statement.encode(), {"realm": realms.shared})


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_of_two_admins_that_leave_at_once_one_stays(realms: Realms, isolation: str) -> None:
    first, second = uuid4(), uuid4()
    with realms.acting(first) as connection:
        [(realm_id,)] = connection.execute("SELECT create_realm('two', '')").fetchall()
        connection.execute(
            "INSERT INTO realm_members (realm_id, user_id, role, added_by) VALUES (%s, %s, 'admin', %s)",
            (realm_id, second, first),
        )
        connection.commit()
    leave = "DELETE FROM realm_members WHERE realm_id = %s AND user_id = %s"
    with realms.acting(first) as one, realms.acting(second) as two:
        for connection, user_id in ((one, first), (two, second)):
            connection.rollback()
            connection.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}".encode())
            connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [json.dumps({"sub": str(user_id)})])
            # from here on it has its snapshot
            assert connection.execute("SELECT FROM realm_members").rowcount == 2
        assert one.execute(leave, (realm_id, first)).rowcount == 1
        one.commit()
        with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.SerializationFailure)):
            two.execute(leave, (realm_id, second))
    left = realms.users.rows("SELECT user_id FROM realm_members WHERE realm_id = %s AND role = 'admin'", realm_id)
    assert left == [(second,)]


def test_who_leaves_or_is_removed_sees_nothing_any_more(realms: Realms) -> None:
    for leaver, by in ((MEMBERS["reader"], MEMBERS["reader"]), (MEMBERS["reviewer"], MEMBERS["admin"])):
        with realms.acting(by) as connection:
            gone = connection.execute("DELETE FROM realm_members WHERE user_id = %s", (leaver,)).rowcount
            assert gone == 1
            claims = json.dumps({"sub": str(leaver)})
            connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [claims])
            for table in ("documents", "all_questions", "realms", "realm_members"):
                assert reached(connection, f"SELECT FROM {table}", {}) == 0
