"""A document's facts, one by one: what is staged, and adding what was missed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.api.deps import Services, ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.pagination import Page, PageOffset
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import (
    EXPECTED,
    Changed,
    NewWords,
    Pair,
    PairResolution,
    Seen,
    Signed,
    Staged,
    named_by_path,
)
from pipeline_core.api.routes.review import Undo
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId
from pipeline_core.domain.review import OfDocument
from pipeline_core.domain.rows.desk import Looking
from pipeline_core.review.decisions import Change
from pipeline_core.review.marking import Marked, MissedFact

router = APIRouter(prefix="/api/v2/documents/{document_id}", tags=["facts"], dependencies=[LimitReview])


class Evidence(BaseModel):
    """A part of a fact's proof: its own words, and where they stand in the document's text."""

    model_config = ConfigDict(from_attributes=True)

    quote: str
    char_from: int
    char_to: int
    page: int | None = Field(description="From 1; null in a document without pages")


class Fact(Staged):
    """A staged fact of a document."""

    chunk_id: UUID | None
    quote: str = Field(description="The texts of its evidence, joined")
    page: int | None
    heading_path: list[str] = Field(description="The headings above it, the outermost first")
    evidence: list[Evidence]
    edited_by: str | None


class Mark(Body):
    """Words of the chunk's text: from the first character, counted from 0, up to but not with the last."""

    char_from: int = Field(ge=0, strict=True)
    char_to: int = Field(ge=1, strict=True)


class NewFact(Signed):
    """A fact that was missed. Its evidence is what the chunk says at the marks, whatever else is sent."""

    model_config = example(
        {
            "chunk_id": "84381d68-2a3f-5d0e-9f4c-5b7a5a1c0d11",
            "spans": [{"char_from": 20, "char_to": 95}],
            "question": "How often must the boiler be serviced?",
            "answer": "Once every 12 months.",
            "reason": "the generator took it for a heading",
        }
    )

    chunk_id: UUID
    spans: list[Mark] = Field(
        min_length=1, max_length=50, description="In the order in which a reader needs them; none overlaps another"
    )
    question: str | None = Field(default=None, max_length=10_000, description="Needs an answer too")
    answer: str | None = Field(default=None, max_length=10_000)
    statement: str | None = Field(default=None, max_length=10_000, description="Default: the marked words")


class AddedFact(BaseModel):
    """The fact as it is staged, and what was found to say the same."""

    document_id: UUID
    is_new: bool = Field(description="False if it had been added before")
    message: str
    fact: Fact


class FactPatch(NewWords):
    """New words for a fact, or a decision about it: one of the two."""

    model_config = example({"answer": "Once every 12 months.", "reason": "a full sentence"})

    question: str | None = Field(default=None, max_length=10_000, description="Null removes question and answer")
    answer: str | None = Field(default=None, max_length=10_000)
    statement: str | None = Field(default=None, max_length=10_000)
    status: Literal["approved", "rejected"] | None = Field(
        default=None, description="`approved` includes a fact that was left out, even in a published document"
    )
    expected: Seen | None = Field(default=None, description=f"{EXPECTED}: the fact's `status` and `version`")

    def words(self) -> dict[str, str | None]:
        """The words that were sent; without its question goes the answer too, unless one is sent."""
        sent = super().words()
        return {"answer": None, **sent} if sent.get("question", "") is None else sent


class Look(Body):
    """The fact that is looked at; none is the document as a whole."""

    model_config = example({"question_id": "84381d68-2a3f-5d0e-9f4c-5b7a5a1c0d11"})

    question_id: UUID | None = None


class ChangedFact(BaseModel):
    """The fact as it is now; ``goes_on`` says whether its document is queued to run again."""

    document_id: UUID
    goes_on: bool
    message: str
    fact: Fact


