"""Withdrawing documents: one, or several in one transaction; and keeping one whose file has vanished."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, model_validator

from pipeline_core.api.deps import ToReview
from pipeline_core.api.document_filters import Matching
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import MOST_CHARS, Signed
from pipeline_core.api.routes.jobs import Parked, parked_answer
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.review.decisions import MIN_REASON, Decision, Request
from pipeline_core.review.meant import MOST_DOCUMENTS, DocumentsMeant
from pipeline_core.review.parking import MOST_S
from pipeline_core.review.withdrawing import said_of

router = APIRouter(prefix="/api/v2/documents", tags=["documents"])
_WHY = f"Why, in at least {MIN_REASON} characters; kept in the record"
_WINDOW = "Seconds in which it can be taken back"


class Withdrawal(BaseModel):
    """A document that leaves production, and when; ``parked`` is null where it was only asked what would."""

    document_id: UUID
    job_id: UUID
    facts: int
    chunks: int
    taken_over: int = Field(
        description="Facts that other published documents say in the same words: those are published from there instead"
    )
    message: str
    parked: Parked | None


class Withdrawals(BaseModel):
    """Documents that leave production together."""

    message: str
    facts: int
    chunks: int
    taken_over: int
    documents: list[Withdrawal]


class WithdrawRequest(Body):
    """Documents, by their ids or by a filter that they match, and why they are withdrawn."""

    model_config = example(
        {"document_ids": ["023749cf-c6c3-502c-b4c5-24342f679aba"], "reason": "It was replaced by the law of 2026."}
    )

    document_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_DOCUMENTS)
    matching: Matching | None = Field(
        default=None, description="All published documents of the realm that match, instead of ids"
    )
    expected: int | None = Field(
        default=None,
        ge=0,
        strict=True,
        description="With `matching`: the `total` that the list said; if as many do not match now, nothing is done",
    )
    reason: str = Field(default="", max_length=MOST_CHARS, description=_WHY)
    undo_window: float = Field(default=MOST_S, gt=0, le=MOST_S, description=_WINDOW)
    dry_run: bool = Field(default=False, description="Only say what would leave")

    @model_validator(mode="after")
    def _either(self) -> "WithdrawRequest":
        if (self.document_ids is None) == (self.matching is None):
            raise ValueError("either `document_ids` or `matching` says which documents are meant")
        if self.expected is not None and self.matching is None:
            raise ValueError("`expected` goes with `matching`")
        return self

    def meant(self) -> DocumentsMeant:
        return DocumentsMeant(
            [DocumentId(one) for one in self.document_ids or ()],
            self.matching.filter() if self.matching else None,
            self.expected,
        )


@router.delete(
    "/{document_id}",
    status_code=202,
    summary="Withdraw a document",
    responses={200: {"description": "What would leave, with `dry_run`", "model": Withdrawal}, **responses(409)},
)
def withdraw_document(
    document_id: UUID,
    services: ToReview,
    response: Response,
    reason: Annotated[str, Query(max_length=MOST_CHARS, description=_WHY)] = "",
    undo_window: Annotated[float, Query(gt=0, le=MOST_S, description=_WINDOW)] = MOST_S,
    dry_run: Annotated[bool, Query(description="Only say what would leave")] = False,
) -> Withdrawal:
    """Take a document out of production: its passages, facts and vectors leave in one transaction, once it cannot be
    taken back any more. The document keeps its history, and `POST /api/v2/jobs/{job_id}/retry` publishes it again."""
    body = WithdrawRequest(document_ids=[document_id], reason=reason, undo_window=undo_window, dry_run=dry_run)
    [one] = withdraw_documents(body, services, response).documents
    return one


@router.post(
    "/withdraw",
    status_code=202,
    summary="Withdraw several documents",
    responses={200: {"description": "What would leave, with `dry_run`", "model": Withdrawals}, **responses(409)},
)
def withdraw_documents(body: WithdrawRequest, services: ToReview, response: Response) -> Withdrawals:
    """Take documents out of production, all or nothing: they leave in one transaction, once they cannot be taken back
    any more. Each can be taken back by itself until then. Of a filter only what is published is withdrawn."""
    by = replace(services.reviewer, reason=body.reason)
    if body.dry_run:
        response.status_code = 200
        leaving = services.withdraw.foresee_meant(body.meant(), by=by)
        return _answer([_one(one, None) for one in leaving], leaving)
    parked = services.parking.park_withdrawals(body.meant(), by, body.undo_window)
    return _answer([_one(one, kept.shown) for kept, one in parked], [one for _, one in parked])


class KeepRequest(Signed):
    """Reason why a document stays though its file has vanished."""

    model_config = example({"reason": "It is still in force."})


class Kept(BaseModel):
    """A document that stays published, until it has a file again."""

    document_id: UUID
    message: str


@router.post("/{document_id}/keep", summary="Keep a document whose file has vanished", responses=responses(409))
def keep_document(document_id: UUID, services: ToReview, body: KeepRequest | None = None) -> Kept:
    """Let a document whose file has vanished from its source stay published. `DELETE /api/v2/documents/{document_id}`
    withdraws it instead."""
    by = (body or KeepRequest()).by(services)
    decided = services.review.decide(DocumentId(document_id), Request(Decision.KEEP, by))
    return Kept(document_id=document_id, message=f"{decided.message}.")


def _one(leaving: Leaving, shown: ParkedShown | None) -> Withdrawal:
    return Withdrawal(
        document_id=leaving.document_id,
        job_id=leaving.job_id,
        facts=leaving.facts,
        chunks=leaving.chunks,
        taken_over=leaving.taken_over,
        message=said_of([leaving], would=True),
        parked=parked_answer(leaving.job_id, shown) if shown else None,
    )


def _answer(documents: list[Withdrawal], leaving: Sequence[Leaving]) -> Withdrawals:
    return Withdrawals(
        message=said_of(leaving, would=True),
        facts=sum(one.facts for one in leaving),
        chunks=sum(one.chunks for one in leaving),
        taken_over=sum(one.taken_over for one in leaving),
        documents=documents,
    )
