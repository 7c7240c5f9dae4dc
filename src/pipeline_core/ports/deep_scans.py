"""Port: the two statuses of documents, and what a deep scan stages beside what is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Document
from pipeline_core.domain.dual_status import DeepScanStatus, StagingStatus
from pipeline_core.domain.facts import Span
from pipeline_core.domain.ids import ChunkId, CorrelationId, DocumentId, JobId, LeaseToken, QuestionId, UserId
from pipeline_core.domain.lifecycle import JobStage, JobState, Profile
from pipeline_core.domain.staging import NewQuestion


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A document's two statuses before and after."""

    document_id: DocumentId
    filename: str
    staging_before: StagingStatus
    staging_status: StagingStatus
    deep_before: DeepScanStatus | None
    deep_scan_status: DeepScanStatus | None

    @property
    def is_queued_now(self) -> bool:
        """Whether this queued a deep scan."""
        return self.deep_scan_status is DeepScanStatus.QUEUED and self.deep_before is not DeepScanStatus.QUEUED

    @property
    def is_taken_back(self) -> bool:
        """Whether this took a deep scan back that had not begun."""
        return self.deep_before is DeepScanStatus.QUEUED and self.deep_scan_status is not DeepScanStatus.QUEUED


@dataclass(frozen=True, slots=True)
class ScanUnderWay:
    """A document being scanned and where its newest job is."""

    document_id: DocumentId
    state: JobState
    stage: JobStage
    profile: Profile
    error: str | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a fact's evidence stands now."""

    question_id: QuestionId
    chunk_id: ChunkId
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DeepChanges:
    """What publishing a deep scan would change: facts to decide, and published facts that would go."""

    added: int
    withdrawn: int

    def as_json(self) -> dict[str, int]:
        return {"new_facts": self.added, "withdrawn_facts": self.withdrawn}


class DeepScans(Protocol):
    def lock_statuses(self, user_id: UserId, document_ids: Sequence[DocumentId]) -> set[DocumentId]:
        """Those of the documents that are the user's, locked."""
        ...

    def set_status(
        self, document_ids: Sequence[DocumentId], status: StagingStatus, *, by: str, correlation_id: CorrelationId
    ) -> list[StatusChange]:
        """Set them all; ``SELECTED`` queues a deep scan, any other takes back one that is queued.

        An event for each that changed, and one for each scan that was taken back.
        """
        ...

    def users_waiting(self) -> list[UserId]:
        """Whose documents are ``QUEUED``."""
        ...

    def claim(self, limit: int, user_ids: Sequence[UserId], *, correlation_id: CorrelationId) -> list[DocumentId]:
        """Give queued documents a job of their own under the deep profile, and move them to ``PROCESSING``.

        To be called under these users' ``Staging.lock_matching``.
        """
        ...

    def is_any_open(self, user_id: UserId | None) -> bool:
        """Whether any document, of this user's or of everybody's, is queued for a scan or in one."""
        ...

    def waiting(self, user_id: UserId) -> list[DocumentId]:
        """The user's documents that are ``QUEUED`` or ``PROCESSING``, longest first."""
        ...

    def under_way(
        self, user_id: UserId | None, document_ids: Sequence[DocumentId] | None = None
    ) -> list[ScanUnderWay]: ...

    def move(
        self, scans: Mapping[DocumentId, str | None], source: DeepScanStatus, target: DeepScanStatus
    ) -> set[DocumentId]:
        """Compare and set, with an event each; answers with those that were at ``source``. Values are errors."""
        ...

    def profiles(self, lease: LeaseToken, document_ids: Sequence[DocumentId]) -> dict[DocumentId, Profile]:
        """Under which profile each of the held jobs runs."""
        ...

    def replace_chunks(
        self, document: Document, chunks: Sequence[Chunk], anchors: Sequence[Anchor], *, chunker: str, version: str
    ) -> None:
        """Stage exactly these chunks; facts that have an anchor move there with all that was decided."""
        ...

    def add_questions(self, document: Document, questions: Sequence[NewQuestion]) -> int:
        """Stage what the document does not say yet, in the batch of its job; answers with how many."""
        ...

    def changes(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, DeepChanges]: ...

    def reject_scan(self, document_id: DocumentId, job_id: JobId, *, by: UserId, notes: str) -> int:
        """Reject what the scan staged, and whatever else of the document nobody has decided."""
        ...
