"""Names in what Prefect keeps: runs are called after their documents, and artifacts list them.

Of this home's own server the database is a file (SQLite): every text of it is searched, and those are changed that hold
what runs were told and said. Flows, deployments, tags and settings are called as they are called, whatever a document
says. A server of others is asked by its API for runs that have such a name; what else it keeps is not searched.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pipeline_core.domain.erasing import Cleaner, spellings
from pipeline_core.domain.errors import ServiceUnavailableError

_BUSY_S = 60.0
_TIMEOUT_S = 10.0
_PAGE = 200
_RUNS = ("prefect.flow-run.", "prefect.task-run.")
_SAID = ("prefect.resource.name", "prefect.state-message")
_Clean = Callable[[Cleaner, str], str]


def _of_runs(cleaner: Cleaner, said: str) -> str:
    """Clean what events call runs, and no other resource that they name."""
    resources = json.loads(said)
    listed = resources if isinstance(resources, list) else [resources]
    clean = [_run(cleaner, one) if str(one.get("prefect.resource.id")).startswith(_RUNS) else one for one in listed]
    return said if clean == listed else json.dumps(clean if resources is listed else clean[0])


def _name_of_run(cleaner: Cleaner, said: str) -> str:
    """Clean the name of a resource whose id stands beside it."""
    resource = json.loads(said)
    clean = _run(cleaner, resource)
    return said if clean == resource else json.dumps(clean)


def _run(cleaner: Cleaner, resource: Mapping[str, str]) -> dict[str, str]:
    return {key: cleaner.text(one) if key in _SAID else one for key, one in resource.items()}


@dataclass(frozen=True, slots=True)
class _Content:
    """A column that holds what runs were told and said. ``where``: the rows of runs, where others have the column."""

    table: str
    column: str
    where: str = "true"
    clean: _Clean = Cleaner.text


_EVENTS = "(event LIKE 'prefect.flow-run.%' OR event LIKE 'prefect.task-run.%' OR event LIKE 'prefect.artifact.%')"
_RESOURCES = "(resource_id LIKE 'prefect.flow-run.%' OR resource_id LIKE 'prefect.task-run.%')"
CONTENT = (
    _Content("flow_run", "name"),
    _Content("flow_run", "parameters"),
    _Content("task_run", "name"),
    _Content("task_run", "task_inputs"),
    _Content("flow_run_state", "message"),
    _Content("flow_run_state", "data"),
    _Content("task_run_state", "message"),
    _Content("task_run_state", "data"),
    _Content("flow_run_input", "value"),
    _Content("artifact", "data"),
    _Content("artifact", "description"),
    _Content("artifact", "metadata_"),
    _Content("artifact_collection", "data"),
    _Content("artifact_collection", "description"),
    _Content("artifact_collection", "metadata_"),
    _Content("log", "message"),
    _Content("events", "payload", _EVENTS),
    _Content("events", "resource", "true", _of_runs),
    _Content("events", "related", "true", _of_runs),
    _Content("event_resources", "resource", _RESOURCES, _name_of_run),
)
"""The columns of Prefect's database that are changed. Others are searched only."""


@dataclass(frozen=True, slots=True)
class PrefectDatabase:
    """The database of this home's Prefect server, whether that runs or not."""

    path: Path
    name: str = "Prefect's database"

    def erase(self, words: Sequence[str], names: Sequence[str]) -> int:
        wanted = sorted({one for word in (*words, *names) if word for one in spellings(word)})
        if not wanted or not self.path.is_file():
            return 0
        cleaner = Cleaner(words, names)
        with closing(self._open()) as database, _answering():
            there = set(_texts(database))
            known = [content for content in CONTENT if (content.table, content.column) in there]
            changed = sum(_clean(database, content, cleaner, wanted) for content in known)
            database.commit()
            if changed:
                # what was there before is in the log of changes, and in pages that are free
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.execute("VACUUM")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return changed

    def search(self, text: str) -> Mapping[str, int]:
        if not self.path.is_file():
            return {}
        found: dict[str, int] = {}
        with closing(self._open()) as database, _answering():
            for table, column in _texts(database):
                had = {row for one in spellings(text) for row, _ in _having(database, table, column, one)}
                if had:
                    found[f"{table}.{column}"] = len(had)
        return found

    def searched(self) -> int:
        if not self.path.is_file():
            return 0
        with closing(self._open()) as database, _answering():
            return len({table for table, _ in _texts(database)})

    def not_searched(self) -> Sequence[str]:
        return []

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=_BUSY_S)


