"""Bring a database up to date with the plain SQL files in ``sql/migrations``."""

from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege

from pipeline_core.adapters.db.engine import connect
from pipeline_core.adapters.db.errors import NOT_READY, first_line, place, translate, translated
from pipeline_core.adapters.db.match_versions import are_outdated, renew_match_keys
from pipeline_core.adapters.db.queries import sql_folder
from pipeline_core.adapters.db.requirements import not_ready, unmet
from pipeline_core.domain.errors import DatabaseNotReadyError

_LOCK = 771400
_APPLIED = "_yoyo_migration"


def pending(url: str) -> list[str]:
    """Names of the migrations that the database lacks, in order. Nothing is written.

    Raises:
        DatabaseUnavailableError: it does not answer.
        DatabaseNotReadyError: the login may not see which were applied.
    """
    names = sorted(file.stem for file in (sql_folder() / "migrations").glob("*.sql"))
    with translated(), connect(url) as connection:
        [(exists,)] = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [_APPLIED]).fetchall()
        try:
            rows = connection.execute(f"SELECT migration_id FROM {_APPLIED}").fetchall() if exists else []  # noqa: S608
        except InsufficientPrivilege as error:
            raise DatabaseNotReadyError(
                f"The login may not see which migrations were applied: {first_line(error)}.",
                where=place(url),
                action=f"As whoever ran `pipeline migrate`: GRANT SELECT ON {_APPLIED} TO upload_pipeline_service; "
                "with the login a member of that role.",
            ) from error
    applied = {name for (name,) in rows}
    return [name for name in names if name not in applied]


def migrate(url: str) -> list[str]:
    """Apply what is missing, each file in a transaction, and renew the hashes of older rows; answers with the names.

    Of two processes at once, one waits for the other. The lock is the database session's, not a row of yoyo's own
    table, so that a process that dies leaves none behind.

    Raises:
        DatabaseUnavailableError: it does not answer.
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
            applied = _apply(url)
        except psycopg.Error as error:
            raise _why(connection, error, url) from error
        if applied:
            # a login that is no more than a member of the role can tell whether the schema is up to date
            connection.execute(f"GRANT SELECT ON {_APPLIED} TO upload_pipeline_service")
        renew_match_keys(url)
        return applied


def _apply(url: str) -> list[str]:
    from yoyo import get_backend, read_migrations

    backend: Any = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        wanted = backend.to_apply(read_migrations(str(sql_folder() / "migrations")))
        backend.apply_migrations(wanted)
        return [migration.id for migration in wanted]
    finally:
        backend.connection.close()


def _why(connection: psycopg.Connection[Any], error: psycopg.Error, url: str) -> Exception:
    """The right that is lacking, if one is: yoyo, which may not make its tables, only says that they are not there."""
    if isinstance(error, psycopg.errors.UndefinedTable | NOT_READY) and (lacking := unmet(connection)):
        cause = "" if isinstance(error, psycopg.errors.UndefinedTable) else first_line(error)
        return not_ready(lacking, where=place(url), cause=cause)
    return translate(error)


def _is_interrupted(url: str) -> bool:
    """Whether a process died between the migrations and what follows them."""
    with translated(), connect(url) as connection:
        return are_outdated(connection)
