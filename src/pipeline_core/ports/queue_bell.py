"""Port: hear that something was put into the queue, whoever put it there."""

from typing import Protocol


class QueueBell(Protocol):
    def wait(self, timeout_s: float) -> bool:
        """Return when something was queued since the last call, or after ``timeout_s`` seconds; answers with which.

        The first call, and one after the line was lost, answers at once with True: nobody knows what was missed.

        Raises:
            DatabaseUnavailableError: the line is lost; the next call tries to have another.
        """
        ...

    def close(self) -> None:
        """Stop listening."""
        ...
