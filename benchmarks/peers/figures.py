"""What is made of measured figures: best and median, whether two may be compared, how they are printed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

_APART = 0.10
LAST_WORDS = 600
"""Characters that are shown of what failed."""


class ComparisonError(Exception):
    """Runs that did not do the same work."""


@dataclass(frozen=True)
class Measured:
    """One run of a program. ``ready_s`` is from nothing up; ``counts`` is what it said it did."""

    ready_s: float
    seconds: float
    cpu_s: float
    peak_mb: float
    counts: Mapping[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stored:
    """What is in a database after a run. ``bytes`` is without what an empty schema takes."""

    documents: int
    chunks: int
    bytes: int
    repeated: int = 0


def best(runs: Sequence[Measured]) -> Measured:
    return min(runs, key=lambda one: one.seconds)


def middle(runs: Sequence[Measured]) -> float:
    return median(one.seconds for one in runs)


def comparable(chunks: Mapping[str, int]) -> None:
    """Let pass what has about as many chunks.

    Raises:
        ComparisonError: two of them are more than 10 % apart.
    """
    if not chunks:
        return
    fewest, most = min(chunks.values()), max(chunks.values())
    if fewest < most * (1 - _APART):
        raise ComparisonError(
            "the numbers of chunks are more than 10 % apart, so seconds say nothing: "
            + ", ".join(f"{name} {count:,}" for name, count in chunks.items())
        )


def fastest(seconds: Mapping[str, float], peers: Iterable[str]) -> tuple[str, float] | None:
    """The quickest of the peers that came to an end."""
    there = {name: seconds[name] for name in peers if name in seconds}
    return min(there.items(), key=lambda one: one[1]) if there else None


def against(ours: float | None, other: float | None) -> str:
    """Speed of ours as a multiple of the other's."""
    return f"{other / ours:.2f}×" if ours and other else "–"


def megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f}"


def seconds(taken: float) -> str:
    return f"{taken:.1f}" if taken >= 10 else f"{taken:.2f}" if taken >= 0.1 else f"{taken:.3f}"
