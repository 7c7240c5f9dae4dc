"""Reading an older table of documents: ``id``, ``title``, ``content``, and what else it has."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from pipeline_core.db.connection import connect
from pipeline_core.db.errors import translated
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.object_keys import safe_filename

_MARKDOWN = re.compile(r"\.md$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OlderRow:
    """A row of an older table of documents; ``content`` is markdown."""

    key: str
    title: str | None
    content: str | None
    realm_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def filename(self) -> str:
        """Its title as the name of a markdown file."""
        return safe_filename(f"{_MARKDOWN.sub('', (self.title or '').strip()).strip() or 'document'}.md")


ReadOlder = Callable[[str], Iterator[Sequence[OlderRow]]]


_NEEDED = ("id", "content")
_OPTIONAL = ("title", "realm_id", "created_at", "updated_at")
_AT_A_TIME = 20
"""Rows whose texts are in memory together."""


def read_older(url: str, table: str) -> Iterator[list[OlderRow]]:
    """The rows of the table, a few at a time, in the order of their ids; no transaction stays open between.

    It is read as the login of the URL: the pipeline's own roles see only the pipeline's tables.

    Raises:
        RefusedError: there is no such table, it cannot be read, or it lacks a column.
        DatabaseUnavailableError: the database does not answer.
    """
    with translated(), connect(url, autocommit=True) as connection:
        connection.row_factory = dict_row
        name = sql.Identifier(*_parts(connection, table))
        columns = _columns(connection, table)
        try:
            ids = [row["id"] for row in connection.execute(sql.SQL("SELECT id FROM {} ORDER BY id").format(name))]
        except psycopg.errors.InsufficientPrivilege as error:
            raise RefusedError(
                f"The table {table} cannot be read by the login of UPLOAD_PIPELINE_DATABASE_URL.",
                action=f"GRANT SELECT ON {table} to it.",
            ) from error
        wanted = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("SELECT {} FROM {} WHERE id = ANY(%s) ORDER BY id").format(wanted, name)
        for at in range(0, len(ids), _AT_A_TIME):
            yield [_row(row) for row in connection.execute(statement, [ids[at : at + _AT_A_TIME]])]


def _parts(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """Schema and name, as PostgreSQL reads them."""
    found = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.oid = to_regclass(%s)",
        [table],
    ).fetchone()
    if found is None:
        raise RefusedError(f"The database has no table {table}.", action="Name one: --table SCHEMA.NAME.")
    return list(found.values())


def _columns(connection: psycopg.Connection[Any], table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped", [table]
    )
    there = {row["attname"] for row in rows}
    if lacking := [column for column in _NEEDED if column not in there]:
        raise RefusedError(
            f"The table {table} has no column {' and no column '.join(lacking)}.",
            action=f"Enrol a view that has {', '.join(_NEEDED)} and, if there are any, {', '.join(_OPTIONAL)}.",
        )
    return [column for column in (*_NEEDED, *_OPTIONAL) if column in there]


def _row(row: dict[str, Any]) -> OlderRow:
    return OlderRow(
        key=str(row["id"]),
        title=row.get("title"),
        content=row["content"],
        realm_id=None if row.get("realm_id") is None else str(row["realm_id"]),
        created_at=_moment(row.get("created_at")),
        updated_at=_moment(row.get("updated_at")),
    )


def _moment(value: datetime | None) -> datetime | None:
    """Times without a zone are UTC."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
