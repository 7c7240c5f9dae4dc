"""Rows of sources: places that documents come from, what was seen there, and what vanished."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.ids import DocumentId, RealmId, SourceId, SourceRunId, UserId
from pipeline_core.domain.rows.record import Record
from pipeline_core.domain.sources import Removal, RunDecision, RunOutcome, SourceKind, SourcePlace, Vanished


@dataclass(frozen=True, slots=True)
class SourceRow(Record):
    """A source, and how it stands."""

    source_id: SourceId
    realm_id: RealmId
    name: str
    kind: SourceKind
    uri: str
    include: list[str]
    exclude: list[str]
    vanished: Annotated[Vanished, Field(description="What becomes of a document whose last file has vanished")]
    grace: Annotated[timedelta, Field(description="How long after that, by the rule")]
    every: Annotated[timedelta | None, Field(description="Between the starts of two syncs; null: only when asked")]
    choices: Annotated[dict[str, Any], Field(description="What its documents are processed with")]
    added_by: UserId
    added_at: datetime
    changed_at: datetime
    paused_at: Annotated[datetime | None, Field(description="Since when its schedule rests")]
    listed_at: Annotated[datetime | None, Field(description="The end of the last listing that was whole")]
    removed_at: datetime | None
    removal: Removal | None
    items: Annotated[int, Field(description="Files that are there")]
    unread: Annotated[int, Field(description="Files that could not be taken, or seen, the last time")]
    missing: Annotated[int, Field(description="Files of which a person decides whether they have vanished")]
    gone: Annotated[int, Field(description="Files that have vanished")]
    last_run_id: SourceRunId | None
    last_outcome: RunOutcome | None
    last_started_at: datetime | None
    last_error: dict[str, Any] | None

    @property
    def place(self) -> SourcePlace:
        return SourcePlace(self.kind, self.uri, tuple(self.include), tuple(self.exclude))


@dataclass(frozen=True, slots=True)
class SourceItemRow(Record):
    """A file of a source: when it was first and last seen, and the document that it is."""

    uri: str
    name: str
    size: int | None
    version: str | None
    sha256: str | None
    document_id: DocumentId | None
    first_seen_at: datetime
    changed_at: datetime
    last_seen_at: Annotated[datetime | None, Field(description="In a listing that was whole")]
    missing_at: datetime | None
    vanished_at: datetime | None
    error: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class SourceRunRow(Record):
    """A sync of a source; ``plan`` counts its files by what has become of them."""

    run_id: SourceRunId
    source_id: SourceId
    user_id: UserId | None
    user_name: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: RunOutcome
    plan: dict[str, int]
    done: Annotated[int, Field(description="Files that were read, of those that had to be")]
    total: int
    error: dict[str, Any] | None
    decision: Annotated[RunDecision | None, Field(description="What was decided about what was missing")]
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class VanishedRow(Record):
    """A document that has no place any more, and what it has in production."""

    document_id: DocumentId
    realm_id: RealmId
    filename: str
    source_id: SourceId
    source: str
    name: Annotated[str, Field(description="The file that vanished, below its source")]
    vanished: Vanished
    vanished_at: datetime
    due_at: Annotated[datetime, Field(description="When the grace is over")]
    is_published: bool
    facts: int
    decision: str | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DueVanishing(Record):
    """A document that the rule withdraws now."""

    document_id: DocumentId
    realm_id: RealmId
    source: str
    name: str
    vanished_at: datetime


@dataclass(frozen=True, slots=True)
class DueSource(Record):
    """A source whose next sync is due by its interval."""

    source_id: SourceId
    realm_id: RealmId
    name: str


OfSource = UUID | str
"""A source by its id or name."""
