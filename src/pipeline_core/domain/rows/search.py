"""Rows of a search over what is published."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from pipeline_core.domain.ids import DocumentId, JobId, QuestionId
from pipeline_core.domain.rows.record import Record


class EvidenceSpan(TypedDict):
    """Verbatim words of the document's text, and where they stand."""

    quote: str
    char_from: int
    char_to: int
    page: Annotated[int | None, Field(description="Null in a document without pages")]


@dataclass(frozen=True, slots=True)
class SaidThen(Record):
    """The version in which production said something, since and until when, and who let it in.

    ``approved_by``: whoever decided about the document; ``decided_by``: about this fact by itself. Neither: no person
    was asked.
    """

    version: int | None
    since: datetime
    until: Annotated[datetime | None, Field(description="Null: production says so still")]
    approved_by: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class FoundFact(Record):
    """A published fact; ``evidence`` is verbatim. ``page`` counts from 1."""

    kind: Literal["fact", "passage"]
    id: UUID
    passage_id: Annotated[UUID | None, Field(exclude=True)]
    score: Annotated[
        float, Field(description="0 to 1: words (BM25) and meaning together, by the mode; 1 is the best of both")
    ]
    similarity: Annotated[
        float | None,
        Field(
            description="Cosine similarity with the question; null in mode text. The score of a passage takes that of "
            "its nearest fact, where it is higher"
        ),
    ]
    words: Annotated[
        float | None, Field(description="Share of the question's words that it has; null if the question has none")
    ]
    question: Annotated[
        str | None, Field(description="Of a passage that of its first fact; null without one: read `statement`")
    ]
    answer: str | None
    statement: Annotated[
        str | None, Field(description="Of a passage that of its first fact; null for a bank's question")
    ]
    evidence: Annotated[str | None, Field(description="The texts of a fact's spans, joined by “ … ”")]
    spans: Annotated[list[EvidenceSpan] | None, Field(description="The evidence of a fact, span by span, in order")]
    page: int | None
    page_unit: Annotated[str | None, Field(exclude=True)]
    match: Annotated[str | None, Field(description="How the evidence was found in its source")]
    generator: str | None
    heading_path: list[str] | None
    document_id: Annotated[DocumentId | None, Field(exclude=True)]
    filename: Annotated[str | None, Field(exclude=True)]
    also_named: Annotated[list[str], Field(exclude=True)]
    then: Annotated[
        SaidThen | None, Field(description="With `as_of`: in which version it was said, and who let it in")
    ] = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Hit(FoundFact):
    """A passage of a document with its facts that answer, or a fact by itself; ``evidence`` is verbatim.

    A fact is a hit by itself where it is of a question bank, or where only facts are asked for.
    """

    document_id: DocumentId | None
    filename: str | None
    also_named: Annotated[list[str], Field(description="Other names that the same content has now")]
    facts: Annotated[
        list[FoundFact], Field(description="Facts of a passage, the best first: at most three that answer")
    ]
    relevance: Annotated[
        float | None, Field(description="The reranker's score, on its own scale; null without a reranker")
    ] = None


@dataclass(frozen=True, slots=True)
class WaitingSource(Record):
    """A document that may have the answer, and waits for review: ``GET /api/v2/jobs/{job_id}``."""

    document_id: DocumentId
    filename: str
    job_id: JobId
    words: Annotated[float, Field(exclude=True)]


@dataclass(frozen=True, slots=True)
class Source(Record):
    """A hit for figures, or a fact under it: only what tells where it is from and what it says."""

    id: UUID
    passage_id: UUID | None
    document_id: DocumentId | None
    filename: str | None
    page: int | None
    evidence: str | None
    answer: str | None
    facts: "list[Source]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PublishedQuestion(Record):
    """The question of a published fact, and its document."""

    question_id: QuestionId
    question: str
    document_id: DocumentId
