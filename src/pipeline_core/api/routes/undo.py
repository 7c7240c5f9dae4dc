"""Undoing what was done to a fact, a question or a pair, until its document goes on or its bank is imported."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from pipeline_core.api.deps import Services, ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import EXPECTED, Changed, Seen, named_by_path
from pipeline_core.api.routes.review import Undo
from pipeline_core.domain.ids import BatchId, DocumentId
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer
from pipeline_core.review.decisions import Change

router = APIRouter(tags=["review"], responses=responses(409), dependencies=[LimitReview])


class UndoChange(Undo):
    """Taking back the last decision about it, or its last edit."""

    model_config = example({"reason": "The wrong one."})

    expected: Seen | None = Field(default=None, description=f"{EXPECTED}, as the lists give it")


@router.post(
    "/api/v2/documents/{document_id}/facts/{fact_id}/undo",
    summary="Undo the decision on a fact",
    response_model=Changed,
)
def undo_fact(document_id: UUID, fact_id: UUID, services: ToReview, body: UndoChange | None = None) -> Change:
    """Give back what it was before its last decision or edit, with all that followed; doing it again redoes it."""
    where = OfDocument(DocumentId(document_id))
    with named_by_path("GET /api/v2/documents/{document_id}/facts"):
        return services.review.undo_fact(where, fact_id, by=_by(services, fact_id, body))


@router.post(
    "/api/staging/batches/{batch_id}/questions/{question_id}/undo",
    summary="Undo the decision on a question",
    response_model=Changed,
)
def undo_question(batch_id: UUID, question_id: UUID, services: ToReview, body: UndoChange | None = None) -> Change:
    """The same of a question bank."""
    where = OfBatch(BatchId(batch_id))
    with named_by_path("GET /api/staging/batches/{batch_id}/questions"):
        return services.review.undo_fact(where, question_id, by=_by(services, question_id, body))


@router.post(
    "/api/staging/duplicates/{duplicate_id}/undo",
    summary="Undo the decision on a pair",
    response_model=Changed,
)
def undo_duplicate(duplicate_id: UUID, services: ToReview, body: UndoChange | None = None) -> Change:
    """Of a document or a question bank: it is as undecided, or decided, as before; doing it again redoes it."""
    return services.review.undo_pair(None, duplicate_id, by=_by(services, duplicate_id, body))


def _by(services: Services, subject: UUID, body: UndoChange | None) -> Reviewer:
    body = body or UndoChange()
    return body.by(services, {subject: body.expected})
