"""Watching the queue: when one more run is asked for, and when nobody is bothered."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline_core.db.queue import Pressure
from pipeline_core.domain.errors import ConfigurationError, DatabaseUnavailableError, ServiceUnavailableError
from pipeline_core.ports.queue_runs import RunsSeen
from pipeline_core.services.queue_watch import QueueWatch, ask_for_next, one_more
from tests.support.queue_runs import IDLE, Runs
from tests.support.servers import wait_until

EMPTY = Pressure(due=0, lost=0, banks=0, untaken_s=0.0, next_s=None, claimed_at=None)
BACKLOG = replace(EMPTY, due=2000, untaken_s=1.0)
FEW = replace(EMPTY, due=3, untaken_s=1.0)


class Bell:
    """Rings when it is told to; a wait takes no time."""

    def __init__(self) -> None:
        self.rings, self.closed = 1, 0
        self.failures: list[Exception] = []

    def wait(self, timeout_s: float) -> bool:
        if self.failures:
            raise self.failures.pop()
        rang, self.rings = self.rings > 0, 0
        if not rang:
            threading.Event().wait(min(timeout_s, 0.01))
        return rang

    def close(self) -> None:
        self.closed += 1


class Watched:
    """A watch over what the test says waits, and its clock."""

    def __init__(self) -> None:
        self.now, self.waits, self.overdue, self.looks = 0.0, EMPTY, False, 0
        self.runs, self.bell = Runs(), Bell()
        self.watch = QueueWatch(
            self.pressure, lambda: self.overdue, self.bell, self.runs, batch_size=100, look_s=10, clock=lambda: self.now
        )

    def pressure(self) -> Pressure:
        self.looks += 1
        return self.waits

    def look(self, after_s: float = 0.0) -> float:
        self.now += after_s
        return self.watch.look()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.mark.parametrize(
    ("pressure", "seen", "is_wanted"),
    [
        (EMPTY, IDLE, False),
        (FEW, IDLE, True),
        (replace(EMPTY, lost=1), IDLE, True),
        (replace(EMPTY, banks=1), IDLE, True),
        # without workers one run waits, and no second
        (FEW, replace(IDLE, workers=0), True),
        (BACKLOG, replace(IDLE, workers=0, waiting=1), False),
        (BACKLOG, replace(IDLE, waiting=1), False),
        # a run for each worker, as far as there is work
        (BACKLOG, replace(IDLE, running=1), True),
        (BACKLOG, replace(IDLE, running=2), False),
        (BACKLOG, replace(IDLE, running=2, workers=3), True),
        (replace(BACKLOG, due=200), replace(IDLE, running=2, workers=3), False),
        (FEW, replace(IDLE, running=1), False),
        # who runs is at something long
        (replace(FEW, untaken_s=21), replace(IDLE, running=1), True),
        (replace(FEW, untaken_s=21), replace(IDLE, running=2), False),
        (replace(FEW, untaken_s=61), replace(IDLE, running=2), True),
        (replace(FEW, untaken_s=61), replace(IDLE, running=2, places=None), False),
        # but has only begun: its process takes its time
        (replace(FEW, untaken_s=900), replace(IDLE, running=1, youngest_s=10), False),
        (replace(BACKLOG, untaken_s=900), replace(IDLE, running=2, youngest_s=59), False),
        # documents that were asked for by name are taken by their own run
        (FEW, replace(IDLE, booked=3), False),
        (replace(FEW, lost=1), replace(IDLE, booked=3), True),
        (replace(FEW, due=4), replace(IDLE, booked=3), True),
        (replace(BACKLOG, due=300), replace(IDLE, running=1, booked=200), False),
        # all places are taken: another would be cancelled
        (replace(BACKLOG, untaken_s=61), replace(IDLE, running=4, workers=8), False),
        (BACKLOG, replace(IDLE, running=5, workers=8), False),
        (BACKLOG, replace(IDLE, running=5, workers=8, places=None), True),
    ],
)
def test_when_one_more_run_is_wanted(pressure: Pressure, seen: RunsSeen, is_wanted: bool) -> None:
    assert one_more(pressure, seen, 100) is is_wanted


@pytest.mark.parametrize(
    ("pressure", "seen", "asks"),
    [
        # the run that ends is one of those that run
        (BACKLOG, replace(IDLE, running=1), True),
        (BACKLOG, replace(IDLE, running=2), True),
        (FEW, replace(IDLE, running=1), True),
        (FEW, replace(IDLE, running=2), False),
        (BACKLOG, replace(IDLE, running=1, waiting=1), False),
        (BACKLOG, replace(IDLE, running=4, workers=8), False),
        (BACKLOG, replace(IDLE, running=1, places=1), False),
        (EMPTY, replace(IDLE, running=1), False),
    ],
)
def test_a_run_that_ends_asks_for_the_next(pressure: Pressure, seen: RunsSeen, asks: bool) -> None:
    runs = Runs(seen)
    assert ask_for_next(pressure, runs, 100) is asks
    assert runs.asked == ["k"] * asks


def test_an_empty_queue_bothers_nobody(watched: Watched) -> None:
    watched.runs.failures = [ZeroDivisionError()]
    assert watched.look() == 10
    watched.waits = replace(EMPTY, next_s=3.5)
    assert watched.look() == 3.5
    watched.waits = replace(EMPTY, next_s=4000.0)
    assert watched.look() == 10
    assert watched.runs.asked == []


def test_a_backlog_gets_a_run_for_each_worker_one_after_the_other(watched: Watched) -> None:
    watched.waits = BACKLOG
    assert watched.look() < 1
    assert watched.look(0.5) < 1
    assert watched.runs.asked == ["k"]
    watched.runs.begin()
    watched.look(0.5)
    watched.runs.begin()
    assert watched.look(0.5) == 5
    assert watched.runs.asked == ["k", "k1"]


def test_a_pool_without_workers_gets_one_run_and_is_asked_less_often(watched: Watched) -> None:
    watched.runs.stands = replace(IDLE, workers=0)
    watched.waits = BACKLOG
    watched.look()
    for _ in range(100):
        pause_s = watched.look(1)
    assert (watched.runs.asked, pause_s) == (["k"], 10)


def test_runs_that_change_nothing_are_asked_for_less_and_less_often(watched: Watched) -> None:
    """They crash as they start, or a question bank cannot be compared."""
    watched.waits = replace(EMPTY, banks=1)
    for _ in range(3600):
        watched.look(1)
        watched.runs.end()
    assert len(watched.runs.asked) < 40
    before = len(watched.runs.asked)
    watched.waits = replace(EMPTY, banks=1, due=1)
    watched.look()
    assert len(watched.runs.asked) == before + 1
    # what goes on is no reason to wait
    for n in range(20):
        watched.runs.end()
        watched.waits = replace(FEW, claimed_at=datetime.fromtimestamp(n, UTC))
        watched.look(1)
    assert len(watched.runs.asked) == before + 21


def test_what_schedules_left_is_tidied_up_now_and_then(watched: Watched) -> None:
    for _ in range(60):
        watched.look(60)
    assert watched.runs.tidied == 6


def test_reviews_that_wait_too_long_are_looked_for_once_a_minute(watched: Watched) -> None:
    watched.look()
    watched.overdue = True
    watched.look(30)
    assert watched.runs.asked == []
    watched.look(31)
    assert watched.runs.asked == ["k"]
    watched.look(61)
    assert watched.runs.asked == ["k"]


def test_what_is_away_is_waited_for(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline_core.services.queue_watch._FIRST_RETRY_S", 0.01)
    watched.watch._retry_s = 0.01
    watched.waits = FEW
    watched.bell.failures = [DatabaseUnavailableError("gone"), ZeroDivisionError()]
    watched.runs.failures = [ServiceUnavailableError("away"), ConfigurationError("no deployment yet")]
    stopping = threading.Event()
    thread = threading.Thread(target=watched.watch.run, args=(stopping,), daemon=True)
    thread.start()
    try:
        assert wait_until(lambda: bool(watched.bell.rings or watched.runs.asked or not watched.bell.failures), 5)
        assert wait_until(lambda: watched.runs.asked or bool(setattr(watched.bell, "rings", 1)), 5)
    finally:
        stopping.set()
        thread.join(2)
    assert not thread.is_alive()
    assert watched.runs.asked == ["k"]
    assert watched.bell.closed == 1


def test_a_storm_of_rings_is_one_look(watched: Watched) -> None:
    stopping = threading.Event()

    class Storm(Bell):
        def wait(self, timeout_s: float) -> bool:
            threading.Event().wait(0.001)
            return timeout_s >= 0

    watched.watch._bell = Storm()
    thread = threading.Thread(target=watched.watch.run, args=(stopping,), daemon=True)
    thread.start()
    stopping.wait(1.5)
    stopping.set()
    thread.join(2)
    assert 1 <= watched.looks <= 3
