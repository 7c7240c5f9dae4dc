"""The age of a database against this software's: a newer version knows more migrations, an older one fewer."""

import importlib.metadata
from pathlib import Path
from typing import Any

import psycopg

from pipeline_core.db.errors import place
from pipeline_core.db.queries import sql_folder
from pipeline_core.domain.errors import DatabaseNewerError, DatabaseNotMigratedError, DatabaseTooOldError
from pipeline_core.domain.wording import counted

APPLIED = "upload_pipeline.schema_migrations"
"""Each migration enters its name here: the same record, whoever ran the file."""
_STATE = """
SELECT count(m.oid) > 0 AS has_list,
    coalesce(bool_or(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(m.oid, 'SELECT')), false) AS may_read,
    coalesce(bool_or(EXISTS (SELECT FROM pg_class t WHERE t.relnamespace = n.oid AND t.relkind = 'r')), false)
        AS has_tables
FROM pg_namespace n LEFT JOIN pg_class m ON m.relnamespace = n.oid AND m.relname = 'schema_migrations'
WHERE n.nspname = 'upload_pipeline'
"""
_looked: set[tuple[str, bool]] = set()
"""What this process has looked at: a schema that moves on under a process that runs is told to the next one."""


def files() -> dict[str, Path]:
    """The migrations that this software has, by name, in order."""
    return {file.stem: file for file in sorted((sql_folder() / "migrations").glob("*.sql"))}


def applied(connection: psycopg.Connection[Any]) -> set[str] | None:
    """Names of the migrations that were applied; None if the role of the connection may not see them.

    Raises:
        psycopg.Error
    """
    has_list, may_read, _ = _state(connection)
    if has_list and not may_read:
        return None
    return _names(connection) if has_list else set()


def refuse_others(connection: psycopg.Connection[Any], url: str, *, works: bool) -> None:
    """Compare the schema with this software, once a process: at its first connection, before anything is done.

    ``works`` says that the connection is for work, and not to look at the schema or to bring it up to date.

    Raises:
        DatabaseTooOldError: it was made by a version whose migrations this software does not have.
        DatabaseNewerError: it has migrations that this software does not know.
        DatabaseNotMigratedError: it lacks some that work needs.
        psycopg.Error
    """
    if (url, works) in _looked:
        return
    has_list, may_read, has_tables = _state(connection)
    names = _names(connection) if may_read else None
    if not connection.autocommit:
        connection.rollback()
    if has_tables and not has_list:
        raise DatabaseTooOldError(where=place(url))
    if names is None:
        return
    known = files()
    if unknown := sorted(names - known.keys()):
        raise DatabaseNewerError(
            f"The database is newer than this software: version {importlib.metadata.version('document-pipeline')} does "
            f"not know its {counted(len(unknown), 'migration')} from {unknown[0]}.",
            where=place(url),
        )
    if works and (lacking := sorted(known.keys() - names)):
        raise DatabaseNotMigratedError(
            f"The database is older than this software: {counted(len(lacking), 'migration is', 'migrations are')} "
            f"missing, from {lacking[0]}.",
            where=place(url),
        )
    _looked.add((url, works))


def _state(connection: psycopg.Connection[Any]) -> tuple[bool, bool, bool]:
    """Return three facts: there is a list, this role may read it, and the schema has a table."""
    [state] = connection.execute(_STATE).fetchall()
    has_list, may_read, has_tables = state
    return has_list, may_read, has_tables


def _names(connection: psycopg.Connection[Any]) -> set[str]:
    return {name for (name,) in connection.execute(f"SELECT name FROM {APPLIED}")}  # noqa: S608
