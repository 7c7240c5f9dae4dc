"""The dual status: many documents set at once, and what is selected queued for a deep scan."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.api.deps import ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.domain.dual_status import StagingStatus
from pipeline_core.domain.rows.queue import StatusChange

router = APIRouter(prefix="/api/v3/documents", tags=["documents"])


class StatusRequest(Body):
    """Documents and their new status."""

    model_config = example({"document_ids": ["023749cf-c6c3-502c-b4c5-24342f679aba"], "status": "Selected"})

    document_ids: list[str] = Field(min_length=1, max_length=1000)
    status: str = Field(max_length=40, description=f"One of: {', '.join(StagingStatus)}")


class StatusAnswer(BaseModel):
    """The changes, and how many documents are now queued for a deep scan."""

    updated: int
    queued: int
    taken_back: int = Field(description="Deep scans that were cancelled before they began")
    documents: list[StatusChange]


@router.put("/staging/status", summary="Set the status of many documents", response_model=StatusAnswer)
def set_staging_status(body: StatusRequest, request: Request, services: ToReview) -> dict[str, Any]:
    """All or nothing: an unknown id or a wrong value is named in ``errors``, and none is changed."""
    changes = services.dual_status.set_status(
        body.document_ids, body.status, realm_id=services.realm_id, correlation_id=as_correlation_id(request)
    )
    queued = [change for change in changes if change.is_queued_now]
    if queued:
        request.app.state.ask_for_run()
    return {
        "updated": sum(change.staging_before is not change.staging_status for change in changes),
        "queued": len(queued),
        "taken_back": sum(change.is_taken_back for change in changes),
        "documents": changes,
    }
