"""Asking for runs without waiting for them: who queues a job goes on at once, whatever the orchestrator does."""

import threading
import time
from collections.abc import Callable

import structlog

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.queue_runs import QueueRuns

log = structlog.stdlib.get_logger(__name__)

_HEALTH_KEPT_S = 10.0
_LONGEST_WAIT_S = 300.0


class RunRequests:
    """Called after a job was queued. Never blocks, never raises; any number of calls while one is being made are one.

    An orchestrator that is away is asked again, less and less often, until it has promised a run. Without one the
    jobs stay queued, which the log says once.
    """

    def __init__(
        self,
        runs: QueueRuns | None,
        *,
        least_s: float = 1.0,
        retry_s: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``least_s``: time between two runs that are asked for; ``retry_s``: first wait after a failure, doubled."""
        self._runs = runs
        self._least_s, self._retry_s, self._clock = least_s, retry_s, clock
        self._wanted, self._closing = threading.Event(), threading.Event()
        self._starting, self._checking = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._has_said = False
        self._is_up, self._checked = False, float("-inf")

    def __call__(self) -> None:
        self._wanted.set()
        if self._thread is not None:
            return
        with self._starting:
            if self._runs is None:
                self._say_once()
            elif self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(
                    target=self._serve, args=(self._runs,), name="run-requests", daemon=True
                )
                self._thread.start()

    def is_up(self) -> bool:
        """Return True if an orchestrator answers; it is asked at most every ten seconds."""
        if self._runs is None:
            return False
        with self._checking:
            if self._clock() - self._checked > _HEALTH_KEPT_S:
                self._is_up, self._checked = self._runs.is_up(), self._clock()
            return self._is_up

    def close(self) -> None:
        """Ask no more. What is queued waits for the next run."""
        self._closing.set()
        self._wanted.set()
        if self._thread:
            self._thread.join(timeout=2)

    def _serve(self, runs: QueueRuns) -> None:
        wait_s = self._retry_s
        while self._wanted.wait() and not self._closing.is_set():
            self._wanted.clear()
            if self._ask(runs):
                pause_s, wait_s = self._least_s, self._retry_s
            else:
                # what waits waits still
                self._wanted.set()
                pause_s, wait_s = wait_s, min(wait_s * 2, _LONGEST_WAIT_S)
            self._closing.wait(pause_s)

    def _ask(self, runs: QueueRuns) -> bool:
        try:
            runs.ask()
        except PipelineError as error:
            log.warning("run_not_asked_for", error=describe_error(error), action=error.what_to_do)
            return False
        except Exception as error:
            # the thread must outlive a defect of the adapter
            log.error("run_not_asked_for", error=describe_error(error))
            return False
        return True

    def _say_once(self) -> None:
        if not self._has_said:
            self._has_said = True
            log.warning(
                "no_orchestrator",
                message="PREFECT_API_URL is not set: jobs stay queued until a run takes them.",
            )
