"""Rows of what reviewing costs: time, and what became of facts and findings."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from pipeline_core.domain.rows.record import Record

FEWEST_REVIEWERS = 3
"""Fewer than that, and the pace of all together would tell one the pace of another."""


@dataclass(frozen=True, slots=True)
class Pace(Record):
    """Decisions that stand, and the time between single ones: a pause counts for two minutes, and after half an hour a
    new sitting begins, whose first decision is not timed. What was decided in bulk has no time of its own."""

    decisions: Annotated[int, Field(description="Decisions that were not taken back, whether single or in bulk")]
    taken_back: Annotated[int, Field(description="Decisions that were, which are not among them")]
    reviewers: int
    timed_decisions: Annotated[int | None, Field(description="Single decisions whose time is known")]
    seconds: Annotated[float | None, Field(description="Time of all of them together")]
    median_s: Annotated[float | None, Field(description="Seconds of one; null if none is timed")]

    @property
    def mean_s(self) -> float | None:
        """Seconds a decision."""
        return self.seconds / self.timed_decisions if self.seconds is not None and self.timed_decisions else None

    def of_nobody(self) -> "Pace":
        """Without the times if they would tell one reviewer the pace of another."""
        if self.reviewers >= FEWEST_REVIEWERS:
            return self
        return replace(self, timed_decisions=None, seconds=None, median_s=None)


class Grouping(StrEnum):
    """The aspects by which decided facts are counted."""

    GENERATOR = "generator"
    CONFIDENCE = "confidence"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Acceptance(Record):
    """The outcome of facts that people decided, of one generator, confidence band or reason."""

    kind: Grouping
    name: str
    decided: int
    one_by_one: Annotated[int, Field(description="Decided by themselves")]
    together: Annotated[int, Field(description="Decided with others by one act, such as with their document")]
    accepted: int
    rejected: int
    edited: int


@dataclass(frozen=True, slots=True)
class RuleOutcome(Record):
    """Decisions about critical findings of one rule."""

    rule: str
    overridden: int
    returned: int
    rejected: int


class ReviewCosts(NamedTuple):
    """The cost of reviewing in some realms lately; ``mine`` is the pace of who asks."""

    days: int
    everybody: Pace
    mine: Pace
    facts: list[Acceptance]
    findings: list[RuleOutcome]
