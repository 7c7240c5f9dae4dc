"""Every column of every table is in the register of content: what is added says where its words go."""

from collections.abc import Iterator

import psycopg
import pytest

from pipeline_core.db.content_register import NO_CONTENT, REGISTER, Holds, Rows
from tests.support.database import copied_database

COLUMNS = """SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'upload_pipeline' AND t.table_type = 'BASE TABLE'"""
TEXTS = {"text", "jsonb"}


@pytest.fixture(scope="module")
def owner(postgres_url: str, template_database: str) -> Iterator[psycopg.Connection]:
    with copied_database(postgres_url, template_database) as url, psycopg.connect(url) as connection:
        yield connection


@pytest.fixture(scope="module")
def columns(owner: psycopg.Connection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in owner.execute(COLUMNS):
        found.setdefault(table, {})[column] = kind
    return found


def test_every_table_is_there(columns: dict[str, dict[str, str]]) -> None:
    assert sorted(REGISTER) == sorted(columns), "say in db/content_register.py what becomes of a table's rows"


def test_every_column_that_may_hold_words_is_there(columns: dict[str, dict[str, str]]) -> None:
    unknown = [
        f"{table}.{column}"
        for table, kinds in columns.items()
        for column, kind in kinds.items()
        if kind not in NO_CONTENT and column not in REGISTER[table].columns
    ]
    assert unknown == [], "say in db/content_register.py what these hold"
    gone = [
        f"{table}.{column}" for table, row in REGISTER.items() for column in row.columns if column not in columns[table]
    ]
    assert gone == []


def test_words_are_taken_out_of_texts_only(columns: dict[str, dict[str, str]]) -> None:
    wrong = [
        f"{table}.{column}"
        for table, row in REGISTER.items()
        for column in row.holding(Holds.MENTIONS, Holds.PERSON)
        if columns[table][column] not in TEXTS
    ]
    assert wrong == []


def test_rows_that_stay_hold_nothing_that_goes_with_them() -> None:
    emptied_by_a_statement = {("paid_calls", "cache_key"), ("paid_batches", "keys")}
    kept = {
        (table, column)
        for table, row in REGISTER.items()
        if row.rows is Rows.STAY
        for column in row.holding(Holds.NAME, Holds.STATEMENT, Holds.PASSAGE, Holds.CONTENT)
    }
    assert kept == emptied_by_a_statement


def test_rows_of_a_document_go_by_a_key_or_by_a_condition(owner: psycopg.Connection) -> None:
    keys = owner.execute(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c' "
        "AND confrelid::regclass::text IN ('documents', 'upload_pipeline.documents', 'staged_questions', "
        "'upload_pipeline.staged_questions', 'upload_batches', 'upload_pipeline.upload_batches')"
    ).fetchall()
    cascading = {name.removeprefix("upload_pipeline.") for (name,) in keys}
    by_trigger = {"search_sources", "search_postings"}
    left = {
        table
        for table, row in REGISTER.items()
        if row.rows is Rows.DOCUMENT and not row.is_deleted and table not in cascading | by_trigger
    }
    assert left == set()
