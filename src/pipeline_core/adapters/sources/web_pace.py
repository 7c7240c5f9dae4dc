"""Pace of requests to one host: few at a time, as its robots.txt asks, and none while it asks to be left alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from pipeline_core.domain.errors import PipelineError, SourceUnavailableError

_AT_A_TIME = 2
_LONGEST_DELAY_S = 30.0
"""No more is waited between two requests, whatever a robots.txt says."""
_GIVE_UP_AFTER = 3


class Pace:
    def __init__(self, host: str, patience_s: float) -> None:
        """
        Args:
            patience_s: A host that asks for a longer pause than this is not asked again.
        """
        self.host = host
        self._patience_s = patience_s
        self._slots = BoundedSemaphore(_AT_A_TIME)
        self._lock = Lock()
        self._next = self._not_before = self._delay_s = 0.0
        self._failures = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may be sent.

        Raises:
            SourceUnavailableError: the host wants a longer pause, or has not answered several times in a row.
        """
        with self._slots:
            time.sleep(self._wait())
            yield

    def space(self, delay_s: float) -> None:
        """Leave so much time between two requests."""
        self._delay_s = min(delay_s, _LONGEST_DELAY_S)

    def pause(self, seconds: float) -> bool:
        """Leave the host alone; returns whether it is worth waiting for."""
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)
        return seconds <= self._patience_s

    def count(self, error: PipelineError | None) -> None:
        """Count an answer (None), or a request that had none."""
        self._failures = 0 if error is None else self._failures + 1

    def _wait(self) -> float:
        with self._lock:
            now = time.monotonic()
            if self._failures >= _GIVE_UP_AFTER:
                raise SourceUnavailableError(
                    f"It did not answer {_GIVE_UP_AFTER} times in a row, and is left alone.", where=self.host
                )
            if self._not_before - now > self._patience_s:
                raise SourceUnavailableError(
                    f"It asks to be left alone for {self._not_before - now:,.0f} seconds.", where=self.host
                )
            begins = max(now, self._next, self._not_before)
            self._next = begins + self._delay_s
            return begins - now
