"""The stages' computations in worker processes: side by side, with a deadline and a memory limit.

Computations are shipped in groups, since a message costs more than most of them. A group that hangs or dies is
sent again one by one, so that only what is at fault is stopped.
"""

import importlib
import math
import os
import pickle
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline_core.adapters.converters import worker
from pipeline_core.adapters.converters.pool import Limits, WorkerPool
from pipeline_core.domain.errors import PipelineError, StageCrashedError, StageTimeoutError, UnexpectedError
from pipeline_core.domain.faults import of_machine
from pipeline_core.ports.workers import Computed
from pipeline_core.settings import Settings

T = TypeVar("T")

GROUP = 16
"""Most computations in one message: few enough that the processes end together, many enough that messages are few."""

_WARM = (
    *("pipeline_core.stages.registry", "pipeline_core.domain.languages", "ftfy", "semantic_text_splitter", "sentencex"),
    "wordllama",
)


@dataclass(frozen=True, slots=True)
class _Failed:
    """An error, and the traceback that it would lose on its way."""

    error: PipelineError
    trace: str


class _RemoteTracebackError(Exception):
    """Traceback of an error in a worker process."""


class WorkerProcesses:
    """At most ``stage_workers`` processes, started when first needed and used by all threads of this process."""

    def __init__(self, settings: Settings) -> None:
        self._size = settings.stage_workers
        limits = Limits(
            settings.stage_memory_mb, settings.stage_timeout_s, "computation", StageTimeoutError, StageCrashedError
        )
        self._pool = WorkerPool(self._size, limits)
        self._lock = threading.Lock()
        self._warmed = 0

    def warm(self, computations: int) -> None:
        """Start the processes that this many computations will need, without waiting for them."""
        wanted = min(self._size, computations)
        with self._lock:
            missing, self._warmed = max(0, wanted - self._warmed), max(wanted, self._warmed)
        for _ in range(missing):
            threading.Thread(target=self._warm_one, name="warm-worker", daemon=True).start()

    def _warm_one(self) -> None:
        try:
            self._pool.call(_import_all, _WARM)
        except PipelineError:
            return  # whoever computes next meets it, and says so

    def run(self, computations: Sequence[Callable[[], T]]) -> list[Computed[T] | PipelineError]:
        """See ``ports.workers``."""
        size = max(1, min(GROUP, math.ceil(len(computations) / self._size)))
        groups = [computations[start : start + size] for start in range(0, len(computations), size)]
        if not groups:
            return []
        with ThreadPoolExecutor(min(self._size, len(groups)), thread_name_prefix="compute") as pool:
            return [outcome for outcomes in pool.map(self._group, groups) for outcome in outcomes]

    def _group(self, group: Sequence[Callable[[], Any]]) -> list[Any]:
        try:
            return [_received(outcome) for outcome in self._pool.call(_compute, list(group))]
        except (StageTimeoutError, StageCrashedError, pickle.PicklingError, AttributeError, TypeError) as error:
            if len(group) > 1:
                return [outcome for one in group for outcome in self._group([one])]
            return [error if isinstance(error, PipelineError) else _unsent(error)]
        except PipelineError as error:
            return [error] * len(group)

    def close(self) -> None:
        """Kill every process. What runs ends with ServiceUnavailableError."""
        self._pool.close()


def _import_all(names: Sequence[str]) -> None:
    for name in names:
        importlib.import_module(name)


def _compute(group: Sequence[Callable[[], Any]]) -> list[Any]:
    """In the worker: each computation by itself."""
    return [_guarded(computation) for computation in group]


def _guarded(computation: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    try:
        value = computation()
    except MemoryError:
        os._exit(worker.OUT_OF_MEMORY)
    except PipelineError as error:
        return _Failed(error, traceback.format_exc())
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a Rust panic is no Exception
        found = of_machine(error) or UnexpectedError(f"{type(error).__name__}: {error}")
        return _Failed(found, traceback.format_exc())
    return Computed(value, time.perf_counter() - start)


def _received(outcome: Any) -> Any:
    if not isinstance(outcome, _Failed):
        return outcome
    outcome.error.__cause__ = _RemoteTracebackError(outcome.trace)
    return outcome.error


def _unsent(error: Exception) -> UnexpectedError:
    unsent = UnexpectedError(f"A computation or its result cannot be sent: {error}")
    unsent.__cause__ = error
    return unsent
