"""Rows of one job or document with everything that belongs to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.findings import FindingRow
from pipeline_core.domain.rows.facts import ChunkOutcome, DocumentPair, LeftOutFact, WeighedFact
from pipeline_core.domain.rows.jobs import DocumentJob, Job, JobError, JobEvent, StageTiming
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class ParkedShown(Record):
    """A decision that is carried out at ``due_at`` unless it is undone before; by the database's clock."""

    decision: str
    by: str
    taken_at: datetime
    due_at: datetime
    error: Annotated[
        JobError | None,
        Field(description="Why it was refused when its time came: the document waits for another decision"),
    ]

    @property
    def is_due(self) -> bool:
        """Return whether it is still to be carried out, and can be taken back."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class PhaseTime(Record):
    """A phase of a job: when it began and ended. One that was skipped has ended and never began."""

    phase: Annotated[int, Field(ge=0, le=6)]
    name: str
    began_at: datetime | None
    ended_at: datetime | None
    is_skipped: bool


@dataclass(frozen=True, slots=True)
class JobDecision(Record):
    """A decision by which a job came to where it is; ``by`` is a name, or the user's id."""

    by: str
    user_id: UUID | None
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Approval(JobDecision):
    """The approval of the matches: of which facts, which others it rejected, and how it decided pairs."""

    approved_matches: list[UUID]
    rejected: list[UUID]
    resolved_pairs: int
    resolution: str | None


@dataclass(frozen=True, slots=True)
class JobDetail(Job):
    """A job with its stages and what validation found."""

    phases: Annotated[list[PhaseTime], Field(description="Phases 0 to 6")]
    approval: Annotated[Approval | None, Field(description="How it came past phase 2; null if nobody was asked")]
    override: Annotated[JobDecision | None, Field(description="Why its critical findings were overridden, and by whom")]
    acknowledged: Annotated[
        JobDecision | None, Field(description="Who completed phase 6; `reason` is `download` or `acknowledge`")
    ]
    review_version: Annotated[
        int,
        Field(description="Of its facts and pairs: to send as `expected.version`, with `stage` as `expected.status`"),
    ]
    stages: list[StageTiming]
    findings: list[FindingRow]
    returned_for: Annotated[
        list[FindingRow],
        Field(description="Why it was returned to matching review, while it waits there"),
    ]
    ledger: Annotated[
        list[ChunkOutcome],
        Field(description="What its passages gave when they were asked for facts; `not_asked`: the settings want none"),
    ]
    facts_added: Annotated[int, Field(description="Facts that reviewers have added")]
    left_out_by: Annotated[
        dict[LeftOut | Literal["duplicate"], int],
        Field(description="How many facts were left out, by reason; `duplicate`: another one says the same"),
    ]
    left_out_facts: Annotated[list[LeftOutFact], Field(description="The first 1,000 of them that no other one repeats")]
    facts_to_decide: Annotated[int, Field(description="Facts of medium confidence that a person is asked about")]
    parked: Annotated[
        ParkedShown | None, Field(description="The decision about it that can be taken back, or that was refused")
    ]
    to_decide: Annotated[list[WeighedFact], Field(description="The first 1,000 of them, the least sure first")]


@dataclass(frozen=True, slots=True)
class DocumentDetail(DocumentJob):
    """A document's newest job with all that a person may want to know of it."""

    stages: list[StageTiming]
    findings: list[FindingRow]
    returned_for: list[FindingRow]
    pairs: list[DocumentPair]
    ledger: list[ChunkOutcome]
    left_out_facts: list[LeftOutFact]
    to_decide: list[WeighedFact]
    parked: ParkedShown | None
    events: list[JobEvent]
