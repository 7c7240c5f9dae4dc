"""Port: have somebody take what waits in a queue. For those who queue work and do none of it themselves."""

from typing import Protocol


class QueueRuns(Protocol):
    def ask(self) -> None:
        """Ask for one run that takes what waits; returns when it is promised, not when it has ended.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
            ConfigurationError: it does not know how to run the queue, or refuses us.
        """
        ...

    def tell_of_uploads(self, count: int) -> None:
        """Send the event ``pipeline.upload``: so many documents were put into the queue, and no run was asked for.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``ask``.
        """
        ...

    def is_up(self) -> bool:
        """Whether the orchestrator answers, within two seconds. Never raises."""
        ...
