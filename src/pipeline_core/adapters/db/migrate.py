"""Bring a database up to date with the plain SQL files in ``sql/migrations``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline_core.adapters.db.engine import connect
from pipeline_core.adapters.db.errors import CONNECT_ERRORS, no_connection, translated
from pipeline_core.adapters.db.match_versions import are_outdated, renew_match_keys
from pipeline_core.adapters.db.queries import sql_folder

_LOCK = 771400


@contextmanager
def _open(url: str) -> Iterator[tuple[Any, Any]]:
    """yoyo's backend, and the migrations that the database lacks."""
    from yoyo import get_backend, read_migrations

    try:
        backend: Any = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    except CONNECT_ERRORS as error:
        raise no_connection(error, url, "") from error
    try:
        yield backend, backend.to_apply(read_migrations(str(sql_folder() / "migrations")))
    finally:
        backend.connection.close()


def pending(url: str) -> list[str]:
    """Names of the migrations that the database lacks, in order.

    Raises:
        DatabaseUnavailableError: it does not answer.
    """
    with translated(), _open(url) as (_, wanted):
        return [migration.id for migration in wanted]


def migrate(url: str) -> list[str]:
    """Apply what is missing, each file in a transaction, and renew the hashes of older rows; answers with the names.

    Of two processes at once, one waits for the other. The lock is the database session's, not a row of yoyo's own
    table, so that a process that dies leaves none behind.

    Raises:
        DatabaseUnavailableError: it does not answer.
    """
    if not pending(url) and not _is_interrupted(url):
        return []
    with translated(), connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        with _open(url) as (backend, wanted):
            backend.apply_migrations(wanted)
        renew_match_keys(url)
        return [migration.id for migration in wanted]


def _is_interrupted(url: str) -> bool:
    """Whether a process died between the migrations and what follows them."""
    with translated(), connect(url) as connection:
        return are_outdated(connection)
