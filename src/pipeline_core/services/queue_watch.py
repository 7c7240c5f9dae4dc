"""Watching the queue: runs are asked for as soon as something waits, and as many as there are workers for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from pipeline_core.db.queue import Pressure
from pipeline_core.db.queue_bell import QueueBell
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.queue_runs import QueueRuns, RunsSeen

log = structlog.stdlib.get_logger(__name__)

OVERDUE_EVERY_S = 60.0
"""Seconds between searches for reviews that wait too long: each reads all that wait."""
TIDY_EVERY_S = 600.0
"""Seconds between removals of scheduled runs that nobody has taken."""
_STEP_S = 0.5
"""Seconds between looks while a run waits for a worker; once one has it, the next run is likely for another worker."""
_STEPS_FOR_S = 30.0
"""Seconds for which it looks that often; a pool without workers is then asked less often."""
_BUSY_S = 5.0
"""Seconds between looks while as many runs work as can."""
_SETTLE_S = 1.0
"""Seconds between a ring and the look."""
_SLICE_S = 1.0
"""Seconds within which the thread notices that it is to end."""
_FIRST_AGAIN_S, _LONGEST_AGAIN_S = 5.0, 300.0
"""Between runs that change nothing."""
_FIRST_RETRY_S, _LONGEST_RETRY_S = 1.0, 15.0
"""Between tries while the database or the orchestrator is away."""
_SLOW_S, _STUCK_S = 20.0, 60.0


def one_more(pressure: Pressure, seen: RunsSeen, batch_size: int) -> bool:
    """Decide whether one more run is to be asked for.

    Not for documents that were asked for by name: their own run is about to take them. One at a time: what was asked
    for is waited for, so that a pool without workers does not fill with runs. Beside runs that work, another is worth
    its start if there is more than their next batches hold, or if nobody has taken anything for longer than a run needs
    to start. Where even that has not helped for a minute, they are taken to be stuck with what they hold, and there may
    be more runs than workers. A run that has only begun is given the time.
    """
    due = max(0, pressure.due - seen.booked)
    if (
        not (due or pressure.lost or pressure.banks)
        or seen.waiting
        or (seen.places is not None and seen.running >= seen.places)
    ):
        return False
    if not seen.running:
        return True
    untaken_s = min(pressure.untaken_s, seen.youngest_s)
    if untaken_s >= _STUCK_S and seen.places is not None:
        return True
    is_worth_it = due > seen.running * batch_size or untaken_s >= _SLOW_S
    return is_worth_it and seen.running < seen.workers


def ask_for_next(pressure: Pressure, runs: QueueRuns, batch_size: int) -> bool:
    """For a run that is about to end: ask for one to go on, if it is needed; returns whether it was.

    Raises:
        ServiceUnavailableError, ConfigurationError: the orchestrator did not answer, or refuses.
    """
    seen = runs.seen()
    # its own place does not count, and comes free too late for another to have it
    others = replace(
        seen, running=max(0, seen.running - 1), places=None if seen.places is None else max(0, seen.places - 1)
    )
    if not one_more(pressure, others, batch_size):
        return False
    runs.ask_beside(seen)
    return True


class QueueWatch:
    """Any number of processes may watch: whoever sees the same as another asks for the same run.

    The bell says when to look. It may be deaf, and nothing rings when a worker is lost: so there is a look every
    ``look_s`` seconds besides, and one when the next job falls due. A look at an empty queue asks the database only,
    but every ten minutes.
    """

    def __init__(
        self,
        pressure: Callable[[], Pressure],
        is_any_review_overdue: Callable[[], bool],
        bell: QueueBell,
        runs: QueueRuns,
        *,
        batch_size: int,
        look_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pressure, self._is_any_review_overdue = pressure, is_any_review_overdue
        self._bell, self._runs = bell, runs
        self._batch_size, self._look_s, self._clock = batch_size, look_s, clock
        self._overdue_due = self._asked_at = float("-inf")
        self._tidy_due = self._clock() + TIDY_EVERY_S
        self._waits: tuple[object, ...] | None = None
        """Pressure when a run was last asked for, and the number asked for since without a change of it."""
        self._asked = 0
        self._again_s, self._retry_s = _FIRST_AGAIN_S, _FIRST_RETRY_S
        self._told: str | None = None

    def run(self, stopping: threading.Event) -> None:
        """Watch until ``stopping`` is set. What is away, or not set up yet, is waited for."""
        try:
            next_look = self._clock()
            while not stopping.is_set():
                try:
                    if self._bell.wait(max(0.0, min(_SLICE_S, next_look - self._clock()))):
                        # a storm of rings is one look; and who asks for documents by name has the time to
                        stopping.wait(_SETTLE_S)
                        next_look = self._clock()
                    if self._clock() >= next_look:
                        next_look = self._clock() + self.look()
                        self._retry_s, self._told = _FIRST_RETRY_S, None
                except Exception as error:
                    # the thread must outlive a defect, too: nobody else may be watching
                    stopping.wait(self._after(error))
        finally:
            self._bell.close()

    def look(self) -> float:
        """Look once, and ask for a run if one more is needed; returns the seconds until the next look.

        Raises:
            PipelineError: the database or the orchestrator does not answer, or refuses.
        """
        self._tidy()
        pressure = self._pressure()
        if not pressure and not self._finds_overdue():
            self._waits = None
            return self._look_s if pressure.next_s is None else min(self._look_s, max(0.05, pressure.next_s))
        seen = self._runs.seen()
        if self._wants(pressure, seen):
            self._runs.ask_beside(seen)
            self._asked_at = self._clock()
            return _STEP_S
        if seen.waiting:
            return _STEP_S if self._clock() - self._asked_at < _STEPS_FOR_S else self._look_s
        return min(_BUSY_S, self._look_s)

    def _tidy(self) -> None:
        if self._clock() >= self._tidy_due:
            self._tidy_due = self._clock() + TIDY_EVERY_S
            self._runs.tidy()

    def _finds_overdue(self) -> bool:
        if self._clock() < self._overdue_due:
            return False
        self._overdue_due = self._clock() + OVERDUE_EVERY_S
        return self._is_any_review_overdue()

    def _wants(self, pressure: Pressure, seen: RunsSeen) -> bool:
        """Decide whether to ask now: while runs come and go without effect, they are asked for less and less often."""
        is_wanted = one_more(pressure, seen, self._batch_size) if pressure else not (seen.waiting or seen.running)
        if not is_wanted:
            return False
        now, waits = self._clock(), (pressure.due, pressure.lost, pressure.banks, pressure.claimed_at)
        if waits != self._waits:
            self._waits, self._asked, self._again_s = waits, 0, _FIRST_AGAIN_S
        elif self._asked >= max(1, seen.workers):
            if now < self._asked_at + self._again_s:
                return False
            self._asked, self._again_s = 0, min(2 * self._again_s, _LONGEST_AGAIN_S)
        self._asked += 1
        return True

    def _after(self, error: Exception) -> float:
        """Tell of an error, once as long as it is the same; returns the seconds to wait."""
        if describe_error(error) != self._told:
            self._told = describe_error(error)
            log.warning("queue_not_watched", error=describe_error(error))
        wait_s, self._retry_s = self._retry_s, min(2 * self._retry_s, _LONGEST_RETRY_S)
        return wait_s
