"""Rows of batches, one for each upload session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.batches import BatchStatus
from pipeline_core.domain.ids import BatchId, DocumentId, RealmId
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class Batch(Record):
    """One upload session: a question bank, or the facts of a document."""

    total: int
    pending: int
    approved: int
    rejected: int
    duplicate: int
    imported: int
    left_out: Annotated[int, Field(description="Left out by the system until a person takes them in")]
    batch_id: BatchId
    realm_id: RealmId
    file_name: str
    document_id: DocumentId | None
    status: BatchStatus
    uploaded_at: datetime
    is_matched: Annotated[bool, Field(description="Whether it was compared with existing questions")]
    to_decide: Annotated[int, Field(description="What a person has still to decide, pairs of facts among it")]
    certain: Annotated[int, Field(description="Pending facts that are published unless somebody rejects them")]
    undecided: Annotated[int, Field(description="Undecided pairs of near-duplicates")]
    uploaded_by: UUID
    reviewers: Annotated[list[str], Field(description="Who decided about it, by name or id, in alphabetical order")]
    review_started_at: datetime | None
    review_completed_at: datetime | None
    import_started_at: datetime | None
    import_completed_at: datetime | None
    notes: str | None
    needs_person: Annotated[
        bool, Field(description="Something of it is to be decided or imported, or its document waits for a person")
    ]
    review_url: Annotated[str, Field(description="Where that is done: of a document that waits, its review")]

    @property
    def settled(self) -> int:
        """The number of approved ones, imported or not, that nobody is asked about any more."""
        return self.approved - (self.to_decide - (self.pending - self.certain))


@dataclass(frozen=True, slots=True)
class ListedBatch(Batch):
    """One batch as its user's own list shows it."""

    cost_usd: float


@dataclass(frozen=True, slots=True)
class BatchDetail(Batch):
    """One batch, with what a decision about all of it names as expected."""

    review_version: Annotated[
        int, Field(description="What to send as `expected.version`, with `status` as `expected.status`")
    ]


@dataclass(frozen=True, slots=True)
class BatchTotals(Record):
    """The number of batches that match, and of those that need a person."""

    total: int
    needs_person: int
