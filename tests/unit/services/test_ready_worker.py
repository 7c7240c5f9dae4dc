"""The process that is ready: what is queued is taken at once, and what it cannot take is left alone."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline_core.db.queue import Pressure
from pipeline_core.domain.errors import DatabaseUnavailableError, PipelineError, ServiceUnavailableError
from pipeline_core.services import ready_worker
from pipeline_core.services.ready_worker import ReadyWorker

EMPTY = Pressure(due=0, lost=0, banks=0, untaken_s=0.0, next_s=None, claimed_at=None)


class Queue:
    """What waits, a bell that rings as often as it is told to, and a worker that takes so many at a time."""

    def __init__(self, *, due: int, takes: int = 100, rings: int = 1) -> None:
        self.waits, self.takes, self.rings, self.runs, self.is_closed = replace(EMPTY, due=due), takes, rings, 0, False
        self.failures: list[PipelineError] = []
        self.stopping = threading.Event()

    def wait(self, timeout_s: float) -> bool:
        assert timeout_s <= 1.0
        if not self.rings:
            self.stopping.set()
            return False
        self.rings -= 1
        return True

    def close(self) -> None:
        self.is_closed = True

    def work(self) -> None:
        self.runs += 1
        if self.failures:
            raise self.failures.pop()
        if self.takes:
            left = max(0, self.waits.due - self.takes)
            self.waits = replace(self.waits, due=left, claimed_at=datetime(2026, 12, 1, second=self.runs, tzinfo=UTC))

    def serve(self) -> int:
        ReadyWorker(lambda: self.waits, self, self.work).run(self.stopping)
        assert self.is_closed
        return self.runs


@pytest.mark.parametrize(
    ("queue", "runs"),
    [
        (Queue(due=0), 0),  # rung for what another has taken
        (Queue(due=1), 1),
        (Queue(due=250), 3),  # batch after batch
        (Queue(due=1, rings=0), 0),  # nobody rang
        (Queue(due=5, takes=0), 1),  # what it may not take is not asked for again and again
        (Queue(due=5, takes=0, rings=2), 2),
    ],
)
def test_it_works_while_that_makes_a_difference(queue: Queue, runs: int) -> None:
    assert queue.serve() == runs


@pytest.mark.parametrize("error", [DatabaseUnavailableError("away"), ServiceUnavailableError("away")])
def test_what_is_away_is_waited_for(error: PipelineError, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_worker, "_FIRST_RETRY_S", 0.01)
    queue = Queue(due=1, rings=2)
    queue.failures = [error]
    assert queue.serve() == 2
    assert queue.waits.due == 0
