"""Erasures: planned, under way and done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.domain.erasing import ErasureScope, ErasureState
from pipeline_core.domain.ids import BatchId, DocumentId, RealmId, UserId

EARLIER = "earlier versions"
"""The key of ``counts`` that counts no rows but documents."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as it is on record. ``counts``: rows by kind of place when it was planned."""

    erasure_id: UUID
    scope: ErasureScope
    state: ErasureState
    realm_id: RealmId | None
    person_id: UserId | None
    document_ids: Sequence[DocumentId]
    batch_ids: Sequence[BatchId]
    asked_by: UserId
    asked_by_name: str
    reason: str
    counts: Mapping[str, int]
    planned_at: datetime
    begun_at: datetime | None
    done_at: datetime | None
    certificate: Mapping[str, Any] | None

    @property
    def earlier_versions(self) -> int:
        """Count those of the documents that stood before at the places of others of them."""
        return self.counts.get(EARLIER, 0)
