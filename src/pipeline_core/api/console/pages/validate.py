"""Validation review: what the rules found, with its places beside each other, and the two ways to go on."""

from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.evidence import image_url
from pipeline_core.api.console.findings import grouped
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, ToReview, Visit
from pipeline_core.domain.errors import ReasonTooShortError
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobStage, JobState
from pipeline_core.domain.reasons import MIN_REASON
from pipeline_core.domain.review import OfDocument, Seen
from pipeline_core.domain.rows.details import JobDetail
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.review.document_scope import DECISIONS, in_words
from pipeline_core.review.parking import MOST_S

router = console_router()
PATH = REVIEW_PAGES[4].format("{job_id}")
Reason = Annotated[str, Form(max_length=20_000)]
Version = Annotated[int, Form()]


@router.get(PATH)
def validate(visit: ToLook, job_id: UUID) -> Response:
    """Show the findings, grouped by severity."""
    return _show(visit, job_id, "validate.html")


@router.get(PATH + "/override")
def override_page(visit: ToReview, job_id: UUID) -> Response:
    """Ask for the reason on a page of its own, where no dialog opens."""
    return _show(visit, job_id, "override.html")


@router.post(PATH + "/override")
def override(visit: ToReview, job_id: UUID, version: Version, reason: Reason = "") -> Response:
    """Go on despite the findings, with a reason that stays in the record; what was typed stays if it is too short."""
    try:
        return _park(visit, job_id, Decision.OVERRIDE, reason, version, "goes on despite its findings")
    except ReasonTooShortError as error:
        return _show(visit, job_id, "override.html", 422, typed=reason, wrong=error.message)


@router.post(PATH + "/return")
def return_to_matching(visit: ToReview, job_id: UUID, version: Version, reason: Reason = "") -> Response:
    """Have the document's facts decided one by one again."""
    document_id, request = _asked(visit, job_id, Decision.RETURN, reason, version)
    visit.services.review.decide(document_id, request)
    return visit.go(REVIEW_PAGES[2].format(job_id), said="Back in matching review: reject or edit what is wrong.")


@router.post(PATH + "/reject")
def reject(visit: ToReview, job_id: UUID, version: Version, reason: Reason = "") -> Response:
    """Publish nothing new of the document."""
    return _park(visit, job_id, Decision.REJECT, reason, version, "is rejected: nothing new of it is published")


def _show(visit: Visit, job_id: UUID, template: str, status: int = 200, **more: Any) -> Response:
    services = visit.services
    job = services.views.job_detail(JobId(job_id))
    found = services.views.findings(services.realm_id, JobId(job_id))
    is_open = job.state is JobState.AWAITING_REVIEW and job.stage is JobStage.VALIDATION_REVIEW and not _parked(job)
    groups = grouped(visit, found.findings or found.returned_for, job.document_id)
    critical = sum(len(group.findings) for group in groups if group.severity is Severity.CRITICAL)
    return visit.page(
        template,
        status,
        job=job,
        groups=groups,
        critical=critical,
        next_url=_next_url(visit, job_id),
        job_has_pictures=services.views.original(DocumentId(job.document_id)).has_pictures,
        small_page=lambda number: image_url(job.document_id, number, small=True),
        is_open=is_open,
        may_decide=is_open and visit.may("reviewer"),
        decided="" if is_open else _decided(visit, job),
        is_parked=_parked(job),
        review_url=REVIEW_PAGES[2].format(job_id) if job.stage is JobStage.MATCHING_REVIEW else "",
        least=MIN_REASON,
        **{"typed": "", "wrong": "", **more},
    )


def _parked(job: JobDetail) -> bool:
    return job.parked is not None and job.parked.is_due


def _decided(visit: Visit, job: JobDetail) -> str:
    """Say who decided what about a document that does not wait here any more; "" where nobody did."""
    if job.parked is not None and job.parked.is_due:
        due = job.parked.due_at.astimezone(UTC)
        by = visit.people.who(job.parked.by, start=True)
        return f"{by} decided “{job.parked.decision}”; it is carried out at {due:%H:%M:%S} UTC"
    past = visit.services.review.history(OfDocument(DocumentId(job.document_id)), visit.services.realm_id)
    last = next((one for one in reversed(past) if one.code in DECISIONS), None)
    return visit.people.sentence(in_words(last)) if last else ""


def _next_url(visit: Visit, job_id: UUID) -> str:
    """The page of what has waited longest besides this document; "" if nothing does."""
    waiting = visit.services.views.waiting_page([visit.services.realm_id], limit=2)
    own = REVIEW_PAGES[4].format(job_id)
    return next((row.page for row in waiting if row.page != own), "")


def _asked(visit: Visit, job_id: UUID, decision: Decision, reason: str, version: int) -> tuple[DocumentId, Request]:
    """The decision that is asked for, about the document as it was seen."""
    document_id = visit.services.views.job_state(JobId(job_id)).document_id
    expected = Seen(JobStage.VALIDATION_REVIEW, version)
    return document_id, Request(decision, visit.reviewer(reason), expected=expected)


def _park(visit: Visit, job_id: UUID, decision: Decision, reason: str, version: int, what: str) -> Response:
    """Decide, with some seconds to take it back, and lead to the next document that waits, or to the dashboard."""
    services = visit.services
    document_id, request = _asked(visit, job_id, decision, reason, version)
    kept, _ = services.parking.park(document_id, request, MOST_S)
    name = services.views.job_detail(JobId(job_id)).filename
    due = kept.due_at.astimezone(UTC)
    said = f"{name} {what}, from {due:%H:%M:%S} UTC on: until then it can be taken back. "
    following = _next_url(visit, job_id)
    if not following:
        return visit.go(REVIEW_PAGES[4].format(job_id), said=said + "Nothing else waits.")
    return visit.go(f"{following}?before={job_id}", said=said + "This one has waited longest since.")
