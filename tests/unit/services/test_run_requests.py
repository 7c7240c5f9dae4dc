"""Asking for runs: at once, never raising, many calls as one, and again until the orchestrator has promised one."""

import threading
import time
from collections.abc import Iterator

import pytest

from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.services.run_requests import RunRequests
from tests.support.servers import wait_until


class Runs:
    """An orchestrator that answers as it is told."""

    def __init__(self) -> None:
        self.asked = self.health_asked = 0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.failures: list[Exception] = []

    def ask(self) -> None:
        assert self.goes_on.wait(10)
        self.asked += 1
        if self.failures:
            raise self.failures.pop()

    def is_up(self) -> bool:
        self.health_asked += 1
        return True


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def requests(runs: Runs) -> Iterator[RunRequests]:
    requests = RunRequests(runs, least_s=0.01, retry_s=0.01)
    yield requests
    runs.goes_on.set()
    requests.close()


def test_many_calls_while_one_is_made_are_one_more(requests: RunRequests, runs: Runs) -> None:
    runs.goes_on.clear()
    started = time.monotonic()
    for _ in range(500):
        requests()
    assert time.monotonic() - started < 5
    runs.goes_on.set()
    assert wait_until(lambda: runs.asked >= 1)
    time.sleep(0.1)
    # the first call, and those that came while it was under way
    assert runs.asked <= 2
    before = runs.asked
    requests()
    assert wait_until(lambda: runs.asked == before + 1)


@pytest.mark.parametrize("failure", [ServiceUnavailableError("away"), ZeroDivisionError()])
def test_it_is_asked_again_until_it_has_promised(requests: RunRequests, runs: Runs, failure: Exception) -> None:
    runs.failures = [failure, failure, failure]
    requests()
    assert wait_until(lambda: runs.asked == 4)
    time.sleep(0.1)
    assert runs.asked == 4


def test_health_is_asked_once_in_ten_seconds(runs: Runs) -> None:
    now = [0.0]
    requests = RunRequests(runs, clock=lambda: now[0])
    assert all(requests.is_up() for _ in range(5))
    assert runs.health_asked == 1
    now[0] = 10.5
    assert requests.is_up()
    assert runs.health_asked == 2


def test_without_an_orchestrator_it_does_nothing() -> None:
    requests = RunRequests(None)
    requests()
    requests()
    assert not requests.is_up()
    requests.close()


def test_closing_ends_it_while_a_call_waits(runs: Runs) -> None:
    requests = RunRequests(runs, least_s=60)
    requests()
    assert wait_until(lambda: runs.asked == 1)
    requests()
    started = time.monotonic()
    requests.close()
    assert time.monotonic() - started < 1.5
    assert runs.asked == 1
