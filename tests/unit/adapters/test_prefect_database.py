"""Prefect's own schema: what runs were told and said is cleaned, what Prefect works by stays as it is called."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from prefect.server.database.orm_models import Base
from sqlalchemy.schema import CreateTable

from pipeline_core.adapters.prefect_database import CONTENT, PrefectDatabase

NAMES = ["process-document", "wordllama-256", "canarywaits.md", "The canarywaits rent is 95 euros."]
RUN, FLOW = "prefect.flow-run.1", "prefect.flow.1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with Prefect's tables, in each of whose texts the first name stands."""
    path = tmp_path / "prefect.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    tables = list(Base.metadata.tables.values())
    with engine.begin() as connection:
        for table in tables:
            connection.execute(CreateTable(table))
    engine.dispose()
    with closing(sqlite3.connect(path)) as database:
        for table in tables:
            columns = {row[1]: row[2] for row in database.execute(f'PRAGMA table_info("{table.name}")')}
            values = [json.dumps(NAMES[0]) if kind == "JSON" else NAMES[0] for kind in columns.values()]
            put(database, table.name, dict(zip(columns, values, strict=True)))
        database.execute("DELETE FROM events")
        database.execute("DELETE FROM event_resources")
        database.commit()
    return path


def put(database: sqlite3.Connection, table: str, values: dict[str, str]) -> None:
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
    database.execute("PRAGMA ignore_check_constraints = ON")
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def rows(path: Path) -> dict[tuple[str, str], list[str]]:
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            (table, column): [str(value) for (value,) in database.execute(f'SELECT "{column}" FROM "{table}"')]
            for table in tables
            for _, column, *_ in database.execute(f'PRAGMA table_info("{table}")').fetchall()
        }


def test_only_columns_of_content_change(path: Path) -> None:
    before = rows(path)
    PrefectDatabase(path).erase(NAMES, [])
    after = rows(path)
    changed = {where for where in before if before[where] != after[where]}
    content = {(one.table, one.column) for one in CONTENT}
    assert content <= set(before), "Prefect has no such column any more"
    assert changed == {one for one in content if one[0] not in ("events", "event_resources")}
    assert PrefectDatabase(path).search(NAMES[0])["deployment.name"] == 1


def test_events_of_runs_are_cleaned_and_name_flows_still(path: Path) -> None:
    named = [
        {"prefect.resource.id": RUN, "prefect.resource.name": f"{NAMES[2]} + 3 more", "prefect.run-count": "1"},
        {"prefect.resource.id": FLOW, "prefect.resource.name": NAMES[0]},
    ]
    common = dict.fromkeys(("occurred", "received", "recorded"), "2026-11-30")
    with closing(sqlite3.connect(path)) as database:
        for number, one in enumerate(named):
            resource_id = one["prefect.resource.id"]
            put(database, "events", {**common, "id": str(number), "event": "prefect.artifact.created",
                "resource_id": resource_id, "resource": json.dumps(one), "related_resource_ids": "[]",
                "related": json.dumps(named), "payload": json.dumps({"data": f"says “{NAMES[3]}”"})})  # fmt: skip
            put(database, "event_resources", {"id": str(number), "occurred": "2026-11-30", "resource_id": resource_id,
                "resource_role": "x", "event_id": str(number), "resource": json.dumps(one)})  # fmt: skip
        database.commit()
    PrefectDatabase(path).erase(NAMES, [])
    after = rows(path)
    clean = [{**named[0], "prefect.resource.name": "[was erased] + 3 more"}, named[1]]
    assert [json.loads(one) for one in after["events", "related"]] == [clean, clean]
    assert [json.loads(one) for one in after["events", "resource"]] == clean
    assert [json.loads(one) for one in after["event_resources", "resource"]] == clean
    assert [json.loads(one) for one in after["events", "payload"]] == [{"data": "says “[was erased]”"}] * 2


def test_sentences_in_the_table_of_findings_go(path: Path) -> None:
    table = json.dumps([{"document": "b.md", "code": NAMES[0], "message": f"It says \u201c{NAMES[3]}\u201d."}])
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE artifact SET data = ?", [json.dumps(table)])
        database.commit()
    PrefectDatabase(path).erase(NAMES, [])
    [row] = json.loads(json.loads(rows(path)["artifact", "data"][0]))
    assert row == {"document": "b.md", "code": NAMES[0], "message": "It says “[was erased]”."}
    assert "artifact.data" not in PrefectDatabase(path).search("canarywaits")
