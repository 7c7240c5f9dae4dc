"""Rows of what waits: jobs in the queue, missing parts, and statuses that people set."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline_core.domain.dual_status import DeepScanStatus, StagingStatus
from pipeline_core.domain.ids import DocumentId, JobId, RealmId, UserId
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class Depth(Record):
    """Waiting and running jobs of a user in a realm; ``oldest_s``: how long the first of them has waited."""

    realm_id: RealmId
    user_id: UserId
    queued: int
    retryable: int
    working: int
    oldest_s: float | None


@dataclass(frozen=True, slots=True)
class Waiting(Record):
    """A job that waits: how old it is, and in how many seconds it is due; 0 is now."""

    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    user_id: UserId
    filename: str
    priority: int
    state: JobState
    stage: JobStage
    age_s: float
    due_in_s: float


@dataclass(frozen=True, slots=True)
class MissingPart(Record):
    """A part, why it is taken to be missing, how many jobs are ``held`` for it, and when the next of them tries."""

    part: str
    error: dict[str, Any]
    since: datetime
    tries: int
    probe_in_s: float
    held: int


@dataclass(frozen=True, slots=True)
class StatusChange(Record):
    """Both statuses of a document, before and after."""

    document_id: DocumentId
    filename: str
    staging_before: StagingStatus
    staging_status: StagingStatus
    deep_before: DeepScanStatus | None
    deep_scan_status: DeepScanStatus | None

    @property
    def is_queued_now(self) -> bool:
        """True if this queued a deep scan."""
        return self.deep_scan_status is DeepScanStatus.QUEUED and self.deep_before is not DeepScanStatus.QUEUED

    @property
    def is_taken_back(self) -> bool:
        """True if this cancelled a deep scan that had not begun."""
        return self.deep_before is DeepScanStatus.QUEUED and self.deep_scan_status is not DeepScanStatus.QUEUED

    @property
    def is_under_way(self) -> bool:
        """True if a deep scan goes on though the document is not selected any more: it had begun."""
        return self.deep_before is DeepScanStatus.PROCESSING and self.staging_status is not StagingStatus.SELECTED
