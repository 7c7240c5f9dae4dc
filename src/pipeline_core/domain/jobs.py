"""Jobs as workers see them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId, LeaseToken, RealmId, job_id_for
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.domain.wished import NOTHING_WISHED, Wished


def is_scan(profile: str, document_id: DocumentId, job_id: JobId) -> bool:
    """Return True for the job of a deep scan, which adds to what was there before; a document may also be read with
    the deep profile from its first job on."""
    return profile == Profile.DEEP and job_id != job_id_for(document_id, 0)


@dataclass(frozen=True, slots=True)
class WorkBatch:
    """Documents that go through the stages together under one lease: ids only, safe to send to another machine."""

    lease: LeaseToken
    document_ids: tuple[DocumentId, ...]

    @property
    def alone(self) -> bool:
        """A document by itself is in the slow lane: its stage tasks raise, so that Prefect retries them."""
        return len(self.document_ids) == 1

    def keep(self, document_ids: set[DocumentId]) -> "WorkBatch":
        """The same batch with only these documents, in order."""
        return replace(self, document_ids=tuple(d for d in self.document_ids if d in document_ids))


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job under this worker's lease."""

    document: Document
    stage: JobStage
    retry_count: int
    correlation_id: CorrelationId
    workflow: str
    matches_approved: bool
    overridden: bool
    criticals: int
    profile: Profile = Profile.STANDARD
    wished: Wished = NOTHING_WISHED
    """Thresholds of its own."""
    stop_after: StageName | None = None
    """The stage that was asked for alone."""
    held_for: str | None = None
    """The part of the installation that it waited for last: where it goes on, that is back."""

    @property
    def job_id(self) -> JobId:
        return self.document.job_id

    @property
    def is_scan(self) -> bool:
        return is_scan(self.profile, self.document_id, self.job_id)

    @property
    def document_id(self) -> DocumentId:
        return self.document.document_id


@dataclass(frozen=True, slots=True)
class JobSummary:
    """Status of a document and its newest job."""

    document_id: DocumentId
    job_id: JobId
    filename: str
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    is_published: bool
    config_sha256: str | None
    workflow: str
    last_error: dict[str, Any] | None
    profile: Profile = Profile.STANDARD
    wished: Wished = NOTHING_WISHED
    """Thresholds of its own."""
    is_stopped: bool = False
    """Set if the job waits after a stage that was run alone."""
    priority: int = 0

    @property
    def is_scan(self) -> bool:
        return is_scan(self.profile, self.document_id, self.job_id)


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A document in production: whether its newest job is done, and whether that was a deep scan."""

    document_id: DocumentId
    is_at_rest: bool
    is_scanned: bool


@dataclass(frozen=True, slots=True)
class PublishedJob:
    """A job in phase 6: which version stands, and since when the phase is complete."""

    job_id: JobId
    document_id: DocumentId
    filename: str
    outcome: Outcome | None
    published_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that failed for good: where, and with which code."""

    document_id: DocumentId
    job_id: JobId
    stage: JobStage
    profile: Profile
    code: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A job that waits for a person in vain: ``newer_id`` is the document that its place holds by now."""

    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    newer_id: DocumentId


@dataclass(frozen=True, slots=True)
class StageRow:
    """Row of ``document_processing_stages`` for one stage of one document."""

    status: str
    fingerprint: str | None
    result: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class OutputRow:
    """An output file of a stage, as registered."""

    stage_name: str
    file_type: str
    path: str
    checksum: str
    metadata: dict[str, Any]


class WrittenFile(NamedTuple):
    """An output file of a stage that is in the store, to be registered."""

    document: Document
    file_type: str
    path: str
    checksum: str
    size: int
    mime: str
    metadata: Mapping[str, Any]


class InQueue(Protocol):
    """A job as a view shows it."""

    @property
    def state(self) -> JobState: ...

    @property
    def last_error(self) -> Mapping[str, object] | None: ...


def is_parked(row: InQueue) -> bool:
    """Returns whether a job, as a view shows it, waits in the queue for a budget or a moment."""
    return row.state == JobState.QUEUED and bool(row.last_error) and missing_part(row) is None


def missing_part(row: InQueue) -> str | None:
    """The part of the installation that a job, as a view shows it, waits in the queue for."""
    part = row.last_error.get("part") if row.last_error and row.state == JobState.QUEUED else None
    return None if part is None else str(part)
