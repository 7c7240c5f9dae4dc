"""Costs of paid services."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from pipeline_core.api.deps import Services
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.costs import Cost, CostOfDay, CostOfStage, PaidCall

router = APIRouter(prefix="/api/v2", tags=["costs"])


class Costs(BaseModel):
    """Newest day first, and the sum of them all."""

    days: list[CostOfDay]
    total: Cost


class DocumentCosts(BaseModel):
    """By stage and model, and the newest thousand calls."""

    stages: list[CostOfStage]
    calls: list[PaidCall]
    total: Cost


@router.get("/costs", summary="List costs", response_model=Costs)
def list_costs(
    services: Services,
    days: Annotated[int, Query(ge=1, le=366, description="Number of days (UTC), including today")] = 30,
) -> dict[str, Any]:
    """The user's spending by day, service and model."""
    rows = services.views.cost_days(services.realm_id, days=days)
    return {"days": rows, "total": _total(rows)}


@router.get("/documents/{document_id}/costs", summary="List a document's costs", response_model=DocumentCosts)
def list_document_costs(document_id: UUID, services: Services) -> dict[str, Any]:
    """The costs of one document; an answer that was reused cost nothing."""
    services.views.document(DocumentId(document_id))
    stages, calls = services.views.document_costs(services.realm_id, DocumentId(document_id))
    return {"stages": stages, "calls": calls, "total": _total(stages)}


def _total(rows: Sequence[Cost]) -> Cost:
    return Cost(
        calls=sum(row.calls for row in rows),
        input_tokens=sum(row.input_tokens for row in rows),
        cached_tokens=sum(row.cached_tokens for row in rows),
        output_tokens=sum(row.output_tokens for row in rows),
        cost_usd=sum(row.cost_usd for row in rows),
    )