@router.get("/facts", summary="List a document's facts", response_model=Page[Fact])
def list_facts(
    document_id: UUID,
    services: Services,
    cursor: PageOffset,
    status: Annotated[list[QuestionStatus] | None, Query(description="Only facts in these states")] = None,
) -> dict[str, Any]:
    """The staged facts of the document with their evidence, in the order of the text."""
    rows = services.review.facts(
        OfDocument(DocumentId(document_id)),
        services.realm_id,
        statuses=status,
        limit=cursor.limit + 1,
        offset=cursor.offset,
    )
    return cursor.page(rows)


@router.patch("/facts/{fact_id}", summary="Edit a fact, or decide on it", responses=responses(409))
def change_fact(document_id: UUID, fact_id: UUID, body: FactPatch, request: Request, services: ToReview) -> ChangedFact:
    """Put a fact into other words: it keeps its id and its evidence, is compared again, and is validated again. Or
    approve or reject it. A field that is not sent stays as it is."""
    where, by = OfDocument(DocumentId(document_id)), body.by(services, {fact_id: body.expected})
    words = body.words()
    if bool(words) == bool(body.status):
        raise RefusedError(
            "A request changes either the words of a fact or its status.",
            action="Send `question`, `answer` or `statement`; or `status`.",
        )
    with named_by_path("GET /api/v2/documents/{document_id}/facts"):
        if body.status:
            to = QuestionStatus(body.status)
            change = services.review.decide_facts(where, [fact_id], to, by=by)
        else:
            change = services.review.edit(where, fact_id, words, by=by)
        [fact] = services.review.facts(where, services.realm_id, ids=[fact_id])
    if change.to_run:
        request.app.state.ask_for_run()
    goes_on = document_id in change.to_run
    return ChangedFact(document_id=document_id, goes_on=goes_on, message=change.message, fact=Fact.model_validate(fact))


@router.post("/presence", summary="Say that you look at a document", response_model=list[Looking])
def look(document_id: UUID, services: Services, body: Look | None = None) -> Sequence[Looking]:
    """Returns others who looked at it within the last minute, and at which fact. Say it again while you look."""
    fact_id = QuestionId(body.question_id) if body and body.question_id else None
    return services.desk.present(DocumentId(document_id), services.realm_id, fact_id)


@router.post("/undo", summary="Undo your last decision on a document's facts", response_model=Changed)
def undo_last(document_id: UUID, services: ToReview, body: Undo | None = None) -> Change:
    """The newest decision, edit or resolution of yours that stands, with all that followed of it; done again, the one
    before it."""
    by = (body or Undo()).by(services)
    return services.review.undo_last(OfDocument(DocumentId(document_id)), by=by)


@router.get("/duplicates", summary="List a document's near-duplicates", response_model=list[Pair])
def list_document_duplicates(
    document_id: UUID, services: Services, resolution: PairResolution = None
) -> list[dict[str, Any]]:
    """Pairs of the document's facts and what resembles them, the most alike first;
    `POST /api/staging/duplicates/{duplicate_id}/resolve` decides one."""
    where = OfDocument(DocumentId(document_id))
    return [asdict(pair) for pair in services.review.pairs(where, services.realm_id, resolution=resolution)]


@router.post(
    "/facts",
    status_code=201,
    summary="Add a fact that was missed",
    responses={
        200: {"model": AddedFact, "description": "It had been added before"},
        **responses(409),
    },
)
def add_fact(document_id: UUID, body: NewFact, response: Response, services: ToReview) -> AddedFact:
    """Mark words of a chunk while the document waits in matching review. The fact is approved, compared with what is
    there, validated with the others and published with them; one that says the same in the same words is named."""
    missed = MissedFact(
        ChunkId(body.chunk_id),
        tuple(Marked(one.char_from, one.char_to) for one in body.spans),
        body.question,
        body.answer,
        body.statement,
    )
    added = services.add_fact(DocumentId(document_id), missed, by=body.by(services))
    if not added.is_new:
        response.status_code = 200
    return AddedFact(
        document_id=document_id, is_new=added.is_new, message=added.message, fact=Fact.model_validate(added.fact)
    )
