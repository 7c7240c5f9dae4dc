"""Waiting for a database that is away, for as long as a task that met it would be tried again."""

from threading import Event


class Patience:
    """How long whoever wants a connection waits for the database; not at all, until work is under way."""

    def __init__(self, stopping: Event) -> None:
        """``stopping`` ends every wait."""
        self._stopping = stopping
        self._waits_s: tuple[float, ...] = ()

    def begin(self, waits_s: tuple[float, ...]) -> None:
        """From now on wait so long between tries, in seconds: what is under way is not to end for a restart."""
        self._waits_s = waits_s

    def waits(self) -> tuple[float, ...]:
        """The waits between tries, in seconds."""
        return self._waits_s

    def wait(self, seconds: float) -> bool:
        """Wait; answers with whether to try again."""
        return not self._stopping.wait(seconds)
