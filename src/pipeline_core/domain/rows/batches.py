"""Rows of batches, one for each upload session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

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
    undecided: Annotated[int, Field(description="Undecided pairs of near-duplicates")]


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
