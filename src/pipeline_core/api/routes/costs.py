"""What paid services cost the asking user."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.problems import responses
from pipeline_core.db.session import Row
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName

router = APIRouter(prefix="/api/v2", tags=["costs"])
_TOTAL = ("calls", "input_tokens", "cached_tokens", "output_tokens", "cost_usd")


class Cost(BaseModel):
    """Calls, their tokens, and US dollars."""

    calls: int
    input_tokens: int
    cached_tokens: int = Field(description="Those of the input that the endpoint had cached, and charged less for")
    output_tokens: int
    cost_usd: float


class CostOfDay(Cost):
    """What one model cost in one day (UTC)."""

    day: date
    service: str
    model: str


class Costs(BaseModel):
    """Newest day first, and the sum of them all."""

    days: list[CostOfDay]
    total: Cost


class CostOfStage(Cost):
    """What one model cost in one stage."""

    stage: StageName | None
    service: str
    model: str


class PaidCall(BaseModel):
    """One call: what was set aside for it, and what it came to."""

    call_id: UUID
    stage: StageName | None
    service: str
    model: str
    items: int = Field(description="Chunks, texts or pages")
    state: str = Field(description="`reserved`, `settled`, or `abandoned`: in doubt, counted whole")
    outcome: str | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reserved_usd: float
    cost_usd: float
    started_at: datetime
    finished_at: datetime | None


class DocumentCosts(BaseModel):
    """By stage and model, and the newest thousand calls."""

    stages: list[CostOfStage]
    calls: list[PaidCall]
    total: Cost


@router.get(
    "/costs",
    operation_id="list_costs",
    summary="What was spent",
    response_model=Costs,
    responses=responses(401, 422, 429),
)
def list_costs(
    services: Services,
    days: Annotated[int, Query(ge=1, le=366, description="So many days (UTC), today's included")] = 30,
) -> dict[str, Any]:
    """What the user spent, by day, service and model."""
    rows = services.views.cost_days(services.user_id, days=days)
    return {"days": rows, "total": _total(rows)}


@router.get(
    "/documents/{document_id}/costs",
    operation_id="list_document_costs",
    summary="What a document cost",
    response_model=DocumentCosts,
    responses=responses(401, 404, 422, 429),
)
def list_document_costs(document_id: UUID, services: Services) -> dict[str, Any]:
    """What was paid for one document; an answer that was there already cost it nothing."""
    services.views.document(DocumentId(document_id))
    costs = services.views.document_costs(services.user_id, DocumentId(document_id))
    return {**costs, "total": _total(costs["stages"])}


def _total(rows: list[Row]) -> dict[str, float]:
    return {name: sum(row[name] for row in rows) for name in _TOTAL}
