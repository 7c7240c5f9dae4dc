"""Rows of costs, paid calls and budgets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class Cost(Record):
    """Calls, their tokens, and US dollars."""

    calls: int
    input_tokens: int
    cached_tokens: Annotated[int, Field(description="Input tokens that the endpoint had cached and charged less for")]
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class CostByDay(Cost):
    """The cost of one day (UTC)."""

    day: date


@dataclass(frozen=True, slots=True)
class CostOfDay(CostByDay):
    """The cost of one model on one day (UTC)."""

    service: str
    model: str


@dataclass(frozen=True, slots=True)
class CostByStage(Cost):
    """The cost of one model in one stage, or outside any stage."""

    stage: str
    model: str


@dataclass(frozen=True, slots=True)
class CostOfStage(Cost):
    """The cost of one model in one stage."""

    stage: StageName | None
    service: str
    model: str


@dataclass(frozen=True, slots=True)
class CostOfDocument(Cost):
    """The cost of one document; those that are gone, and calls for several, come together."""

    document: str
    document_id: DocumentId | None


@dataclass(frozen=True, slots=True)
class CostOfRun(CostByStage):
    """The cost of one model in one stage of a run, by the outcome of the calls."""

    outcome: str


@dataclass(frozen=True, slots=True)
class PaidCall(Record):
    """One call: what was set aside for it, and what it came to."""

    call_id: UUID
    run_id: Annotated[UUID, Field(exclude=True)]
    stage: StageName | None
    service: str
    model: str
    items: Annotated[int, Field(description="Chunks, texts or pages")]
    state: Annotated[str, Field(description="`reserved`, `settled`, or `abandoned`: outcome unknown, counted in full")]
    outcome: str | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reserved_usd: float
    cost_usd: float
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class CostOfChunk(Record):
    """The cost of a chunk of a document; 0 if its answer was cached."""

    chunk_id: UUID
    ordinal: int
    outcome: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Budget(Record):
    """A budget with the US dollars spent and set aside."""

    scope: str
    period: str
    spent_usd: float
    reserved_usd: float
    limit_usd: float | None


@dataclass(frozen=True, slots=True)
class Costs(Record):
    """The costs of the last days, and the budgets."""

    days: list[CostByDay]
    stages: list[CostByStage]
    documents: list[CostOfDocument]
    budgets: list[Budget]


@dataclass(frozen=True, slots=True)
class DocumentCalls(Record):
    """The paid calls for a document, newest first, and the cost of each of its chunks."""

    calls: list[PaidCall]
    chunks: list[CostOfChunk]
