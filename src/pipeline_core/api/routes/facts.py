"""A document's facts, one by one: what is staged, and adding what was missed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.api.routes.review import named
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.ids import ChunkId, DocumentId
from pipeline_core.domain.review import StagedFact
from pipeline_core.review.add import Marked, MissedFact

router = APIRouter(prefix="/api/v2/documents/{document_id}", tags=["facts"])


class Evidence(BaseModel):
    """A part of a fact's proof: its own words, and where they stand in the document's text."""

    quote: str
    char_from: int
    char_to: int
    page: int | None = Field(description="From 1; null in a document without pages")


class Fact(BaseModel):
    """A staged fact of a document."""

    question_id: UUID
    chunk_id: UUID | None
    question: str | None
    answer: str | None
    statement: str | None
    quote: str = Field(description="The texts of its evidence as one")
    page: int | None
    evidence: list[Evidence]
    status: str
    version: int = Field(description="It grows with every change; a decision may name it as expected")
    changed_by: str = Field(description="Who changed it last; `system` where nobody reviewed")
    changed_at: datetime
    review_notes: str | None
    generator: str = Field(description="What found it; `reviewer`: a person added it")
    added_by: str | None
    edited_by: str | None
    left_out_reason: LeftOut | None = Field(description="What keeps it out of production, or spoke against it")
    duplicate_of: UUID | None
    confidence: float | None
    confidence_reasons: list[dict[str, Any]] | None

    @classmethod
    def of(cls, fact: StagedFact) -> "Fact":
        return cls.model_validate(fact.as_json())


class Mark(Body):
    """Words of the chunk's text: from the first character, counted from 0, up to but not with the last."""

    char_from: int = Field(ge=0)
    char_to: int = Field(ge=1)


class NewFact(Body):
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
    question: str | None = Field(default=None, max_length=10_000, description="With an answer, or not at all")
    answer: str | None = Field(default=None, max_length=10_000)
    statement: str | None = Field(default=None, max_length=10_000, description="Without it, the marked words")
    reason: str = Field(default="", max_length=2000)
    reviewer: str = Field(default="", max_length=200, description="A name for the record, beside the token's user")


class AddedFact(BaseModel):
    """The fact as it is staged, and what was found to say the same."""

    document_id: UUID
    is_new: bool = Field(description="False where it had been added before")
    message: str
    fact: Fact


@router.post(
    "/facts",
    operation_id="add_fact",
    status_code=201,
    summary="Add a fact that was missed",
    response_model=AddedFact,
    responses={
        200: {"model": AddedFact, "description": "It had been added before"},
        **responses(401, 404, 409, 422, 429),
    },
)
def add_fact(document_id: UUID, body: NewFact, response: Response, services: Services) -> AddedFact:
    """Mark words of a chunk while the document waits in matching review. The fact is approved, compared with what is
    there, validated with the others and published with them; one that says the same in the same words is named."""
    missed = MissedFact(
        ChunkId(body.chunk_id),
        tuple(Marked(one.char_from, one.char_to) for one in body.spans),
        body.question,
        body.answer,
        body.statement,
    )
    added = services.add_fact(
        DocumentId(document_id),
        missed,
        user_id=services.user_id,
        reviewer=named(services, body.reviewer),
        reason=body.reason,
    )
    if not added.is_new:
        response.status_code = 200
    return AddedFact(document_id=document_id, is_new=added.is_new, message=added.message, fact=Fact.of(added.fact))