class _answering:  # noqa: N801 - used as a statement
    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.OperationalError):
            raise ServiceUnavailableError(
                f"Prefect's database did not take it: {error}.", action="Run the same command again."
            ) from error


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _texts(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Columns that may hold text, whatever their type is called: SQLite stores any value in any column."""
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return [
        (table, row[1])
        for (table,) in tables
        for row in database.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    ]


def _having(
    database: sqlite3.Connection, table: str, column: str, word: str, where: str = "true"
) -> Iterator[tuple[int, str]]:
    text = f"CAST({_quoted(column)} AS TEXT)"
    yield from database.execute(
        f"SELECT rowid, {text} FROM {_quoted(table)} WHERE {where} AND instr({text}, ?) > 0",  # noqa: S608
        [word],
    ).fetchall()


def _clean(database: sqlite3.Connection, content: _Content, cleaner: Cleaner, wanted: Sequence[str]) -> int:
    table, column = content.table, content.column
    rows = {row: text for one in wanted for row, text in _having(database, table, column, one, content.where)}
    cleaned = {row: content.clean(cleaner, text) for row, text in rows.items()}
    changed = [(text, row) for row, text in cleaned.items() if text != rows[row]]
    database.executemany(f"UPDATE {_quoted(table)} SET {_quoted(column)} = ? WHERE rowid = ?", changed)  # noqa: S608
    return len(changed)


@dataclass(frozen=True, slots=True)
class PrefectOfOthers:
    """A Prefect server that is not this home's, asked by its API."""

    api_url: str
    headers: Mapping[str, str]
    name: str = "names of runs at the Prefect server"

    def erase(self, words: Sequence[str], names: Sequence[str]) -> int:
        cleaner, changed = Cleaner(words, names), 0
        with self._client() as client:
            for word in filter(None, (*words, *names)):
                for run in self._runs(client, word):
                    clean = cleaner.text(run["name"])
                    if clean != run["name"]:
                        self._ask(client, "PATCH", f"/flow_runs/{run['id']}", {"name": clean})
                        changed += 1
        return changed

    def search(self, text: str) -> Mapping[str, int]:
        with self._client() as client:
            number = len(self._runs(client, text))
        return {"names of flow runs": number} if number else {}

    def searched(self) -> int:
        return 1

    def not_searched(self) -> Sequence[str]:
        return [f"artifacts, logs, events and results at the Prefect server {self.api_url}"]

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.api_url.rstrip("/"), headers=dict(self.headers), timeout=_TIMEOUT_S)

    def _runs(self, client: httpx.Client, text: str) -> list[dict[str, Any]]:
        wanted = {"flow_runs": {"name": {"like_": text}}, "limit": _PAGE}
        runs: list[dict[str, Any]] = []
        while page := self._ask(client, "POST", "/flow_runs/filter", {**wanted, "offset": len(runs)}):
            runs += page
        return runs

    def _ask(self, client: httpx.Client, method: str, path: str, body: object) -> list[dict[str, Any]]:
        try:
            answer = client.request(method, path, json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ServiceUnavailableError(
                f"The Prefect server did not answer: {type(error).__name__}.", action="Run the same command again."
            ) from error
        found: list[dict[str, Any]] = answer.json() if answer.content else []
        return found
