"""Work done from time to time beside the requests: sending webhooks, removing counters and old deliveries."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from pipeline_core.domain.errors import ConfigurationError, PipelineError
from pipeline_core.domain.traces import describe_error

log = structlog.stdlib.get_logger(__name__)

_AFTER_ERROR_S = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Chore:
    """Something to do every so many seconds; itself and no other, as whatever does it need not have a hash."""

    name: str
    act: Callable[[], object]
    every_s: float


class Upkeep:
    """Chores by their interval, one after the other. Any number of processes may do them at once.

    They need the service role: a process that may not take it says so in the log and leaves them to others.
    """

    def __init__(self, *chores: Chore) -> None:
        self.chores = chores
        self._due = dict.fromkeys(chores, float("-inf"))

    def run(self, stopping: threading.Event) -> None:
        """Do what is due until ``stopping`` is set, or until the role is refused."""
        while not stopping.is_set():
            try:
                pause_s = self._do_what_is_due()
            except ConfigurationError as error:
                log.warning("no_upkeep", error=describe_error(error), action=error.what_to_do)
                return
            stopping.wait(pause_s)

    def _do_what_is_due(self) -> float:
        """Returns the seconds until the next chore."""
        for chore, due in self._due.items():
            if time.monotonic() >= due:
                self._due[chore] = time.monotonic() + self._do(chore)
        return max(0.0, min(self._due.values()) - time.monotonic())

    def _do(self, chore: Chore) -> float:
        """Returns the seconds until it is due again."""
        try:
            chore.act()
        except ConfigurationError:
            raise
        except PipelineError as error:
            log.warning("upkeep_failed", chore=chore.name, error=describe_error(error))
        except Exception as error:
            # what nobody foresaw in one chore must not end the others
            log.error("upkeep_failed", chore=chore.name, error=describe_error(error))
        else:
            return chore.every_s
        return max(chore.every_s, _AFTER_ERROR_S)
