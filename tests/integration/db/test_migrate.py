"""One set of migrations, two ways to run them: each accepts what the other did. And how an upgrade goes."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli.exits import of_error
from pipeline_core.db.backups import DatabaseBackups
from pipeline_core.db.connection import connect
from pipeline_core.db.migrate import migrate, pending
from pipeline_core.db.schema_age import files
from pipeline_core.domain.checks import Check
from pipeline_core.domain.errors import DatabaseNotMigratedError, DatabaseTooOldError, PipelineError
from pipeline_core.domain.ids import RealmId
from pipeline_core.settings import load_settings
from tests.support.migrations import NEXT, AddNext, add_next, by_hand, dumped, psql
from tests.support.statements import count
from tests.support.through import publish, upload

__all__ = ["add_next"]
USER = RealmId(uuid4())
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'upload_pipeline'"
_DOCUMENT = """
INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path, tags,
    collection)
VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 't', 'f', 'm', 1, repeat('0', 64), 'p',
    '{insurance,flood}', '2026')
RETURNING document_id
"""
SERVICE, API = "upload_pipeline_service", "upload_pipeline_api"
ALL = list(files().values())


@contextmanager
def empty_database(postgres_url: str) -> Iterator[str]:
    name = f"empty_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    with empty_database(postgres_url) as url:
        yield url


def doctor(url: str, home: Path) -> Check:
    """What it finds about the migrations."""
    pipeline = Pipeline(load_settings(database_url=url, home=home))
    try:
        return next(check for check in pipeline.diagnose() if check.name == "migrations")
    finally:
        pipeline.close()


def other_process(url: str) -> str:
    """Each process looks once how old a database is: another spelling is another process here."""
    return f"{url}&application_name={uuid4().hex[:8]}"


# --- the files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_a_file_enters_its_own_name_before_it_does_anything_else(file: Path) -> None:
    assert re.fullmatch(r"\d{4}(_[a-z]+){2,}", file.stem)
    text = file.read_text("utf-8")
    assert re.findall(r"INTO schema_migrations \(name\) VALUES \('(\w+)'\)", text) == [file.stem]
    if file != ALL[0]:
        statements = re.sub(r"^(--.*)?\n", "", text, flags=re.MULTILINE).split(";")
        assert statements[0] == "SET LOCAL search_path = upload_pipeline, public, extensions"
        assert statements[1].strip().startswith("INSERT INTO schema_migrations")


def test_no_two_files_have_one_number() -> None:
    assert len({file.stem[:4] for file in ALL}) == len(ALL)


# --- by hand and by command ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hand", [len(ALL), 1, len(ALL) // 2], ids=["all", "the first", "half"])
def test_what_was_run_by_hand_is_accepted(empty: str, database_url: str, tmp_path: Path, hand: int) -> None:
    by_hand(empty, *ALL[:hand])
    rest = [file.stem for file in ALL[hand:]]
    assert pending(empty) == rest
    assert (rest[0] if rest else "up to date") in doctor(empty, tmp_path).detail
    assert migrate(empty) == rest
    assert doctor(empty, tmp_path).detail == "up to date"
    assert dumped(empty, "--schema-only") == dumped(database_url, "--schema-only")
    connect(other_process(empty), role=SERVICE).close()


def test_the_next_one_by_hand_after_the_command(database_url: str, add_next: AddNext, tmp_path: Path) -> None:
    file = add_next()
    assert NEXT in doctor(database_url, tmp_path).detail
    by_hand(database_url, file)
    assert pending(database_url) == migrate(database_url) == []
    assert doctor(database_url, tmp_path).detail == "up to date"


def test_a_file_is_not_run_twice_by_hand(database_url: str) -> None:
    before = dumped(database_url)
    for file in (ALL[0], ALL[-1]):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            by_hand(database_url, file)
        assert "already" in refused.value.stderr
    assert dumped(database_url) == before


def test_without_a_transaction_nothing_is_made(empty: str) -> None:
    """psql without -1: a file stops at its first statement."""
    by_hand(empty, ALL[0])
    with pytest.raises(subprocess.CalledProcessError, match="exit status 3"):
        psql(empty, "-f", str(ALL[1]))
    assert psql(empty, "-At", "-c", "SELECT count(*) FROM pg_tables WHERE tablename = 'stages'") == "0\n"


def test_a_migration_and_its_record_are_one_transaction(database_url: str, add_next: AddNext) -> None:
    """One that fails leaves nothing, and the next attempt goes on from there."""
    file = add_next()
    whole = file.read_text()
    file.write_text(f"{whole}SELECT 1 / 0;\n")
    with pytest.raises(PipelineError, match="division by zero"):
        migrate(database_url)
    assert pending(database_url) == [NEXT]
    file.write_text(whole)
    assert migrate(database_url) == [NEXT]


def test_a_file_that_does_not_enter_its_name_is_rolled_back(database_url: str, add_next: AddNext) -> None:
    add_next("CREATE TABLE upload_pipeline.seasons (season text)")
    with pytest.raises(AssertionError, match=NEXT):
        migrate(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT to_regclass('upload_pipeline.seasons')").fetchone() == (None,)


# --- databases of before -------------------------------------------------------------------------------------------


@pytest.fixture
def old(empty: str) -> str:
    """As a version left it whose list of migrations was another table."""
    psql(
        empty,
        given="CREATE TABLE _yoyo_migration (migration_hash text, migration_id text, applied_at_utc timestamp);"
        "INSERT INTO _yoyo_migration VALUES ('x', '0002_create_lifecycle_tables', now());"
        "CREATE SCHEMA upload_pipeline;"
        "CREATE TABLE upload_pipeline.documents AS SELECT 'kept' AS title;"
        f"GRANT USAGE ON SCHEMA upload_pipeline TO {SERVICE}, {API}",
    )
    return empty


WAYS_IN: dict[str, Callable[[str], object]] = {
    "a look": lambda url: connect(url),
    "a worker": lambda url: connect(url, role=SERVICE),
    "the API": lambda url: connect(url, role=API),
    "the list of migrations": pending,
    "a migration, and so the start of the embedded database": migrate,
    "a backup": lambda url: DatabaseBackups(url).snapshot().__enter__(),
    "a restore": lambda url: DatabaseBackups(url).prepare(),
    "a command": lambda url: Pipeline(load_settings(database_url=url)).views.counts(USER),
}


@pytest.mark.parametrize("way_in", WAYS_IN.values(), ids=WAYS_IN)
def test_no_way_leads_into_a_database_of_before(
    old: str, template_database: str, way_in: Callable[[str], object]
) -> None:
    with pytest.raises(DatabaseTooOldError) as refused:
        way_in(old)
    assert of_error(refused.value) == 5
    for words in ("pipeline export", "pipeline run", "upgrading.md"):
        assert words in refused.value.what_to_do
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT title FROM upload_pipeline.documents").fetchall() == [("kept",)]


def test_nor_does_psql(old: str, template_database: str, tmp_path: Path) -> None:
    assert "older version" in doctor(old, tmp_path).detail
    with pytest.raises(subprocess.CalledProcessError) as refused:
        by_hand(old, ALL[0])
    assert "has tables already" in refused.value.stderr
    assert "upgrading.md" in refused.value.stderr


# --- an upgrade ----------------------------------------------------------------------------------------------------


def test_rows_of_a_dump_go_through_the_next_migration(
    app: Pipeline,
    make_pipeline: Callable[..., Pipeline],
    postgres_url: str,
    add_next: AddNext,
) -> None:
    """A database that was in use, as a file, in a new server, under a version that knows one migration more."""
    publish(app, upload())
    with psycopg.connect(app.database_url) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
    before = {table: count(app, table) for table in tables}
    assert before["all_questions"] > 0
    dump = dumped(app.database_url)
    add_next()
    with empty_database(postgres_url) as url:
        psql(url, given="CREATE EXTENSION vector; CREATE EXTENSION pg_trgm")
        psql(url, given=dump)
        with pytest.raises(DatabaseNotMigratedError, match=NEXT):
            connect(other_process(url), role=SERVICE)
        assert migrate(url) == [NEXT]
        after = make_pipeline(changes={"database_url": url})
        before["schema_migrations"] += 1
        assert {table: count(after, table) for table in tables} == before
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT season FROM upload_pipeline.documents").fetchall() == [("winter",)]
        # and work goes on
        publish(after, upload("second.md", "# Roof\n\nThe roof of the new hall weighs 17 t without snow.\n"))
        assert count(after, "documents") == before["documents"] + 1
        after.close()


# --- what later work filters by ------------------------------------------------------------------------------------


@pytest.mark.parametrize("tags", ["ARRAY['flood', ' ']", "ARRAY['']", "ARRAY['flood', NULL]", "NULL"])
def test_no_tag_of_a_document_is_blank(database_url: str, tags: str) -> None:
    with psycopg.connect(database_url, options="-c search_path=upload_pipeline,public") as connection:
        [(document,)] = connection.execute(_DOCUMENT).fetchall()
        tagged = "SELECT tags, collection FROM documents WHERE tags @> ARRAY['flood']"
        assert connection.execute(tagged).fetchall() == [(["insurance", "flood"], "2026")]
        with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.NotNullViolation)):
            connection.execute(f"UPDATE documents SET tags = {tags} WHERE document_id = %s".encode(), [document])
