"""Which migrations a database has, and which this software knows."""

from typing import Any

import psycopg
from psycopg import sql

from pipeline_core.db.queries import sql_folder

_TABLE = "_yoyo_migration"


def known() -> list[str]:
    """Names of the migrations of this software, in order."""
    return sorted(file.stem for file in (sql_folder() / "migrations").glob("*.sql"))


def migrations_table(connection: psycopg.Connection[Any]) -> tuple[str, str] | None:
    """Schema and name of the table that lists what was applied, if there is one."""
    rows = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.oid = to_regclass(%s)",
        [_TABLE],
    ).fetchall()
    return (rows[0][0], rows[0][1]) if rows else None


def applied(connection: psycopg.Connection[Any]) -> list[str]:
    """Names of the migrations that were applied, in order."""
    table = migrations_table(connection)
    if table is None:
        return []
    query = sql.SQL("SELECT migration_id FROM {} ORDER BY migration_id").format(sql.Identifier(*table))
    return [name for (name,) in connection.execute(query).fetchall()]
