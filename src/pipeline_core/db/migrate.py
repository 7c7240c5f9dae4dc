"""Bring a database up to date with the plain SQL files in ``sql/migrations``."""

from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable

from pipeline_core.db.connection import connect
from pipeline_core.db.errors import NOT_READY, first_line, place, translate, translated
from pipeline_core.db.match_versions import are_outdated, renew_match_keys
from pipeline_core.db.requirements import not_ready, unmet
from pipeline_core.db.schema_age import APPLIED, applied, files
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
    return sorted(files().keys() - found)


def migrate(url: str, *, lock_s: float = _LOCK_S) -> list[str]:
    """Apply what is missing, each file in a transaction, and bring older rows up to it; returns the names.

    Of two processes at once, one waits for the other. The lock is the database session's, so that a process that dies
    leaves none behind.

    Raises:
        DatabaseUnavailableError: it does not answer.
        DatabaseBusyError: another transaction holds what a migration changes for longer than ``lock_s`` seconds.
        DatabaseNewerError: a newer version of this software has migrated it.
        DatabaseTooOldError: it was made by a version whose migrations this software does not have.
        DatabaseNotReadyError: the server or the login lacks something; names all of it, and what mends it.
    """
    if not pending(url) and not _is_interrupted(url):
        return []
    with translated(), connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        lacking = unmet(connection)
        if any(one.is_certain for one in lacking):
            raise not_ready(lacking, where=place(url))
        # whoever waits for a lock on a table makes everybody wait who comes after: better not now than long
        connection.execute(f"SET lock_timeout = {round(lock_s * 1000)}")
        done = []
        try:
            for name in pending(url):
                with connection.transaction():
                    connection.execute(files()[name].read_bytes())
                    if name not in (applied(connection) or ()):
                        raise AssertionError(f"{name}.sql does not enter its name in {APPLIED}")
                done.append(name)
        except LockNotAvailable as error:
            raise _busy(connection, lock_s, url) from error
        except psycopg.Error as error:
            raise _why(connection, error, url) from error
        renew_match_keys(url)
        read_words(url)
        return done


def _busy(connection: psycopg.Connection[Any], lock_s: float, url: str) -> DatabaseBusyError:
    """The error with the transactions to wait for or to end, as nothing tells any more whose lock it was."""
    found = connection.execute(_OPEN).fetchall()
    others = ", ".join(f"process {pid} ({name or 'no name'}, {state}, {age:.0f} s)" for pid, name, state, age in found)
    return DatabaseBusyError(
        f"A migration did not get its locks within {lock_s:g} s: {others or 'a transaction that has ended by now'} "
        "had a table in use. It was rolled back whole; those before it are applied.",
        where=place(url),
    )


def _why(connection: psycopg.Connection[Any], error: psycopg.Error, url: str) -> Exception:
    """The right that is lacking, if one is."""
    if isinstance(error, NOT_READY) and (lacking := unmet(connection)):
        return not_ready(lacking, where=place(url), cause=first_line(error))
    return translate(error)


def _is_interrupted(url: str) -> bool:
    """True if a process died between the migrations and the steps that follow them."""
    with translated(), connect(url) as connection:
        return are_outdated(connection) or are_unread(connection)
