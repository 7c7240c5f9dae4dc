"""Rows of sources: places that documents come from, what was seen there, and what vanished."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.ids import DocumentId, JobId, RealmId, SourceId, SourceRunId, UserId
from pipeline_core.domain.rows.record import Record
from pipeline_core.domain.sources import Removal, RunDecision, RunOutcome, SourceKind, SourcePlace, Vanished
from pipeline_core.domain.wording import dated

_RULE = "system"
"""The name under which the rule decides."""


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
    to_decide: Annotated[int, Field(description="Documents whose file has vanished and that wait for a reviewer")]
    last_run_id: SourceRunId | None
    last_outcome: RunOutcome | None
    last_started_at: datetime | None
    last_error: dict[str, Any] | None

    @property
    def waits(self) -> bool:
        """Return whether a person is asked what has vanished."""
        return self.missing > 0

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
    job_id: Annotated[JobId | None, Field(description="The newest job of its document")]
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
    job_id: Annotated[JobId, Field(description="Its newest job")]
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

    @property
    def is_undecided(self) -> bool:
        """Return whether a reviewer may keep or withdraw it now."""
        return self.decision is None and self.is_published

    @property
    def asks(self) -> bool:
        """Return whether a reviewer is asked about it."""
        return self.is_undecided and self.vanished is Vanished.REVIEW

    @property
    def becomes(self) -> str:
        """Say what becomes of it, in words that follow its name."""
        if self.decision:
            done = "was withdrawn" if self.decision == "withdraw" else "was kept"
            return f"{done} by {'the rule' if self.decided_by == _RULE else self.decided_by}"
        if not self.is_published:
            return "is not published"
        if self.vanished is Vanished.WITHDRAW:
            return f"is withdrawn by the rule on {dated(self.due_at)}"
        return "waits for a reviewer" if self.asks else "stays published"


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
