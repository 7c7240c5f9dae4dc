"""Port: have somebody take what waits in a queue. For those who queue work and do none of it themselves."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RunsSeen:
    """The runs of the queue at one moment.

    ``waiting`` were asked for and nobody has taken them yet; ``running`` hold one of the ``places`` each (None: any
    number). ``youngest_s`` is how long the last of those has run, in seconds; before its process has begun, since when
    it was asked for. ``booked`` documents wait for runs that were asked for by their names. ``workers`` take runs at
    this moment. ``key`` is this moment's: of two who ask for a run with it, both get the same one.
    """

    waiting: int
    running: int
    youngest_s: float
    places: int | None
    booked: int
    workers: int
    key: str


class QueueRuns(Protocol):
    def ask(self) -> None:
        """See to it that a run takes what waits: ask for one, unless one waits or runs already.

        Returns when it is promised, not when it has ended.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
            ConfigurationError: it does not know how to run the queue, or refuses us.
        """
        ...

    def seen(self) -> RunsSeen:
        """The runs that there are now.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``ask``.
        """
        ...

    def ask_beside(self, seen: RunsSeen) -> None:
        """Ask for one run more than was seen; nothing if somebody else has seen the same and asked for it.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``ask``.
        """
        ...

    def tidy(self) -> int:
        """Remove runs that schedules have made and nobody has taken, but for the newest of each; returns how many.

        Without workers they would pile up, and be taken all at once by the first that comes.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``ask``.
        """
        ...

    def tell_of_uploads(self, count: int) -> None:
        """Send the event ``pipeline.upload``: so many documents were put into the queue.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``ask``.
        """
        ...

    def is_up(self) -> bool:
        """Returns whether the orchestrator answers, within two seconds. Never raises."""
        ...
