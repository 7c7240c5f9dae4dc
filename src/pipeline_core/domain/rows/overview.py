"""Rows of the overview: documents by phase, dead letters, throughput and the seconds of each stage."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.lifecycle import JobStage, StageName
from pipeline_core.domain.rows.jobs import JobError
from pipeline_core.domain.rows.record import Record


class Bucket(StrEnum):
    DAY = "day"
    HOUR = "hour"


COMPLETE = 7
"""In ``PhaseCount``, in place of a phase: the document has left the last one."""


@dataclass(frozen=True, slots=True)
class PhaseCount(Record):
    """Documents whose newest job is in a phase, by its state."""

    phase: int
    total: int
    queued: int
    working: int
    waiting: Annotated[int, Field(description="For a person")]
    dead: int
    done: int


@dataclass(frozen=True, slots=True)
class DeadDocument(Record):
    """A document whose newest job failed for good."""

    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    filename: str
    stage: JobStage
    phase: int
    stage_name: StageName | None
    retry_count: int
    last_error: JobError
    failed_at: datetime
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class DeadCode(Record):
    """The number of dead letters by what went wrong."""

    code: str
    jobs: int


@dataclass(frozen=True, slots=True)
class Throughput(Record):
    """Jobs that came to their end in an hour or a day (UTC)."""

    since: datetime
    published: int
    not_published: Annotated[int, Field(description="Rejected, or replaced before it was published")]
    dead: int


@dataclass(frozen=True, slots=True)
class StageSeconds(Record):
    """The seconds that a stage took lately: of half of the documents at most ``p50_s``, of 95 % at most ``p95_s``."""

    stage: StageName
    documents: int
    p50_s: float
    p95_s: float


class Overview(NamedTuple):
    """The state of some realms at one moment."""

    phases: list[PhaseCount]
    completed: int
    dead: list[DeadDocument]
    dead_codes: list[DeadCode]
    throughput: list[Throughput]
    stages: list[StageSeconds]

    @property
    def published_today(self) -> int:
        """Documents that were published since midnight (UTC)."""
        today = max(row.since.date() for row in self.throughput)
        return sum(row.published for row in self.throughput if row.since.date() == today)
