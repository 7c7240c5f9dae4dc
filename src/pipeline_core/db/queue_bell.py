"""Hearing of what is queued by PostgreSQL's LISTEN; triggers on ``upload_jobs`` and ``upload_batches`` ring."""

from typing import Any

import psycopg

from pipeline_core.db.connection import connect
from pipeline_core.db.errors import translated

CHANNEL = "upload_pipeline_queue"
_SILENCE_S = 10
"""A line that is cut without a word is noticed after about so many seconds."""


class QueueBell:
    """One connection of its own, made by the first ``wait`` and made again when it is lost. Not for two threads.

    Behind a proxy that pools transactions LISTEN hears nothing, and says nothing of it: ``wait`` then always takes its
    whole time.
    """

    def __init__(self, url: str, *, role: str) -> None:
        self._url, self._role = url, role
        self._line: psycopg.Connection[Any] | None = None

    def wait(self, timeout_s: float) -> bool:
        """Return when something was queued since the last call, or after ``timeout_s`` seconds; returns which.

        The first call, and one after the line was lost, answers at once with True: nobody knows what was missed.

        Raises:
            DatabaseUnavailableError: the line is lost; the next call tries to have another.
        """
        if self._line is None:
            self._line = self._listening()
            return True
        try:
            with translated():
                # many that came together are one: whoever hears looks at everything that waits
                return bool(list(self._line.notifies(timeout=timeout_s, stop_after=1)))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop listening."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _listening(self) -> psycopg.Connection[Any]:
        line = connect(self._url, role=self._role, autocommit=True, silence_s=_SILENCE_S)
        try:
            with translated():
                line.execute(f"LISTEN {CHANNEL}")
        except BaseException:
            line.close()
            raise
        return line
