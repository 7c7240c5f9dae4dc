"""Chores: each by its interval, none ended by another's failure, all ended by a role that is refused."""

import threading
from dataclasses import dataclass

from pipeline_core.domain.errors import DatabaseNotMigratedError, DatabaseUnavailableError
from pipeline_core.services.upkeep import Chore, Upkeep
from tests.support.servers import wait_until


def _run(upkeep: Upkeep) -> tuple[threading.Thread, threading.Event]:
    stopping = threading.Event()
    thread = threading.Thread(target=upkeep.run, args=(stopping,), daemon=True)
    thread.start()
    return thread, stopping


def test_whatever_does_a_chore_needs_no_hash() -> None:
    done: list[str] = []
    thread, stopping = _run(Upkeep(Chore("often", _Unhashable(done), 0.01), Chore("seldom", _Unhashable(done), 9)))
    assert wait_until(lambda: len(done) > 2)
    stopping.set()
    thread.join(2)


@dataclass(frozen=True)
class _Unhashable:
    done: list[str]

    def __call__(self) -> None:
        self.done.append("acted")


def test_a_chore_that_fails_does_not_end_the_others() -> None:
    done: list[str] = []

    def away() -> None:
        done.append("away")
        raise DatabaseUnavailableError

    def defect() -> None:
        done.append("defect")
        raise ZeroDivisionError

    thread, stopping = _run(
        Upkeep(
            Chore("away", away, 0.01), Chore("defect", defect, 0.01), Chore("well", lambda: done.append("well"), 0.01)
        )
    )
    assert wait_until(lambda: done.count("well") > 3)
    stopping.set()
    thread.join(2)
    assert not thread.is_alive()
    # what fails is left alone for a while
    assert (done.count("away"), done.count("defect")) == (1, 1)


def test_a_role_that_is_refused_ends_them() -> None:
    def refused() -> None:
        raise DatabaseNotMigratedError("The login cannot become the role.")

    thread, _ = _run(Upkeep(Chore("refused", refused, 0.01)))
    thread.join(2)
    assert not thread.is_alive()
