"""The sign to others that this worker lives: a session lock while it is connected, and renewed leases."""

import logging
import os
import socket
import threading
import time
from uuid import uuid4

import psycopg

from pipeline_core.db.connection import connect
from pipeline_core.db.errors import translated
from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.session import Session
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import LeaseToken
from pipeline_core.domain.traces import describe_error

log = logging.getLogger(__name__)

_WATCH_S = 2.0
"""How often the session is looked at: after a restart of the database the lock is to be held again at once."""


class Worker:
    """Holds the worker's advisory lock on a connection of its own and renews its leases from a thread.

    The lock ends with the process, however that ends, so a job of a dead worker can be taken over at once; the
    lease covers a worker that lives but is cut off. Starts in the constructor, ends with ``close``.
    """

    def __init__(self, url: str, *, role: str, lease_s: float) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._url, self._role, self._lease_s = url, role, lease_s
        self._held: set[LeaseToken] = set()
        self._stop = threading.Event()
        self._connect()
        self._thread = threading.Thread(target=self._renew, name="lease-renewal", daemon=True)
        self._thread.start()

    def _connect(self) -> None:
        # a line that is cut is noticed by its silence: without it, renewals would wait for the kernel's two hours
        silence_s = max(2, int(self._lease_s / 3))
        self._connection = connect(self._url, role=self._role, autocommit=True, silence_s=silence_s)
        with translated():
            self._connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (WORKER_LOCK_CLASS, self.name))

    def hold(self, lease: LeaseToken) -> None:
        """Renew this lease from now on."""
        self._held.add(lease)

    def drop(self, lease: LeaseToken) -> None:
        """Renew it no more."""
        self._held.discard(lease)

    def _renew(self) -> None:
        due = time.monotonic() + self._lease_s / 3
        while not self._stop.wait(min(self._lease_s / 3, _WATCH_S)):
            try:
                if self._connection.closed:
                    self._connect()
                    due = 0.0
                if time.monotonic() < due:
                    self._connection.execute("SELECT 1")
                    continue
                Session(self._connection).execute(
                    "renew_leases", worker=self.name, leases=list(self._held), lease_s=self._lease_s
                )
                due = time.monotonic() + self._lease_s / 3
            except (psycopg.Error, PipelineError) as error:
                log.warning("leases of %s not renewed: %s", self.name, describe_error(error))
                # a connection that still stands keeps its lock: without it, others would take this worker for dead
                if self._connection.broken:
                    self._connection.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        self._connection.close()
