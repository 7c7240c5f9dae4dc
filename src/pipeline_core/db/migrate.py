"""Bring a database up to date with the plain SQL files in ``sql/migrations``."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable

from pipeline_core.db.connection import connect
from pipeline_core.db.errors import NOT_READY, first_line, place, translate, translated
from pipeline_core.db.match_versions import are_outdated, renew_match_keys
from pipeline_core.db.queries import sql_folder
from pipeline_core.db.requirements import not_ready, unmet
from pipeline_core.db.schema_age import APPLIED, applied, known
from pipeline_core.db.search_words import are_unread, read_words
from pipeline_core.domain.errors import DatabaseBusyError, DatabaseNotReadyError

_LOCK = 771400
_LOCK_S = 5.0
_OPEN = """
SELECT pid, application_name, state, extract(epoch FROM clock_timestamp() - xact_start)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 5
"""


def pending(url: str) -> list[str]:
    """Names of the migrations that the database lacks, in order. Nothing is written.

    Raises:
        DatabaseUnavailableError: it does not answer.
        DatabaseNotReadyError: the login may not see which were applied.
    """
    with translated(), connect(url) as connection:
        found = applied(connection)
    if found is None:
        raise DatabaseNotReadyError(
            "The login may not see which migrations were applied.",
            where=place(url),
            action=f"As whoever ran `pipeline migrate`: GRANT SELECT ON {APPLIED} TO upload_pipeline_service; "
            "with the login a member of that role.",
        )
    return sorted(known() - found)


def migrate(url: str, *, lock_s: float = _LOCK_S) -> list[str]:
    """Apply what is missing, each file in a transaction, and bring older rows up to it; answers with the names.

    Of two processes at once, one waits for the other. The lock is the database session's, not a row of yoyo's own
    table, so that a process that dies leaves none behind.

    Raises:
        DatabaseUnavailableError: it does not answer.
        DatabaseBusyError: another transaction holds what a migration changes for longer than ``lock_s`` seconds.
        DatabaseNewerError: a newer version of this software has migrated it.
        DatabaseNotReadyError: the server or the login lacks something; names all of it, and what mends it.
    """
    if not pending(url) and not _is_interrupted(url):
        return []
    with translated(), connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        lacking = unmet(connection)
        if any(one.is_certain for one in lacking):
            raise not_ready(lacking, where=place(url))
        try:
            done = _apply(url, lock_s)
        except LockNotAvailable as error:
            raise _busy(connection, lock_s, url) from error
        except psycopg.Error as error:
            raise _why(connection, error, url) from error
        if done:
            # a login that is no more than a member of a role can tell whether the schema is up to date, or too new
            connection.execute(f"GRANT SELECT ON {APPLIED} TO upload_pipeline_service, upload_pipeline_api")
        renew_match_keys(url)
        read_words(url)
        return done


def _apply(url: str, lock_s: float) -> list[str]:
    """Each migration, and the record that it was applied, in one transaction: who is killed leaves both or neither."""
    from yoyo import get_backend, read_migrations

    backend: Any = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    done = []
    try:
        # who waits for a lock on a table makes everybody wait who comes after: better not now than long
        backend.execute(f"SET lock_timeout = {round(lock_s * 1000)}")
        for migration in backend.to_apply(read_migrations(str(sql_folder() / "migrations"))):
            with backend.transaction():
                backend.cursor().execute(Path(migration.path).read_text("utf-8"))
                backend.execute("SET LOCAL search_path TO DEFAULT")  # where yoyo has its tables
                backend.mark_one(migration)
            done.append(migration.id)
        return done
    finally:
        backend.connection.close()


def _busy(connection: psycopg.Connection[Any], lock_s: float, url: str) -> DatabaseBusyError:
    """What to wait for or to end: nothing says any more whose lock it was."""
    found = connection.execute(_OPEN).fetchall()
    others = ", ".join(f"process {pid} ({name or 'no name'}, {state}, {age:.0f} s)" for pid, name, state, age in found)
    return DatabaseBusyError(
        f"A migration did not get its locks within {lock_s:g} s: {others or 'a transaction that has ended by now'} "
        "had a table in use. It was rolled back whole; those before it are applied.",
        where=place(url),
    )


def _why(connection: psycopg.Connection[Any], error: psycopg.Error, url: str) -> Exception:
    """The right that is lacking, if one is: yoyo, which may not make its tables, only says that they are not there."""
    if isinstance(error, psycopg.errors.UndefinedTable | NOT_READY) and (lacking := unmet(connection)):
        cause = "" if isinstance(error, psycopg.errors.UndefinedTable) else first_line(error)
        return not_ready(lacking, where=place(url), cause=cause)
    return translate(error)


def _is_interrupted(url: str) -> bool:
    """Whether a process died between the migrations and what follows them."""
    with translated(), connect(url) as connection:
        return are_outdated(connection) or are_unread(connection)
