"""Worker processes for untrusted documents: each call has a deadline, each process a memory limit."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pipeline_core.adapters.converters import worker
from pipeline_core.domain.errors import (
    ConfigurationError,
    ConversionCrashedError,
    ConversionTimeoutError,
    MachineError,
    PipelineError,
    ServiceUnavailableError,
)

if TYPE_CHECKING:
    from pebble import ProcessFuture, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

CALLS_PER_WORKER = 500
"""A worker is replaced after this many calls, before leaks and fragments fill its address space."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a process and a call: MiB of address space, seconds; and the errors that say which was met by what work."""

    memory_mb: int
    timeout_s: float
    work: str = "conversion"
    timed_out: type[PipelineError] = ConversionTimeoutError
    crashed: type[PipelineError] = ConversionCrashedError


class WorkerPool:
    """At most ``workers`` processes, each started when it is first needed.

    Threads may share a pool; processes may not (make it after a fork, not before).
    """

    def __init__(self, workers: int, limits: Limits):
        self._slots = [_Slot(limits) for _ in range(workers)]
        self._free: queue.LifoQueue[_Slot] = queue.LifoQueue()  # last used first: a warm process before a new one
        for slot in self._slots:
            self._free.put(slot)

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` in a worker and wait; it and its arguments travel by pickle. Errors are passed on.

        Raises:
            ConversionTimeoutError: it took longer than ``timeout_s``; its process was killed. Or the limits' own.
            ConversionCrashedError: its process died, twice if it had done other work before. Or the limits' own.
            MachineError: no process could be started.
            ServiceUnavailableError: the pool was closed meanwhile.
        """
        slot = self._free.get()
        try:
            return slot.call(function, args, kwargs)
        finally:
            self._free.put(slot)

    def close(self) -> None:
        """Kill every process. A call that is running ends with ServiceUnavailableError."""
        for slot in self._slots:
            slot.close()


class _NotBegunError(Exception):
    """The process died before it had begun: trying again does nothing twice."""


class _WornError(Exception):
    """A process died, or could load no more, that had done other work before: it may be what that left behind."""


class _Slot:
    """A pebble pool of one process, used by one call at a time, and made anew when pebble gives it up.

    One each, because the processes of one pebble pool share a pipe and its lock: one that is killed at a bad
    moment takes the others' calls with it, and one that dies idle breaks the pool for good.
    """

    def __init__(self, limits: Limits):
        self._limits = limits
        self._lock = threading.Lock()
        self._closed = False
        self._pool: ProcessPool | None = None
        self._future: ProcessFuture[Any] | None = None
        self._served = 0
        """Calls that the present process has answered."""

    def call(self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
        for _attempt in range(2):
            try:
                return self._result(self._schedule(function, args, kwargs))
            except (_NotBegunError, _WornError):
                self._discard()
        raise MachineError(f"Processes for a {self._limits.work} do not start, or die before they have begun.")

    def _schedule(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> "ProcessFuture[T]":
        with self._lock:
            if self._closed:
                raise ServiceUnavailableError(f"The processes for a {self._limits.work} are closed.")
            if self._pool is None:
                self._pool = self._start()
            try:
                future = self._pool.schedule(function, args, kwargs, timeout=self._limits.timeout_s)
            except RuntimeError as error:
                raise _NotBegunError from error
            self._future = future
            return future

    def _start(self) -> "ProcessPool":
        from pebble import ProcessPool

        from pipeline_core.adapters.converters.spawning import LightSpawnContext

        return ProcessPool(
            max_workers=1,
            max_tasks=CALLS_PER_WORKER,
            initializer=worker.start,
            initargs=(self._limits.memory_mb,),
            context=LightSpawnContext(),
        )

    def _result(self, future: "ProcessFuture[T]") -> T:
        from pebble import ProcessExpired

        served, self._served = self._served, 0
        try:
            answer = future.result()
        except BrokenProcessPool:
            raise _NotBegunError from None
        except TimeoutError:
            took = f"The {self._limits.work} took longer than {self._limits.timeout_s:g} seconds and was killed."
            raise self._limits.timed_out(took) from None
        except ProcessExpired as error:
            if served:
                raise _WornError from None
            raise self._limits.crashed(_cause(error.exitcode, self._limits)) from None
        except CancelledError:
            raise ServiceUnavailableError(f"The {self._limits.work} was closed while it ran.") from None
        except ConfigurationError:
            # what the process holds already may have left no room to load the rest
            if served:
                raise _WornError from None
            raise
        except self._limits.crashed:
            # native code broke off: what it left behind is not used again, and may come of what was there before
            if served:
                raise _WornError from None
            self._discard()
            raise
        except BaseException:
            # the work's own: the process lives on
            self._served = (served + 1) % CALLS_PER_WORKER
            raise
        self._served = (served + 1) % CALLS_PER_WORKER
        return answer

    def _discard(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._future is not None:
                # pebble would leave its caller waiting
                self._future.cancel()  # type: ignore[no-untyped-call]
        self._discard()


def _cause(exit_status: int | None, limits: Limits) -> str:
    if exit_status == worker.OUT_OF_MEMORY:
        return f"The {limits.work} needs more than the {limits.memory_mb} MiB of memory allowed."
    return (
        f"The process of the {limits.work} died (exit status {exit_status}): "
        f"it crashed, was killed, or needs more than {limits.memory_mb} MiB of memory."
    )
