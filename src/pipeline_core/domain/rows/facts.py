"""Rows of facts, pairs and chunks of a document under review."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from pipeline_core.domain.differences import told
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.ids import DuplicateId, QuestionId
from pipeline_core.domain.rows.record import Record


class ConfidenceReason(TypedDict):
    """A trait that moved a confidence."""

    trait: str
    effect: Annotated[float, Field(description="In log-odds: above 0 for the fact, below 0 against it")]
    words: str


@dataclass(frozen=True, slots=True)
class WeighedFact(Record):
    """A fact with the probability that it holds; ``POST /api/job/{job_id}/approve-stage2`` with its id takes it in."""

    question_id: UUID
    question: str | None
    answer: str | None
    statement: str
    quote: str
    page: int | None
    evidence: Annotated[list[dict[str, Any]] | None, Field(exclude=True)]
    confidence: Annotated[
        float | None, Field(description="0 to 1; null for facts that were found before confidence was computed")
    ]
    confidence_reasons: list[ConfidenceReason] | None


@dataclass(frozen=True, slots=True)
class LeftOutFact(WeighedFact):
    """A fact that is kept out of production until a person takes it in."""

    reason: LeftOut
    pieces: Annotated[list[str] | None, Field(exclude=True)]


@dataclass(frozen=True, slots=True)
class ChunkOutcome(Record):
    """A count of a document's chunks by their outcome."""

    outcome: str | None
    outcome_reason: str | None
    chunks: int
    facts: int
    refused: int


@dataclass(frozen=True, slots=True)
class DocumentPair(Record):
    """Two facts that are near-duplicates, each with where it stands; ``reasons`` has in what they differ."""

    duplicate_id: DuplicateId
    similarity_score: float
    method: str
    resolution: str
    version: int
    changed_by: str
    changed_at: datetime
    reasons: dict[str, Any]
    proposed: str
    question_id: QuestionId
    staged_text: str
    staged_page: int | None
    staged_unit: str | None
    existing_text: str | None
    existing_file: str | None
    existing_page: int | None
    existing_unit: str | None

    @property
    def differ(self) -> str:
        """Return how the two differ, in words; "" for nothing that was found."""
        return "; ".join(told(self.reasons.get("flags") or ()))
