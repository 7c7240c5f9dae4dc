"""A name is planted in every column that may hold one, of rows that stay; erased, it is in none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import sql

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.content_register import REGISTER, Holds
from pipeline_core.domain.ids import RealmId, UserId, user_id_for
from pipeline_core.domain.realms import Person
from pipeline_core.domain.review import Reviewer
from pipeline_core.services.page_views import PREFIX as PAGES
from pipeline_core.settings import load_settings
from tests.support.erasing import erase, erase_person, make_prefect_database, places_of
from tests.support.published import FACT, text_of
from tests.support.through import publish, upload
from tests.support.two_users import ANN, BOB, two_users

NAME = "quibberwick-Ünal & “partners” 2019.md"
SAID = "Members of the Quibberwick society must report each zorblat to the warden within 7 days."
PERSON = "Hieronyma Zwetschgenbaum"
THIRD = user_id_for("third")


@pytest.fixture
def app(
    postgres_url: str, template_database: str, tmp_path: Path, shared_adapters: dict[str, Any]
) -> Iterator[Pipeline]:
    """Ann's pipeline, on a database in which every table of a realm has rows of hers and of Bob's."""
    with two_users(postgres_url, template_database, tmp_path / "filling", **shared_adapters) as users:
        settings = load_settings(home=tmp_path / "home", database_url=users.url, user_id=ANN, publish_from=0.0)
        made = Pipeline(settings, **shared_adapters)
        yield made
        made.close()


def plant(url: str, holds: Holds, value: str, *, realm_id: RealmId) -> list[tuple[str, str]]:
    """Have a row of each table hold the value, in each column of this kind; returns the columns that have one."""
    planted = []
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SET search_path TO upload_pipeline, public; SET session_replication_role = replica")
        kinds = {
            (table, column): (kind, has_realm)
            for table, column, kind, has_realm in owner.execute(
                "SELECT c.table_name, c.column_name, c.data_type, EXISTS (SELECT FROM information_schema.columns r "
                "WHERE r.table_schema = c.table_schema AND r.table_name = c.table_name AND r.column_name = 'realm_id') "
                "FROM information_schema.columns c WHERE c.table_schema = 'upload_pipeline'"
            )
        }
        for table, row in REGISTER.items():
            for column in row.holding(holds):
                kind, has_realm = kinds[table, column]
                changed = _plant(owner, table, column, kind, value, realm_id if has_realm else None)
                if changed:
                    planted.append((table, column))
    return planted


def _plant(owner: psycopg.Connection, table: str, column: str, kind: str, value: str, realm_id: RealmId | None) -> int:
    new = {
        "jsonb": "CASE jsonb_typeof({0}) WHEN 'array' THEN {0} || to_jsonb(%(value)s::text) "
        "ELSE {0} || jsonb_build_object('planted', %(value)s::text) END",
        "text": "%(value)s",
    }[kind]
    query = sql.SQL("UPDATE {1} SET {0} = " + new + " WHERE {0} IS NOT NULL AND (%(realm)s::uuid IS NULL OR ").format(
        sql.Identifier(column), sql.Identifier(table)
    )
    query += sql.SQL("realm_id = %(realm)s)" if realm_id else "true)")
    try:
        return owner.execute(query, {"value": value, "realm": realm_id}).rowcount
    except psycopg.errors.CheckViolation:  # a column that takes no such words
        return 0


def test_names_and_words_go_from_every_column(app: Pipeline, tmp_path: Path) -> None:
    url = app.database_url
    [gone] = publish(app, upload(NAME, text_of("Zorblat", FACT, SAID)))
    [(sha256,)] = _rows(url, "SELECT file_sha256 FROM upload_pipeline.documents WHERE document_id = %s", gone)
    planted = plant(url, Holds.MENTIONS, f"it was read: {NAME}, which says {SAID}", realm_id=RealmId(ANN))
    assert len(planted) > 12, planted
    make_prefect_database(app.home, NAME)
    app.store.put(f"{PAGES}{sha256}/1.json", orjson.dumps({"words": SAID}))
    (app.home / "logs").mkdir(exist_ok=True)
    (app.home / "logs" / "up.log.1").write_bytes(orjson.dumps({"event": "read", "what": NAME}) + b"\n")
    assert places_of(app, url, NAME)
    done = erase(app, gone)
    for word in (NAME, "Quibberwick", "zorblat"):
        assert places_of(app, url, word) == []
    certificate = done.certificate or {}
    assert app.find_erased.verify(certificate).is_clean
    assert sum(certificate["removed"]["words"].values()) >= len(planted)


def test_what_others_say_is_left_as_it_is(app: Pipeline) -> None:
    url = app.database_url
    before = _rows(url, "SELECT question_id, statement, answer FROM upload_pipeline.all_questions ORDER BY 1")
    facts = _rows(url, "SELECT question_id, statement, status FROM upload_pipeline.staged_questions ORDER BY 1")
    [gone] = publish(app, upload(NAME, text_of("Zorblat", SAID)))
    erase(app, gone)
    assert _rows(url, "SELECT question_id, statement, answer FROM upload_pipeline.all_questions ORDER BY 1") == before
    assert _rows(url, "SELECT question_id, statement, status FROM upload_pipeline.staged_questions ORDER BY 1") == facts


def test_the_name_of_a_person_goes_from_every_column(app: Pipeline) -> None:
    url = app.database_url
    app.acting = Person(UserId(THIRD), PERSON)
    publish(app, upload("other.md", text_of("Zorblat", SAID)))
    planted = plant(url, Holds.PERSON, PERSON, realm_id=RealmId(ANN))
    planted += plant(url, Holds.MENTIONS, PERSON, realm_id=RealmId(ANN))
    assert len(planted) > 20, planted
    app.acting = None
    erase_person(app, UserId(THIRD), RealmId(ANN))
    texts = [one for one in places_of(app, url, PERSON) if "planted" not in one]
    # as a whole value, also in JSON; within a sentence it may be another's
    assert [one for one in texts if f'"{PERSON}"' in one] == []
    assert places_of(app, url, "Quibberwick") == []
    assert _rows(url, "SELECT count(*) FROM upload_pipeline.documents WHERE realm_id = %s", BOB) != [(0,)]


def _rows(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as owner:
        return owner.execute(query.encode(), values).fetchall()


def test_words_of_one_realm_change_no_row_of_another_and_no_setting(app: Pipeline) -> None:
    url = app.database_url
    code = "wordllama-256"
    by = Reviewer(app.realm_id, "Ann")
    app.acting = Person(UserId(THIRD), PERSON)
    text = f"# Bank\n\n1. Which model makes the vectors of the Quibberwick society?\n\n   {code}\n"
    assert app.staging.stage_bank(text.encode(), "bank.md", by=by).batch
    app.acting = None
    record = "SELECT settings FROM upload_pipeline.recorded_settings ORDER BY settings::text"
    _change(url, "INSERT INTO upload_pipeline.recorded_settings (host, home, part, settings) VALUES "
            "('h', '/h', 'work', jsonb_build_object('embedder', %s::text))", code)  # fmt: skip
    plant(url, Holds.MENTIONS, f"made by {code}", realm_id=RealmId(ANN))
    plant(url, Holds.MENTIONS, f"made by {code}", realm_id=RealmId(BOB))
    _change(url, "UPDATE upload_pipeline.events SET payload = payload || jsonb_build_object('model', %s::text)", code)
    before = _rows(url, record), _mentions(url, BOB)
    assert code in str(before[1])
    erase_person(app, UserId(THIRD), None)
    assert (_rows(url, record), _mentions(url, BOB)) == before
    own = _mentions(url, ANN)
    assert f"made by {code}" not in str(own)
    assert "made by [was erased]" in str(own)
    assert ("events", code) in {(table, row.get("model")) for table, row in own if isinstance(row, dict)}


def test_words_go_after_a_line_break_and_after_an_escape(app: Pipeline) -> None:
    url = app.database_url
    [gone] = publish(app, upload(NAME, text_of("Zorblat", FACT, SAID)))
    said = f"It contradicts this one:\n{NAME}\n{SAID}\t“{SAID}”"
    planted = plant(url, Holds.MENTIONS, said, realm_id=RealmId(ANN))
    quoted = plant(url, Holds.MENTIONS, orjson.dumps({"reason": said}).decode(), realm_id=RealmId(ANN))
    assert len(planted) > 12
    assert len(quoted) > 12
    erase(app, gone)
    assert places_of(app, url, "Quibberwick") == []
    assert places_of(app, url, NAME) == []


def _mentions(url: str, realm_id: UserId) -> list[tuple[str, Any]]:
    """Everything that is kept about the work of a realm."""
    found: list[tuple[str, Any]] = []
    for table, row in REGISTER.items():
        for column in row.holding(Holds.MENTIONS):
            if table not in ("parse_jobs", "missing_parts"):
                query = f"SELECT {column} FROM upload_pipeline.{table} WHERE realm_id = %s"
                found += sorted(((table, value) for (value,) in _rows(url, query, realm_id)), key=str)
    return found


def _change(url: str, statement: str, *values: object) -> None:
    with psycopg.connect(url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(statement.encode(), values)
