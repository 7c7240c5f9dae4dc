"""Port: computations that must not run in our own process, because nothing else could stop them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pipeline_core.domain.errors import PipelineError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Computed(Generic[T]):
    """Result of a computation, and the seconds it took by itself."""

    value: T
    seconds: float


class InWorker:
    """An adapter that computes instead of asking a service: it can be pickled, and is used in a worker process."""


class Workers(Protocol):
    """Processes that compute side by side, each call with a deadline and each process with a memory limit."""

    def warm(self, computations: int) -> None:
        """Start what this many computations will need, without waiting for it."""
        ...

    def run(self, computations: Sequence[Callable[[], T]]) -> list[Computed[T] | PipelineError]:
        """Run them, in any order; answers in theirs. Computations and results travel by pickle.

        One that fails, hangs or crashes is its own error (StageTimeoutError, StageCrashedError, or what it raised)
        and harms no other.
        """
        ...
