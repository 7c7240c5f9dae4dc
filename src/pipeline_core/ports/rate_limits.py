"""Port: how often something may happen, counted for all processes together."""

from typing import Protocol


class RateLimits(Protocol):
    def hit(self, key: str, *, limit: int, window_s: int) -> float | None:
        """Count one more of ``key``, of which ``limit`` may happen in any ``window_s`` seconds.

        Returns:
            None if it may happen; else the seconds after which it may be tried again, and it was not counted.

        Raises:
            ServiceUnavailableError: the count cannot be kept.
        """
        ...

    def check(self) -> None:
        """See that counts can be kept; counts nothing.

        Raises:
            PipelineError: they cannot.
        """
        ...
