"""Worker processes for the stages' computations: parallel, limited, killed when they take too long."""

import math
import operator
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from pipeline_core.adapters.workers import _WARM, GROUP, WorkerProcesses, _import_all
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    PipelineError,
    StageCrashedError,
    StageTimeoutError,
    UnexpectedError,
)
from pipeline_core.settings import load_settings


@pytest.fixture(scope="module")
def workers() -> Iterator[WorkerProcesses]:
    made = WorkerProcesses(load_settings(stage_workers=2, stage_timeout_s=1.5, stage_memory_mb=600))
    yield made
    made.close()


def values(outcomes: list[Any]) -> list[Any]:
    return [outcome if isinstance(outcome, PipelineError) else outcome.value for outcome in outcomes]


def refuse(message: str) -> None:
    raise CorruptDocumentError(message, where="page 3")


def test_results_come_in_order(workers: WorkerProcesses) -> None:
    outcomes = workers.run([partial(math.sqrt, n) for n in range(3 * GROUP)])
    assert values(outcomes) == [math.sqrt(n) for n in range(3 * GROUP)]
    assert all(outcome.seconds >= 0 for outcome in outcomes)  # type: ignore[union-attr]
    assert workers.run([]) == []


def test_the_work_is_done_elsewhere_and_by_several(workers: WorkerProcesses) -> None:
    pids = set(values(workers.run([partial(_pid_after, 0.1) for _ in range(4)])))
    assert os.getpid() not in pids
    assert len(pids) == 2


def _pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def _of_the_database() -> list[str]:
    return [name for name in ("sqlalchemy", "psycopg", "pipeline_core.db.unit_of_work") if name in sys.modules]


def test_what_computes_begins_without_the_libraries_of_the_database() -> None:
    """They are half a second of each process, and nothing that is computed asks a database."""
    with closing(WorkerProcesses(load_settings(stage_workers=1))) as fresh:
        assert values(fresh.run([partial(_import_all, _WARM)])) == [None]
        assert values(fresh.run([_of_the_database])) == [[]]


def test_an_error_is_its_own_and_keeps_its_class_and_words(workers: WorkerProcesses) -> None:
    first, second, third = values(
        workers.run([partial(refuse, "it is broken"), partial(operator.truediv, 1, 0), partial(math.sqrt, 9)])
    )
    assert (type(first), first.message, first.where) == (CorruptDocumentError, "it is broken", "page 3")
    assert isinstance(second, UnexpectedError)
    assert "ZeroDivisionError" in second.message
    assert "Traceback" in str(second.__cause__)
    assert third == 3


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (partial(time.sleep, 60), StageTimeoutError, "longer than 1.5 seconds"),
        (partial(os._exit, 3), StageCrashedError, "exit status 3"),
        (partial(bytearray, 4 << 30), StageCrashedError, "600 MiB"),
    ],
    ids=["hangs", "dies", "takes too much memory"],
)
def test_only_what_is_at_fault_is_stopped(
    workers: WorkerProcesses, bad: Any, error: type[PipelineError], words: str
) -> None:
    works: list[Any] = [partial(math.sqrt, n) for n in range(6)]
    works[2] = bad
    outcomes = values(workers.run(works))
    assert isinstance(outcomes[2], error)
    assert words in outcomes[2].message
    assert [outcomes[n] for n in (0, 1, 3, 4, 5)] == [math.sqrt(n) for n in (0, 1, 3, 4, 5)]


def test_what_cannot_be_sent_is_an_error_of_its_own(workers: WorkerProcesses) -> None:
    sent, not_sent = values(workers.run([partial(math.sqrt, 4), partial(lambda: 1)]))
    assert sent == 2
    assert isinstance(not_sent, UnexpectedError)
