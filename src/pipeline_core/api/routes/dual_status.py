"""The dual status: many documents set at once, and what is selected queued for a deep scan."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, model_validator

from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.api.deps import ToReview
from pipeline_core.api.document_filters import Matching
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.domain.dual_status import StagingStatus
from pipeline_core.domain.rows.queue import StatusChange
from pipeline_core.services.dual_status import effect_of_changes

router = APIRouter(prefix="/api/v3/documents", tags=["documents"])
_MOST_TOLD = 1000


class StatusRequest(Body):
    """Documents, by their ids or by a filter that they match, and their new status."""

    model_config = example({"document_ids": ["023749cf-c6c3-502c-b4c5-24342f679aba"], "status": "Selected"})

    document_ids: list[str] | None = Field(default=None, min_length=1, max_length=_MOST_TOLD)
    matching: Matching | None = Field(default=None, description="All documents of the realm that match, instead of ids")
    expected: int | None = Field(
        default=None,
        ge=0,
        strict=True,
        description="With `matching`: the `total` that the list said; if as many do not match now, nothing is changed",
    )
    status: str = Field(max_length=40, description=f"One of: {', '.join(StagingStatus)}")

    @model_validator(mode="after")
    def _either(self) -> "StatusRequest":
        if (self.document_ids is None) == (self.matching is None):
            raise ValueError("either `document_ids` or `matching` says which documents are meant")
        if self.expected is not None and self.matching is None:
            raise ValueError("`expected` goes with `matching`")
        return self


class StatusAnswer(BaseModel):
    """The changes, and how many documents are now queued for a deep scan."""

    updated: int
    queued: int = Field(description="Deep scans that were queued")
    taken_back: int = Field(description="Deep scans that were cancelled before they began")
    under_way: int = Field(description="Deep scans that have begun, and go on though their document is not selected")
    documents: list[StatusChange] = Field(description="The first 1,000 of them")


@router.put(
    "/staging/status",
    summary="Set the status of many documents",
    response_model=StatusAnswer,
    responses=responses(409),
)
def set_staging_status(body: StatusRequest, request: Request, services: ToReview) -> dict[str, Any]:
    """All or nothing: an unknown id or a wrong value is named in `errors`, and none is changed."""
    given: dict[str, Any] = {"realm_id": services.realm_id, "correlation_id": as_correlation_id(request)}
    if body.matching is not None:
        changes = services.dual_status.set_matching(
            body.matching.filter(), body.status, expected=body.expected, **given
        )
    else:
        changes = services.dual_status.set_status(body.document_ids or [], body.status, **given)
    effect = effect_of_changes(changes)
    if effect.queued:
        request.app.state.ask_for_run()
    return {
        "updated": effect.updated,
        "queued": effect.queued,
        "taken_back": effect.taken_back,
        "under_way": effect.under_way,
        "documents": changes[:_MOST_TOLD],
    }
