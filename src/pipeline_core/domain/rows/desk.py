"""Rows of a reviewer's desk: the list of facts, the sides of a pair, and who else is there."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.ids import DocumentId, JobId, QuestionId, UserId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile
from pipeline_core.domain.rows.record import Record
from pipeline_core.domain.text import as_read


@dataclass(frozen=True, slots=True)
class DeskJob(Record):
    """A job whose document is looked at."""

    job_id: JobId
    document_id: DocumentId
    filename: str
    pages: int | None
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    phase: int
    profile: Profile
    waits_since: datetime | None
    workflow: str


@dataclass(frozen=True, slots=True)
class ListedFact(Record):
    """A line of the list: a fact with what a reviewer needs to choose it; its texts are cut at 400 characters."""

    question_id: QuestionId
    status: QuestionStatus
    version: int
    page: int | None
    confidence: float | None
    answer: str
    question: str | None
    left_out_reason: LeftOut | None
    duplicate_of: QuestionId | None
    changed_by: str
    changed_at: datetime
    review_notes: str | None
    edited_by: str | None
    added_by: str | None
    is_reviewed: bool
    is_opened: bool
    """Whether anybody was shown it by itself."""
    is_unsure: bool
    """Not certain enough to be published unseen, and nobody has decided it."""
    is_open: bool
    """Whether a person has still to decide about it (``open_facts`` in the database)."""
    is_named: bool
    """A finding names it for which the document was returned to matching review."""
    pairs: int
    """Pairs of near-duplicates that it is the newer half of, and that are a person's to decide."""
    undecided: int
    """Those that nobody has decided."""
    settles: int
    """Documents for which a decision about it decides: its own, and those that repeat it."""


@dataclass(frozen=True, slots=True)
class Looking(Record):
    """Somebody who looks at a document now."""

    user_id: UserId
    user_name: str
    question_id: Annotated[QuestionId | None, Field(description="The fact that they look at")]
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class PairSide(Record):
    """One side of a pair of near-duplicates: a fact with its source, and whether it is published."""

    question_id: UUID
    question: str | None
    answer: str | None
    statement: str | None
    quote: str | None
    document_id: Annotated[UUID | None, Field(description="Null for a question of a bank")]
    filename: Annotated[str | None, Field(description="The document, or the bank where it is known")]
    page: int | None
    page_unit: str | None
    chunk_id: UUID | None
    published_at: Annotated[datetime | None, Field(description="Null for a fact that is only staged")]

    @property
    def text(self) -> str:
        """Its answer, or its statement where it answers no question."""
        return self.answer or self.statement or ""

    @property
    def as_read(self) -> "PairSide":
        """The same, its words as they are read: a question of a bank is markdown, a fact of a document is not."""
        if self.document_id is not None:
            return self
        return replace(
            self,
            question=self.question and as_read(self.question),
            answer=self.answer and as_read(self.answer),
            statement=self.statement and as_read(self.statement),
        )
