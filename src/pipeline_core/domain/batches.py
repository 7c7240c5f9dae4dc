"""The life of a batch and of a staged question, as data. The same rows stand in the database (0010, 0034)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from pipeline_core.domain.ids import BatchId, DocumentId, QuestionId, RealmId
from pipeline_core.domain.staging import MatchKey


class QuestionStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    IMPORTED = "imported"
    LEFT_OUT = "left_out"
    """By the system, for a ``LeftOut`` reason; a person may take it in."""


class BatchStatus(StrEnum):
    PENDING = "pending"
    REVIEWING = "reviewing"
    REVIEWED = "reviewed"
    IMPORTING = "importing"
    IMPORTED = "imported"
    REJECTED = "rejected"


_Q, _B = QuestionStatus, BatchStatus

QUESTION_MOVES: dict[QuestionStatus, set[QuestionStatus]] = {
    _Q.PENDING: {_Q.APPROVED, _Q.REJECTED, _Q.DUPLICATE, _Q.LEFT_OUT},
    # edited after approval: it waits again
    _Q.APPROVED: {_Q.PENDING, _Q.REJECTED, _Q.DUPLICATE, _Q.IMPORTED, _Q.LEFT_OUT},
    # its document comes again, and so does what spoke against it
    _Q.REJECTED: {_Q.PENDING, _Q.APPROVED, _Q.LEFT_OUT},
    # decided otherwise, or what it repeated has gone
    _Q.DUPLICATE: {_Q.PENDING, _Q.REJECTED, _Q.LEFT_OUT},
    # a document is run again or loses its place; a newer question replaces this one
    _Q.IMPORTED: {_Q.APPROVED, _Q.REJECTED, _Q.DUPLICATE},
    # converted anew, nothing speaks against it any more; or a person takes it in, or drops it
    _Q.LEFT_OUT: {_Q.PENDING, _Q.APPROVED, _Q.REJECTED},
}

_OPEN = (_B.PENDING, _B.REVIEWING, _B.REVIEWED, _B.IMPORTING)
BATCH_MOVES: dict[BatchStatus, set[BatchStatus]] = {
    **{status: set(_B) - {status} for status in _OPEN},
    # nothing is left to import: something must be decided anew first
    **{status: {_B.PENDING, _B.REVIEWING, _B.REVIEWED} for status in (_B.IMPORTED, _B.REJECTED)},
}


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """Read from the rows. ``approved`` counts what is imported too, as ``upload_batch_counts`` does."""

    total: int
    pending: int
    approved: int
    rejected: int
    duplicate: int
    imported: int
    left_out: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def status(self) -> BatchStatus:
        """Returns the batch's status after the decisions so far."""
        if self.pending:
            return BatchStatus.REVIEWING if self.approved or self.rejected else BatchStatus.PENDING
        if self.approved > self.imported:
            return BatchStatus.REVIEWED
        if self.imported:
            return BatchStatus.IMPORTED
        if self.duplicate:
            return BatchStatus.REVIEWED
        return BatchStatus.REJECTED if self.rejected else BatchStatus.PENDING


@dataclass(frozen=True, slots=True)
class Batch:
    """An upload session. ``document_id`` is None for a question bank."""

    batch_id: BatchId
    realm_id: RealmId
    document_id: DocumentId | None
    file_name: str
    status: BatchStatus
    uploaded_at: datetime
    is_matched: bool


@dataclass(frozen=True, slots=True)
class NewBankQuestion:
    """A question of a bank on its way into ``staged_questions``."""

    question_id: QuestionId
    question: str | None
    answer: str | None
    topic: str | None
    subtopic: str | None
    kind: str
    difficulty: str | None
    notes: str | None
    match: MatchKey
