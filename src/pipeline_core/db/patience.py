"""Waiting for a database that is away, for as long as a task that met it would be tried again."""

from threading import Event


class Patience:
    """Waits for a database that is away; there are none until work is under way."""

    def __init__(self, stopping: Event) -> None:
        """``stopping`` ends every wait."""
        self._stopping = stopping
        self._waits_s: tuple[float, ...] = ()
        self._in_vain = False

    def begin(self, waits_s: tuple[float, ...]) -> None:
        """From now on wait so long between tries, in seconds: what is under way is not to end for a restart."""
        self._waits_s = waits_s
        self._in_vain = False

    def waits(self) -> tuple[float, ...]:
        """The waits between tries, in seconds; none while a whole wait has been in vain.

        The steps of a run ask in turn, and each is tried again: their waits would add up to minutes.
        """
        return () if self._in_vain else self._waits_s

    def found(self) -> None:
        """The database answered: when it is away again, it is waited for again."""
        self._in_vain = False

    def give_up(self) -> None:
        """It was waited for in vain."""
        self._in_vain = True

    def wait(self, seconds: float) -> bool:
        """Wait; returns whether to try again."""
        return not self._stopping.wait(seconds)
