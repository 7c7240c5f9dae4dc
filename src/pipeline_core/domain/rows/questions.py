"""Rows of staged questions as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.rows.facts import ConfidenceReason
from pipeline_core.domain.rows.findings import PlaceSpan
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class ListedQuestion(Record):
    """A staged question of a bank, or a fact of a document, with what a list says of it."""

    question_id: UUID
    question: str | None
    answer: str | None
    statement: str | None
    status: QuestionStatus
    version: Annotated[int, Field(description="Grows with every change; a decision may send it in `expected`")]
    changed_by: Annotated[str, Field(description="Who changed it last; `system` if nobody reviewed it")]
    changed_at: datetime
    review_notes: str | None
    edited_by: str | None
    generator: Annotated[str, Field(description="The generator that found it; `reviewer` if a person added it")]
    added_by: str | None
    left_out_reason: Annotated[
        LeftOut | None, Field(description="What keeps it out of production, or counts against it")
    ]
    duplicate_of: UUID | None
    similarity: float | None
    confidence: Annotated[
        float | None, Field(description="Probability that a fact holds, 0 to 1; null for a bank's question")
    ]
    confidence_reasons: Annotated[
        list[ConfidenceReason] | None, Field(description="What influenced it, the strongest first")
    ]
    topic: str | None
    subtopic: str | None
    kind: str | None
    difficulty: str | None
    notes: str | None
    import_error: Annotated[str | None, Field(description="Why the last import left it here")]
    chunk_id: UUID | None
    quote: Annotated[str | None, Field(description="Of a document's fact: the texts of its evidence, joined")]
    page: int | None
    evidence: list[PlaceSpan]
    alike: Annotated[int, Field(description="Near-duplicates that nobody has decided about")]
    is_opened: Annotated[bool, Field(description="Whether somebody was shown it by itself")]
    rank: Annotated[
        int, Field(description="0 and 1 need a person: those with near-duplicates, then other undecided ones")
    ]
    position: Annotated[int, Field(description="Where it stands in the file")]


@dataclass(frozen=True, slots=True)
class MatchingQuestion(Record):
    """A question that matches a filter."""

    question_id: UUID
    status: QuestionStatus
    changed_by: str


@dataclass(frozen=True, slots=True)
class MatchingCounts(Record):
    """The number of questions that match a filter, and of those that nobody has opened."""

    total: int
    never_opened: int
