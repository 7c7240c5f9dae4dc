"""Parts of requests and answers that all decisions share: on documents, question banks, facts and pairs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.api.known_names import Body
from pipeline_core.bootstrap import UserServices
from pipeline_core.domain import review
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import NotFoundError, UnknownIdsError
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.reasons import trimmed

MOST_IDS = 1000
MOST_CHARS = 2000
"""Of a reason."""
EXPECTED = "The state on which the decision is based; if it has changed meanwhile, nothing is done (409)"
OF_BATCH = f"{EXPECTED}: the batch's `status`, and its `review_version` as version"


class Seen(Body):
    """The state of something when its reviewer looked at it: what the lists give."""

    status: str = Field(max_length=40)
    version: int = Field(strict=True)

    def seen(self) -> review.Seen:
        return review.Seen(self.status, self.version)


SeenRows = Annotated[dict[UUID, Seen], Field(max_length=MOST_IDS)]


class Signed(Body):
    """Why, and under which name."""

    reason: str = Field(default="", max_length=MOST_CHARS)
    reviewer: str = Field(
        default="", max_length=200, description="A name for the record, in addition to the token's user"
    )

    def by(self, services: UserServices, expected: Mapping[UUID, Seen | None] | None = None) -> review.Reviewer:
        """The reviewer, having seen these states."""
        seen = {one: row.seen() for one, row in (expected or {}).items() if row}
        return review.Reviewer(services.realm_id, named(services, self.reviewer), self.reason, seen, services.user_id)


class NewWords(Signed):
    """New words for a fact or a question: a field that is not sent stays."""

    def words(self) -> dict[str, str | None]:
        """The fields of the fact or question that were sent."""
        return self.model_dump(exclude_unset=True, exclude={"reason", "reviewer", "expected", "status"})


@contextmanager
def named_by_path(see: str) -> Iterator[None]:
    """Answer 404 where the fact or question in the path is none of its document's or bank's; ``see`` lists them.

    Raises:
        NotFoundError: it is none.
    """
    try:
        yield
    except UnknownIdsError as error:
        raise NotFoundError(error.message, action=f"`{see}` lists them.") from None


def named(services: UserServices, typed: str) -> str:
    """The name for the record: the token's, else the one that was typed, which stands beside the token's user and never
    instead; "" for that user alone."""
    name = trimmed(typed)
    if services.person.name:
        return services.person.shown
    return f"{name} ({services.user_id})" if name and name != str(services.user_id) else ""


class Counts(BaseModel):
    """Questions of a batch by what was decided; ``approved`` includes what is imported."""

    model_config = ConfigDict(from_attributes=True)

    total: int
    pending: int
    approved: int
    rejected: int
    duplicate: int
    imported: int
    left_out: int = Field(description="Left out by the system until a person takes them in")


class Changed(BaseModel):
    """The rows that a decision changed; ``unchanged`` counts those that already had the state."""

    model_config = ConfigDict(from_attributes=True)

    changed: list[UUID]
    unchanged: int
    counts: Counts


class Staged(BaseModel):
    """Fields that a staged fact of a document and a question of a bank share."""

    model_config = ConfigDict(from_attributes=True)

    question_id: UUID
    question: str | None
    answer: str | None
    statement: str | None
    status: QuestionStatus
    version: int = Field(description="Grows with every change; a decision may send it in `expected`")
    changed_by: str = Field(description="Who changed it last; `system` if nobody reviewed it")
    changed_at: datetime
    review_notes: str | None
    generator: str = Field(description="The generator that found it; `reviewer` if a person added it")
    added_by: str | None = Field(description="Who added it")
    left_out_reason: LeftOut | None = Field(description="What keeps it out of production, or counts against it")
    duplicate_of: UUID | None
    confidence: float | None = Field(description="Probability that a fact holds, 0 to 1; null for a bank's question")
    confidence_reasons: list[dict[str, Any]] | None = Field(description="What influenced it, the strongest first")


@dataclass(frozen=True, slots=True)
class Pair(review.StagedPair):
    """Two questions that are near-duplicates: ``staged`` is of the batch, ``existing`` was there first."""

    version: Annotated[int, Field(description="Grows with every change; a decision may send it in `expected`")]
    flags: Annotated[Sequence[str], Field(description="How the two differ")]
    proposed: Annotated[
        str, Field(description="The resolution that loses nothing: keep_existing only where no difference was found")
    ]


PairResolution = Annotated[
    str | None, Query(pattern="^(pending|keep_existing|replace_existing|keep_both|not_duplicate)$")
]
