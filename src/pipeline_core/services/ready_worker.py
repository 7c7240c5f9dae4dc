"""A process that is ready: what is queued is taken within moments, and no run has to start for it.

Beside it the queue is watched as ever: for what is more than this process takes in a second, and for what falls due
later, runs of the deployment are asked for.
"""

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from pipeline_core.db.queue import Pressure
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.traces import describe_error

log = structlog.stdlib.get_logger(__name__)

_SLICE_S = 1.0
"""Seconds within which it is noticed that this process is to end."""
_FIRST_RETRY_S, _LONGEST_RETRY_S = 1.0, 15.0
"""Between tries while the database or the orchestrator is away."""


class Bell(Protocol):
    """Says that something was queued."""

    def wait(self, timeout_s: float) -> bool: ...
    def close(self) -> None: ...


class ReadyWorker:
    """Does what is due whenever the bell rings, and again for as long as that makes a difference."""

    def __init__(self, pressure: Callable[[], Pressure], bell: Bell, work: Callable[[], None]) -> None:
        """``work`` takes a batch from the queue and brings it to rest."""
        self._pressure, self._bell, self._work = pressure, bell, work
        self._retry_s = _FIRST_RETRY_S

    def run(self, stopping: threading.Event) -> None:
        """Work until ``stopping`` is set. What is away is waited for."""
        try:
            while not stopping.is_set():
                try:
                    if self._bell.wait(_SLICE_S):
                        self._drain(stopping)
                    self._retry_s = _FIRST_RETRY_S
                except PipelineError as error:
                    log.warning("queue_not_taken", error=describe_error(error))
                    stopping.wait(self._retry_s)
                    self._retry_s = min(2 * self._retry_s, _LONGEST_RETRY_S)
        finally:
            self._bell.close()

    def _drain(self, stopping: threading.Event) -> None:
        """Work while jobs are due, but not again if it has taken none: they are for others to take."""
        seen = None
        while not stopping.is_set():
            waits = self._pressure()
            now = (waits.due, waits.claimed_at, waits.banks)
            if not (waits.due or waits.banks) or now == seen:
                return
            seen = now
            self._work()
