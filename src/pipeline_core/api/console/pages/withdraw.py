"""Withdrawing a document: what would leave production, why, and taking that back."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToReview
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobState
from pipeline_core.domain.reasons import MIN_REASON
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.review.parking import MOST_S

router = console_router()
PATH = "/jobs/{job_id}/withdraw"
Reason = Annotated[str, Form(max_length=20_000)]


@router.get(PATH)
def confirm(job_id: UUID, visit: ToReview) -> Response:
    """Show what would leave production with a document, before it does."""
    job = visit.services.views.job_detail(JobId(job_id))
    [leaving] = visit.services.withdraw.foresee([job.document_id], by=visit.reviewer())
    vanished = visit.services.sources.vanished(visit.services.realm_id, document_id=job.document_id)
    asked = next((row for row in vanished if row.decision is None), None)
    return visit.page(
        "withdraw.html",
        section="Documents",
        job=job,
        leaving=leaving,
        vanished=asked,
        least=MIN_REASON,
        window=MOST_S,
    )


@router.post(PATH)
def withdraw(job_id: UUID, visit: ToReview, reason: Reason = "") -> Response:
    """Take a document out of production in ten seconds, unless it is taken back."""
    document_id = visit.services.views.job_state(JobId(job_id)).document_id
    by = replace(visit.reviewer(), reason=reason.strip())
    kept, foreseen = visit.services.parking.park(document_id, Request(Decision.WITHDRAW, by), MOST_S)
    return visit.go(f"/jobs/{job_id}", said=f"At {kept.due_at:%H:%M:%S} UTC it is withdrawn: {foreseen.message}.")


@router.post("/jobs/{job_id}/keep")
def keep(job_id: UUID, visit: ToReview, reason: Reason = "") -> Response:
    """Let a document whose file has vanished stay published."""
    document_id = visit.services.views.job_state(JobId(job_id)).document_id
    by = replace(visit.reviewer(), reason=reason.strip())
    decided = visit.services.review.decide(document_id, Request(Decision.KEEP, by))
    return visit.go(f"/jobs/{job_id}", said=f"{decided.message}.")


@router.post("/jobs/{job_id}/take-back")
def take_back(job_id: UUID, visit: ToReview) -> Response:
    """Take back the decision about the document before it is carried out, and lead to where it was taken."""
    state = visit.services.views.job_state(JobId(job_id))
    visit.services.parking.undo(state.document_id, by=visit.reviewer())
    if state.state is not JobState.AWAITING_REVIEW:
        return visit.go(f"/jobs/{job_id}", said="The decision is taken back: it stays published as it is.")
    page = REVIEW_PAGES[state.stage.row.phase].format(job_id)
    return visit.go(page, said="The decision is taken back: the document waits as before.")
