"""Validation review: what the rules found, with its places beside each other, and the two ways to go on."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.evidence import image_url
from pipeline_core.api.console.findings import grouped
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, ToReview, Visit
from pipeline_core.api.console.whole_document import decided, park
from pipeline_core.domain.errors import ReasonTooShortError
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobStage, JobState
from pipeline_core.domain.reasons import BLANK, MIN_REASON
from pipeline_core.domain.review import Seen
from pipeline_core.domain.rows.details import JobDetail
from pipeline_core.review.decisions import Decision, Request

router = console_router()
PATH = REVIEW_PAGES[4].format("{job_id}")
_BLANK = re.sub(r"\\U000([0-9a-f]{5})", r"\\u{\1}", BLANK.pattern)
"""What is not counted of a reason, as scripts write it."""
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
        return park(visit, job_id, _asked(visit, Decision.OVERRIDE, reason, version), PATH.format(job_id=job_id))
    except ReasonTooShortError as error:
        return _show(visit, job_id, "override.html", 422, typed=reason, wrong=error.message)


@router.post(PATH + "/return")
def return_to_matching(visit: ToReview, job_id: UUID, version: Version, reason: Reason = "") -> Response:
    """Have the document's facts decided one by one again."""
    document_id = visit.services.views.job_state(JobId(job_id)).document_id
    visit.services.review.decide(document_id, _asked(visit, Decision.RETURN, reason, version))
    return visit.go(REVIEW_PAGES[2].format(job_id), said="Back in matching review: reject or edit what is wrong.")


@router.post(PATH + "/reject")
def reject(visit: ToReview, job_id: UUID, version: Version, reason: Reason = "") -> Response:
    """Publish nothing new of the document."""
    return park(visit, job_id, _asked(visit, Decision.REJECT, reason, version), PATH.format(job_id=job_id))


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
        job_has_pictures=services.views.original(DocumentId(job.document_id)).has_pictures,
        small_page=lambda number: image_url(job.document_id, number, small=True),
        is_open=is_open,
        may_decide=is_open and visit.may("reviewer"),
        decided="" if is_open else decided(visit, job.document_id, job.parked),
        is_parked=_parked(job),
        review_url=REVIEW_PAGES[2].format(job_id) if job.stage is JobStage.MATCHING_REVIEW else "",
        least=MIN_REASON,
        blank=_BLANK,
        **{"typed": "", "wrong": "", **more},
    )


def _parked(job: JobDetail) -> bool:
    return job.parked is not None and job.parked.is_due


def _asked(visit: Visit, decision: Decision, reason: str, version: int) -> Request:
    """The decision that is asked for, about the document as it was seen."""
    return Request(decision, visit.reviewer(reason), expected=Seen(JobStage.VALIDATION_REVIEW, version))
