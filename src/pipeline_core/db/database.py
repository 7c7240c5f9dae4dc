"""A database: one pool of connections to it for all threads of the process, in one role."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from pipeline_core.db.connection import CONNECT_TIMEOUT_S, connect
from pipeline_core.db.errors import all_in_use, no_connection, translated
from pipeline_core.db.patience import Patience
from pipeline_core.db.session import prepare
from pipeline_core.domain.errors import DatabaseUnavailableError, PipelineError

_LOOK_S = 0.05
"""The pool connects in a thread of its own: how often whoever waits looks whether that has failed."""
_LEAST_S = 0.001

# why there is no connection is raised to who waits for it
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


class Database:
    """Lends connections. Starts two threads, ends them with ``close``; not to be used across a fork."""

    def __init__(
        self,
        url: str,
        *,
        role: str,
        size: int = 16,
        wait_s: float = 30,
        statement_timeout_s: float = 0,
        idle_s: float = 0,
        unused_s: float = 0,
        patience: Patience | None = None,
        first: Callable[[psycopg.Connection[Any]], None] = lambda _: None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            url: ``postgresql://…``, any form that libpq knows.
            role: what every connection becomes (``SET ROLE``); empty keeps the login's own.
            size: how many connections there may be at a time; they are made as they are needed.
            wait_s: how long somebody waits for one when all are in use, seconds.
            statement_timeout_s: after which the server stops a statement; 0 for never.
            idle_s: a worker that is cut off within a transaction keeps its locks no longer than this; 0 is for ever.
            unused_s: a connection that was used within so many seconds is lent without asking whether it still stands.
            patience: how long somebody waits for a database that is away; without it, not at all.
            first: is done with each new connection, and may refuse it.
        """
        self.url = url
        self._open = partial(connect, url, role=role, statement_timeout_s=statement_timeout_s, idle_s=idle_s)
        self._first = first
        self._wait_s, self._unused_s, self._patience = wait_s, unused_s, patience
        self._used_at = WeakKeyDictionary[psycopg.Connection[Any], float]()
        self._failure: PipelineError | None = None
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url,
            connection_class=_Pooled,
            kwargs={"connect_by": self._connect},
            min_size=0,
            max_size=size,
            check=self._check,
            # the one who waits is told, and decides whether to wait longer
            reconnect_timeout=0,
            num_workers=1,
            open=True,
        )

    def close(self) -> None:
        """Close the connections; those that are lent are closed when they come back."""
        self._pool.close()

    def _connect(self) -> psycopg.Connection[Any]:
        """A new connection, made in the pool's thread."""
        try:
            connection = self._open()
            with translated():
                prepare(connection)
                self._first(connection)
                connection.rollback()
        except PipelineError as error:
            self._failure = error
            raise
        self._used_at[connection] = time.monotonic()
        return connection

    def _check(self, connection: psycopg.Connection[Any]) -> None:
        """Ask a connection that was not used for so long whether it still stands; else all are made anew."""
        if time.monotonic() - self._used_at[connection] < self._unused_s:
            return
        try:
            self._pool.check_connection(connection)
        except psycopg.Error:
            self._pool.drain()
            raise

    @contextmanager
    def lend(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the pool; what is not committed on leaving is rolled back.

        ``autocommit``: each statement is a transaction.

        Raises:
            PipelineError: there is none, or what the driver raised, translated.
        """
        connection = self._patiently()
        try:
            with translated():
                connection.autocommit = autocommit
                yield connection
        finally:
            self._take_back(connection)

    def _take_back(self, connection: psycopg.Connection[Any]) -> None:
        status = connection.pgconn.transaction_status
        try:
            if status == TransactionStatus.ACTIVE:
                # a signal came while a statement ran: it would go on, and so would its locks
                connection.cancel_safe(timeout=CONNECT_TIMEOUT_S)
                connection.close()
            elif status != TransactionStatus.IDLE:
                connection.rollback()
        except psycopg.Error:
            connection.close()
        finally:
            self._used_at[connection] = time.monotonic()
            self._pool.putconn(connection)

    def _patiently(self) -> psycopg.Connection[Any]:
        """A connection, waited for where the database is away and there is patience: nothing has been done yet."""
        for wait_s in (*(self._patience.waits() if self._patience else ()), None):
            try:
                connection = self._next()
            except PoolTimeout as error:
                raise all_in_use(self.url) from error
            except DatabaseUnavailableError:
                if self._patience is None:
                    raise
                if wait_s is None or not self._patience.wait(wait_s):
                    self._patience.give_up()
                    raise
            else:
                if self._patience is not None:
                    self._patience.found()
                return connection
        raise AssertionError("the last try returns or raises")

    def _next(self) -> psycopg.Connection[Any]:
        """The next connection that is free, or why there is none.

        Raises:
            PipelineError: as ``connect``.
            PoolTimeout: all are in use.
        """
        before, ends_at = self._failure, time.monotonic() + self._wait_s
        while True:
            left_s = ends_at - time.monotonic()
            try:
                return self._pool.getconn(timeout=max(_LEAST_S, min(_LOOK_S, left_s)))
            except PoolTimeout:
                if self._failure is not None and self._failure is not before:
                    raise self._failure from None
                if left_s <= _LOOK_S:
                    raise
            except psycopg.Error as error:
                raise no_connection(error, self.url, "") from error


class _Pooled(psycopg.Connection[Any]):
    """Tells the pool how to make a connection."""

    @classmethod
    def connect(cls, _url: str = "", *, connect_by: Any, **_: Any) -> Self:  # type: ignore[override]
        made: Self = connect_by()
        return made
