"""Many questions, facts or pairs at once: lists by filter, previews of decisions, and what somebody has opened."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field, TypeAdapter

from pipeline_core.api.deps import Services, ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.matching import (
    DecisionPreview,
    Opened,
    OpenedAnswer,
    PairDecisionPreview,
    PairsOfQuery,
    QuestionsOfQuery,
    Verdict,
)
from pipeline_core.api.pagination import Page, QuestionPageCursor
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import EXPECTED, Changed, Pair, Seen
from pipeline_core.api.routes.staging import ReviewRequest, review_many
from pipeline_core.domain.differences import PairGroup
from pipeline_core.domain.ids import BatchId, DocumentId
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import OfBatch, OfDocument, Where
from pipeline_core.domain.rows.questions import ListedQuestion
from pipeline_core.review.decisions import Change

router = APIRouter(tags=["staging"], dependencies=[LimitReview])
_Decision = Annotated[Verdict, Query(description="What is to be decided")]
_PAIR: TypeAdapter[Pair] = TypeAdapter(Pair)


class QuestionPage(Page[ListedQuestion]):
    """Some of the questions, and how many match in all."""

    total: int = Field(description="The number of questions that match, on all pages")


class FactsReview(ReviewRequest):
    """Approve or reject many facts of a document at once; the document goes on waiting."""

    model_config = example(
        {"decision": "approve", "matching": {"least": 0.9}, "expected_total": 82, "reason": "all are certain"}
    )

    expected: Seen | None = Field(
        default=None, description=f"{EXPECTED}: the job's `stage` as status, its `review_version` as version"
    )


class QuestionOrder(StrEnum):
    """The order of a batch's questions."""

    FILE = "file"
    NEED = "need"


@router.get(
    "/api/staging/batches/{batch_id}/questions", summary="List a batch's questions", response_model=QuestionPage
)
def list_questions(
    batch_id: UUID,
    services: Services,
    cursor: QuestionPageCursor,
    matching: QuestionsOfQuery,
    order: Annotated[
        QuestionOrder, Query(description="`file`: as they stand in it; `need`: first those that need a person")
    ] = QuestionOrder.FILE,
) -> dict[str, Any]:
    """The batch's questions that match; of a document's batch its facts, with their evidence."""
    where = OfBatch(BatchId(batch_id))
    rows = services.bulk.questions(
        where,
        services.realm_id,
        matching,
        need_first=order is QuestionOrder.NEED,
        after=cursor.after(order),
        limit=cursor.limit + 1,
    )
    page = cursor.page(rows, order, lambda row: (row.rank, row.position, row.question_id))
    return {**page, "total": services.bulk.total(where, services.realm_id, matching)}


@router.post("/api/staging/batches/{batch_id}/questions/opened", summary="Record that questions were opened")
def open_questions(batch_id: UUID, body: Opened, services: Services) -> OpenedAnswer:
    """A preview of a bulk decision says how many nobody has opened: was shown by themselves."""
    opened = services.bulk.mark_opened(OfBatch(BatchId(batch_id)), body.question_ids, by=services.reviewer)
    return OpenedAnswer(opened=opened)


@router.post("/api/v2/documents/{document_id}/facts/opened", summary="Record that facts were opened", tags=["facts"])
def open_facts(document_id: UUID, body: Opened, services: Services) -> OpenedAnswer:
    """The same of a document's facts."""
    opened = services.bulk.mark_opened(OfDocument(DocumentId(document_id)), body.question_ids, by=services.reviewer)
    return OpenedAnswer(opened=opened)


@router.get("/api/staging/batches/{batch_id}/review-preview", summary="Preview a decision about all that match")
def preview_review(
    batch_id: UUID, services: Services, matching: QuestionsOfQuery, decision: _Decision = Verdict.APPROVE
) -> DecisionPreview:
    """The number that a `review` with the same filter in `matching` would decide, that of those which nobody has
    opened, and five at random."""
    return _preview(services, OfBatch(BatchId(batch_id)), matching, decision)


@router.get(
    "/api/v2/documents/{document_id}/review-preview", summary="Preview a decision about all facts", tags=["facts"]
)
def preview_facts(
    document_id: UUID, services: Services, matching: QuestionsOfQuery, decision: _Decision = Verdict.APPROVE
) -> DecisionPreview:
    """The number that a `review` with the same filter in `matching` would decide, that of those which nobody has
    opened, and five at random."""
    return _preview(services, OfDocument(DocumentId(document_id)), matching, decision)


@router.post(
    "/api/v2/documents/{document_id}/review",
    summary="Approve or reject facts",
    response_model=Changed,
    responses=responses(409),
    tags=["facts"],
)
def review_facts(document_id: UUID, body: FactsReview, request: Request, services: ToReview) -> Change:
    """Decide about many facts, all or nothing; doing it again changes nothing."""
    change = review_many(services, OfDocument(DocumentId(document_id)), body)
    if change.to_run:
        request.app.state.ask_for_run()
    return change


def _preview(services: Services, where: Where, matching: QuestionFilter, decision: Verdict) -> DecisionPreview:
    return DecisionPreview.model_validate(services.bulk.preview(where, services.realm_id, matching, decision.status))


@router.get("/api/staging/duplicates/{batch_id}/groups", summary="Count near-duplicates by how they differ")
def count_duplicates(batch_id: UUID, services: Services) -> dict[PairGroup, int]:
    """Undecided pairs by in what they differ. A pair that differs in several ways is in the first of its groups."""
    return services.bulk.groups(OfBatch(BatchId(batch_id)), services.realm_id)


@router.get("/api/staging/duplicates/{batch_id}/preview", summary="Preview a decision about all pairs that match")
def preview_resolve(batch_id: UUID, services: Services, matching: PairsOfQuery) -> PairDecisionPreview:
    """The number of undecided pairs that a `resolve` with the filter in `matching` would decide, and five of them."""
    found = services.bulk.preview_pairs(OfBatch(BatchId(batch_id)), services.realm_id, matching)
    sample = [_PAIR.validate_python(asdict(pair)) for pair in found.sample]
    return PairDecisionPreview(found.total, found.proposed, sample)
