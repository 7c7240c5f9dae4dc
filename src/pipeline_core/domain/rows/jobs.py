"""Rows of jobs: a run of a document through the stages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Required
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from pipeline_core.domain.findings import FindingRow
from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.lifecycle import EventType, JobStage, JobState, Outcome, Profile, StageName, Workflow
from pipeline_core.domain.rows.record import Record


class JobError(TypedDict, total=False):
    """The last error: what, where, and what to do."""

    code: Required[str]
    message: Required[str]
    where: str | None
    action: str


@dataclass(frozen=True, slots=True)
class Progress(Record):
    """The present position of a document."""

    document_id: DocumentId
    filename: str
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    percent: int
    retry_count: int
    last_error: JobError | None
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class RunDocument(Record):
    """A document of a run, whoever it belongs to, with what it waits for; no text of it."""

    document_id: DocumentId
    realm_id: RealmId
    filename: str
    job_id: JobId
    profile: Profile
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    phase: int
    percent: int
    error_code: str | None
    facts: int
    left_out: int
    undecided: int
    findings: list[FindingRow]


@dataclass(frozen=True, slots=True)
class Job(Record):
    """One run of a document through the stages."""

    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    filename: str
    also_named: Annotated[list[str], Field(description="Other names that the same content has now")]
    pages: int | None
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    profile: Annotated[Profile, Field(description="`deep`: read more thoroughly, in a deep scan or from its upload on")]
    workflow: Annotated[Workflow, Field(description="`manual`: a person looks at every version of it")]
    priority: Annotated[int, Field(description="Higher goes first in the queue")]
    phase: Annotated[int, Field(description="0 upload … 6 download")]
    percent: Annotated[int, Field(ge=0, le=100)]
    retry_count: int
    last_error: JobError | None
    is_stopped: Annotated[
        bool, Field(description="It waits behind a stage that was run by itself; a retry continues it")
    ]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    published_at: datetime | None
    seconds: Annotated[float | None, Field(description="Work on all stages together")]
    cost_usd: float | None
    correlation_id: UUID
    flow_run_id: UUID | None


@dataclass(frozen=True, slots=True)
class DocumentJob(Job):
    """A document's newest job, with counts of its chunks, facts, pairs and findings."""

    title: str
    tags: list[str]
    collection: str | None
    staging_status: str
    deep_scan_status: str | None
    deep_scan_error: str | None
    is_replaced: bool
    """Withdrawn because every source that it stood at holds another document by now."""
    chunks: int
    facts: int
    """Published, or to be published if nobody decides otherwise."""
    left_out: int
    """By a rule, or because another says the same; ``left_out_by`` counts them by reason."""
    left_out_by: dict[str, int]
    facts_added: int
    """By reviewers, who missed them."""
    facts_to_decide: int
    duplicates: int
    """Left out because another says the same, or to be decided."""
    undecided: int
    undecided_alike: int
    """Of the undecided pairs those in which no difference was found."""
    critical: int
    warnings: int
    infos: int


@dataclass(frozen=True, slots=True)
class Counts(Record):
    """The number of a realm's newest jobs in each state, and of published documents, chunks and facts."""

    jobs: dict[str, int]
    documents: int
    chunks: int
    facts: int


@dataclass(frozen=True, slots=True)
class JobPoll(Record):
    """The present position of a job, cheap to poll."""

    job_id: JobId
    document_id: DocumentId
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    phase: int
    percent: int
    retry_count: int
    version: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobEvent(Record):
    """Something that happened to a job."""

    event_id: int
    ts: datetime
    type: str
    severity: str
    code: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RealmEvent(Record):
    """Something that happened in a realm: to a job, a document, a batch or the realm itself."""

    event_id: int
    ts: datetime
    realm_id: RealmId
    job_id: JobId | None
    document_id: DocumentId | None
    type: str
    severity: str
    code: str
    payload: dict[str, Any]

    @property
    def topic(self) -> str:
        """The name by which those who follow tell it: ``review``, ``batches``, ``documents``, ``jobs`` or ``realm``."""
        if self.type == EventType.REVIEW:
            return "review"
        if "batch_id" in self.payload:
            return "batches"
        if self.document_id is None:
            return "realm"
        return "jobs" if self.job_id is not None else "documents"


@dataclass(frozen=True, slots=True)
class EventMark(Record):
    """Events that somebody who follows them has: those up to an id that were committed, and no others."""

    after: int
    seen: str
    """The snapshot of PostgreSQL in which they were read."""
    xact_id: str | None
    """The transaction of the event that they began after, all of whose events up to the id they have."""

    def past(self, events: Sequence[JobEvent] | Sequence[RealmEvent], seen: str) -> "EventMark":
        """Return the mark after these events, which were read in this snapshot."""
        return replace(self, after=max([self.after, *(event.event_id for event in events)]), seen=seen)


FIRST = EventMark(0, "3:3:", None)
"""The mark of whoever has no event."""


@dataclass(frozen=True, slots=True)
class RealmNews(Record):
    """The realms in which something was committed between two snapshots, and the second of them."""

    seen: str
    realm_ids: list[RealmId]


@dataclass(frozen=True, slots=True)
class StageTiming(Record):
    """One stage of the job's document."""

    stage_name: StageName
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    error_message: str | None
    retry_count: int
    runs: int
    seconds: float | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
