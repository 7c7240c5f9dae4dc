"""Past decisions on a document, a question bank, a fact or a pair: by whom, when and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.limits import LimitReview
from pipeline_core.domain.ids import BatchId, DocumentId
from pipeline_core.domain.review import OfBatch, OfDocument, PastDecision

router = APIRouter(tags=["history"], dependencies=[LimitReview])


class Past(BaseModel):
    """An event of a review."""

    ts: datetime
    code: str = Field(description="What was done")
    by: str | None = Field(description="Who did it: a name, or the user's id; `system`: nobody")
    reason: str
    payload: dict[str, Any] = Field(description="Its subject, with `before` and `after`")


def shown_decisions(done: Sequence[PastDecision]) -> list[Past]:
    """The decisions as they are answered."""
    return [
        Past(
            ts=one.ts,
            code=one.code,
            by=one.payload.get("by"),
            reason=one.payload.get("reason") or "",
            payload=dict(one.payload),
        )
        for one in done
    ]


@router.get("/api/v2/documents/{document_id}/history", summary="List decisions on a document")
def document_history(document_id: UUID, services: Services) -> list[Past]:
    """Decisions about the document, its facts and its pairs, oldest first."""
    return shown_decisions(services.review.history(OfDocument(DocumentId(document_id)), services.realm_id))


@router.get("/api/v2/documents/{document_id}/facts/{fact_id}/history", summary="List decisions on a fact")
def fact_history(document_id: UUID, fact_id: UUID, services: Services) -> list[Past]:
    """Decisions on the fact, its pairs and the whole document, oldest first."""
    return shown_decisions(services.review.history(OfDocument(DocumentId(document_id)), services.realm_id, fact_id))


@router.get("/api/staging/batches/{batch_id}/history", summary="List decisions on a batch")
def batch_history(batch_id: UUID, services: Services) -> list[Past]:
    """Decisions about the batch and its questions, imports among them, oldest first."""
    return shown_decisions(services.review.history(OfBatch(BatchId(batch_id)), services.realm_id))


@router.get("/api/staging/batches/{batch_id}/questions/{question_id}/history", summary="List decisions on a question")
def question_history(batch_id: UUID, question_id: UUID, services: Services) -> list[Past]:
    """Decisions on the question of a bank and its pairs, oldest first."""
    return shown_decisions(services.review.history(OfBatch(BatchId(batch_id)), services.realm_id, question_id))


@router.get("/api/staging/duplicates/{duplicate_id}/history", summary="List decisions on a pair")
def pair_history(duplicate_id: UUID, services: Services) -> list[Past]:
    """Decisions on a pair of near-duplicates of a document or a question bank, oldest first."""
    return shown_decisions(services.review.pair_history(duplicate_id, services.realm_id))
