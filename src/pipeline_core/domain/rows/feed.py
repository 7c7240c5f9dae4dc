"""Rows of the feed of changes: what came to production, what left it, and how far consumers have come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.ids import BatchId, DocumentId, JobId, QuestionId, RealmId
from pipeline_core.domain.rows.record import Record
from pipeline_core.domain.versions import ChangeKind


@dataclass(frozen=True, slots=True)
class KnowledgeChange(Record):
    """A change of what production says of a document or a question bank, by one transaction."""

    change_id: int
    realm_id: RealmId
    kind: ChangeKind
    at: datetime
    document_id: Annotated[DocumentId | None, Field(description="Null of a question bank")]
    batch_id: Annotated[BatchId | None, Field(description="Of a question bank")]
    filename: Annotated[str | None, Field(description="The name that it has now; null once it is erased or moved away")]
    version: Annotated[int | None, Field(description="The version that began, or of what left the one that ended")]
    job_id: JobId | None
    facts_came: list[QuestionId]
    facts_went: list[QuestionId]
    facts_changed: Annotated[list[QuestionId], Field(description="The same ids, in other words or with other evidence")]


@dataclass(frozen=True, slots=True)
class FeedState(Record):
    """The feed that marks hold for, and up to which change something may be missing."""

    feed_id: UUID
    pruned_through: int
    seen: str
    """The present snapshot of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class ChangeCursor(Record):
    """A consumer that is known by a name, and how far it has confirmed."""

    name: str
    feed_id: UUID
    after: int
    seen: str
    created_at: datetime
    confirmed_at: datetime
    behind: int
    """Changes that it has not confirmed."""
