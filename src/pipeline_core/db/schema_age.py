"""Whether a database and this software are of one age: a newer version knows more migrations, an older one fewer."""

import importlib.metadata
import re
from functools import cache
from typing import Any

import psycopg

from pipeline_core.db.errors import place
from pipeline_core.db.queries import sql_folder
from pipeline_core.domain.errors import DatabaseNewerError, DatabaseNotMigratedError
from pipeline_core.domain.wording import counted

APPLIED = "_yoyo_migration"
"""Where the names of the migrations that were applied stand, for newer and older software alike."""
_WHETHER = """
SELECT to_regclass(%(table)s) IS NOT NULL, coalesce(has_table_privilege(to_regclass(%(table)s), 'SELECT'), false)
"""
_OURS = re.compile(r"\d{4,}_\w+", re.ASCII)
"""Names as we give them: another program may keep its own in the same table."""
_looked: set[tuple[str, bool]] = set()
"""What this process has looked at: a schema that moves on under a process that runs is told to the next one."""


@cache
def known() -> frozenset[str]:
    """Names of the migrations that this software has."""
    return frozenset(file.stem for file in (sql_folder() / "migrations").glob("*.sql"))


def applied(connection: psycopg.Connection[Any]) -> set[str] | None:
    """Names of the migrations that were applied; None if the role of the connection may not see them.

    Raises:
        psycopg.Error
    """
    exists, may_read = _whether(connection)
    if exists and not may_read:
        return None
    return _names(connection) if exists else set()


def refuse_others(connection: psycopg.Connection[Any], url: str, *, works: bool) -> None:
    """Compare the schema with this software, once a process: at its first connection, before anything is done.

    ``works`` says that the connection is for work, and not to look at the schema or to bring it up to date.

    Raises:
        DatabaseNewerError: it has migrations that this software does not know.
        DatabaseNotMigratedError: it lacks some that work needs.
        psycopg.Error
    """
    if (url, works) in _looked:
        return
    # migrations that were run by hand are in no list, and another role may see what this one does not
    names = _names(connection) if all(_whether(connection)) else None
    if not connection.autocommit:
        connection.rollback()
    if names is None:
        return
    if unknown := sorted(name for name in names - known() if _OURS.fullmatch(name)):
        raise DatabaseNewerError(
            f"The database is newer than this software: version {importlib.metadata.version('document-pipeline')} does "
            f"not know its {counted(len(unknown), 'migration')} from {unknown[0]}.",
            where=place(url),
        )
    if works and (lacking := sorted(known() - names)):
        raise DatabaseNotMigratedError(
            f"The database is older than this software: {counted(len(lacking), 'migration is', 'migrations are')} "
            f"missing, from {lacking[0]}.",
            where=place(url),
        )
    _looked.add((url, works))


def _whether(connection: psycopg.Connection[Any]) -> tuple[bool, bool]:
    """Whether there is a list, and whether this role may read it."""
    [(exists, may_read)] = connection.execute(_WHETHER, {"table": APPLIED}).fetchall()
    return exists, may_read


def _names(connection: psycopg.Connection[Any]) -> set[str]:
    return {name for (name,) in connection.execute(f"SELECT migration_id FROM {APPLIED}")}  # noqa: S608
