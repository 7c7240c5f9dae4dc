"""Connections: one pool a process, each connection in the service role with the schema on its search path."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine as Engine
from sqlalchemy import create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from pipeline_core.db.errors import CONNECT_ERRORS, no_connection, translated
from pipeline_core.db.patience import Patience
from pipeline_core.db.schema_age import refuse_others
from pipeline_core.db.session import prepare
from pipeline_core.domain.errors import DatabaseUnavailableError

SCHEMA = "upload_pipeline"
_CONNECT_TIMEOUT_S = 10
_URL = "database_url"
_PATIENCE = "patience"
_USED = "used"
_TUNING = {
    # measured: planning and compiling cost more than these short statements themselves
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "64MB",
}


def connect_options(role: str, *, idle_s: float = 0) -> str:
    """libpq's ``options``: search path, role and tuning of every connection.

    ``idle_s``: a transaction whose client says nothing for so long is ended, with its locks; 0 is never.
    """
    timeout = {"idle_in_transaction_session_timeout": str(int(idle_s * 1000))}
    values = {"search_path": f"{SCHEMA},public,extensions", "role": role, **timeout, **_TUNING}
    return " ".join(f"-c {name}={value}" for name, value in values.items() if value)


def connect(
    url: str,
    *,
    role: str = "",
    autocommit: bool = False,
    statement_timeout_s: float = 0,
    silence_s: int = 0,
    idle_s: float = 0,
) -> psycopg.Connection[Any]:
    """The one way to a connection, for the pool too.

    Args:
        url: ``postgresql://…``, any form that libpq knows.
        role: what it becomes (``SET ROLE``); empty keeps the login's own.
        autocommit: each statement is a transaction.
        statement_timeout_s: a statement that takes longer is ended, seconds; 0 is never.
        silence_s: a line that is cut is given up after about so long, seconds; 0 leaves it to the system.
        idle_s: as ``connect_options``.

    Raises:
        DatabaseUnavailableError: there is none; names the host and the database.
        DatabaseNotMigratedError: the role is missing, or not granted to the login; or migrations are.
        DatabaseNewerError: a newer version of this software has migrated it.
        ConfigurationError: the URL is none.
    """
    options = f"{connect_options(role, idle_s=idle_s)} -c statement_timeout={round(statement_timeout_s * 1000)}"
    try:
        connection = psycopg.connect(
            url,
            options=options,
            connect_timeout=_CONNECT_TIMEOUT_S,
            autocommit=autocommit,
            **(_watched(silence_s) if silence_s else {}),
        )
    except CONNECT_ERRORS as error:
        raise no_connection(error, url, role) from error
    try:
        with translated():
            refuse_others(connection, url, works=bool(role))
    except BaseException:
        connection.close()
        raise
    return connection


def _watched(silence_s: int) -> dict[str, Any]:
    """libpq's parameters for a line that is looked after; they mean nothing on a Unix socket."""
    return {
        "keepalives_idle": silence_s,
        "keepalives_interval": silence_s,
        "keepalives_count": 2,
        "tcp_user_timeout": silence_s * 1000,
    }


def open_engine(
    url: str,
    *,
    role: str,
    pool_size: int = 8,
    overflow: int = 8,
    wait_s: float = 30,
    statement_timeout_s: float = 0,
    idle_s: float = 0,
    unused_s: float = 0,
    patience: Patience | None = None,
) -> Engine:
    """A pool of psycopg connections.

    Args:
        url: ``postgresql://…``, any form that libpq knows.
        role: what every connection becomes (``SET ROLE``); empty keeps the login's own.
        pool_size: connections that are kept open.
        overflow: how many more there may be at a time.
        wait_s: how long somebody waits for one when all are in use, seconds.
        statement_timeout_s: after which the server stops a statement; 0 for never.
        idle_s: a worker that is cut off within a transaction keeps what it has locked no longer than this; 0 is ever.
        patience: how long somebody waits for a database that is away; without it, not at all.
        unused_s: a connection that was used within so many seconds is lent without asking whether it still stands.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(url, role=role, statement_timeout_s=statement_timeout_s, idle_s=idle_s),
        pool_size=pool_size,
        max_overflow=overflow,
        pool_timeout=wait_s,
        pool_pre_ping=not unused_s,
        execution_options={_URL: url, _PATIENCE: patience},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
        prepare(connection)

    if unused_s:
        _ask_after(engine, unused_s)
    return engine


def _ask_after(engine: Engine, unused_s: float) -> None:
    """Ask connections that were not used for so long whether they still stand; those that do not are replaced."""

    @event.listens_for(engine, "checkin")
    def _used(_connection: object, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: psycopg.Connection[Any], record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_USED, time.monotonic()) < unused_s:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise InvalidatePoolError from error


def _checked_out(engine: Engine) -> PoolProxiedConnection:
    """A connection, waited for where the database is away and there is patience: nothing has been done on it yet."""
    options = engine.get_execution_options()
    patience: Patience | None = options[_PATIENCE]
    for wait_s in (*(patience.waits() if patience else ()), None):
        try:
            lent = engine.raw_connection()
            if patience is not None:
                patience.found()
            return lent
        except CONNECT_ERRORS as error:
            found = no_connection(error, options[_URL], "")
            if isinstance(error, PoolTimeoutError):
                raise found from error
        except DatabaseUnavailableError as error:
            found = error
        if patience is None:
            raise found
        if wait_s is None or not patience.wait(wait_s):
            patience.give_up()
            raise found
    raise AssertionError("the last try returns or raises")


@contextmanager
def lend(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the pool; what is not committed on leaving is rolled back.

    Raises:
        PipelineError: what the driver raised, translated.
    """
    lent = _checked_out(engine)
    driver: Any = lent.driver_connection
    try:
        with translated():
            yield driver
    finally:
        try:
            if driver.info.transaction_status is TransactionStatus.ACTIVE:
                # a signal came while a statement ran: it would go on, and so would its locks
                driver.cancel_safe(timeout=_CONNECT_TIMEOUT_S)
                lent.invalidate()
            else:
                lent.rollback()
        except psycopg.Error:
            lent.invalidate()
        finally:
            lent.close()
