"""One job: where it stands, what each stage did, what came of it, and the one thing that is to be done."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form, Query
from starlette.responses import Response

from pipeline_core.api.console.findings import grouped
from pipeline_core.api.console.people import People
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.timeline import attempts, timeline
from pipeline_core.api.console.visits import ToContribute, ToLook, Visit, own_path
from pipeline_core.api.exporting import export_answer
from pipeline_core.domain.errors import explain
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import JobState, Outcome
from pipeline_core.domain.rows.details import JobDetail, ParkedShown
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.rows.waiting import WaitingKind, WaitingRow
from pipeline_core.domain.standing import doing
from pipeline_core.domain.wording import counted, dated
from pipeline_core.review.decisions import Decision
from pipeline_core.services.export_formats import Format

router = console_router()
_MOST_EVENTS = 2000
_SHOWN_EVENTS = 60


@router.get("/jobs/{job_id}")
def job_page(job_id: UUID, visit: ToLook) -> Response:
    """Show a job."""
    views = visit.services.views
    job = views.job_detail(JobId(job_id))
    [document] = views.jobs(visit.services.realm_id, document_ids=[job.document_id])
    _, events, _ = views.job_events(JobId(job_id), limit=_MOST_EVENTS)
    now = datetime.now(UTC)
    waits = views.waiting_page([visit.services.realm_id], ids=[job_id], limit=1)
    found = views.findings(visit.services.realm_id, JobId(job_id)).findings
    vanished = visit.services.sources.vanished(visit.services.realm_id, document_id=job.document_id)
    stages, _ = views.document_costs(visit.services.realm_id, job.document_id)
    return visit.page(
        "job.html",
        section="Documents",
        job=job,
        document=document,
        stands=stands(job, document, waits, visit.people),
        waits=waits[0] if waits else None,
        vanished=vanished[0] if vanished else None,
        timeline=timeline(attempts(events, now, is_running=job.state == JobState.WORKING), job.stages),
        events=list(reversed(events))[:_SHOWN_EVENTS],
        files=views.files(job.document_id),
        costs=stages,
        groups=grouped(visit, found, job.document_id, crops=0),
        has_pictures=bool(found) and views.original(DocumentId(job.document_id)).has_pictures,
        error=explain(job.last_error) if job.last_error else None,
        can_acknowledge=job.outcome == Outcome.PUBLISHED and not job.acknowledged and job.published_at is not None,
        can_withdraw=job.published_at is not None
        and job.state is not JobState.WORKING
        and document.job_id == job.job_id,
        parked_withdrawal=_withdrawal(job),
        run_url=_run_url(visit, job),
        asks_for_login=visit.services.pipeline.prefect_asks_for_login,
    )


@router.post("/jobs/{job_id}/retry")
def retry(job_id: UUID, visit: ToContribute, return_to: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Queue a job that failed again; what was done before is reused."""
    state = visit.services.views.job_state(JobId(job_id))
    again = visit.services.retry(state.document_id, from_stage=None, by=visit.services.person.shown)
    visit.request.app.state.ask_for_run()
    return visit.go(own_path(return_to, f"/jobs/{again}"), said="It is queued again; what was done before is reused.")


@router.get("/documents/{document_id}/export")
def export(document_id: UUID, visit: ToLook, form: Annotated[Format, Query(alias="format")] = Format.JSON) -> Response:
    """Hand out what is published of a document; by who may do more than look, that completes its last phase."""
    return export_answer(visit.services, DocumentId(document_id), form)


@router.post("/jobs/{job_id}/acknowledge")
def acknowledge(job_id: UUID, visit: ToContribute) -> Response:
    """Complete phase 6 of what is published."""
    visit.services.acknowledge(JobId(job_id), realm_id=visit.services.realm_id)
    return visit.go(f"/jobs/{job_id}", said="Its publication is acknowledged: the last phase is complete.")


def stands(job: JobDetail, document: DocumentJob, waits: Sequence[WaitingRow], people: People) -> str:
    """Say in one sentence where a job stands."""
    if parked := _withdrawal(job):
        by = people.who(parked.by, start=True)
        if parked.decision == Decision.REVERT:
            return f"{by} decided to revert it: an earlier version comes back at {parked.due_at:%H:%M:%S %Z}."
        return f"{by} decided to withdraw it: it leaves production at {parked.due_at:%H:%M:%S %Z}."
    if waits and waits[0].kind is WaitingKind.VANISHED:
        return waits[0].reason
    match job.state:
        case JobState.QUEUED if job.last_error:
            return f"It waits: {explain(job.last_error).page_message}"
        case JobState.QUEUED if job.is_stopped:
            return "It has stopped behind a stage that was run by itself; a retry lets it go on."
        case JobState.QUEUED:
            return "It waits for a worker."
        case JobState.WORKING:
            work = job.stage.row.work
            return doing(work) if work else "It is on its way."
        case JobState.RETRYABLE:
            return f"It failed for the {_ordinal(job.retry_count)} time, and is tried again by itself."
        case JobState.AWAITING_REVIEW:
            parked = job.parked
            if parked and parked.is_due:
                by = people.who(parked.by, start=True)
                return f"{by} decided “{parked.decision}”: it is carried out at {parked.due_at:%H:%M:%S %Z}."
            return waits[0].reason if waits else "It waits for a person."
        case JobState.DEADLETTER:
            return "It failed for good: nothing new of it is published."
        case _:
            return _done(job, document, people)


def _done(job: JobDetail, document: DocumentJob, people: People) -> str:
    if job.outcome == Outcome.REJECTED:
        return "It was rejected: nothing new of it is published."
    if job.outcome == Outcome.WITHDRAWN:
        return "It was withdrawn: nothing of it is in production. A retry publishes it again."
    if job.outcome == Outcome.SUPERSEDED:
        return "A newer version took its place before it was published."
    if job.published_at is None:
        return "It was published, and is not any more."
    done = f"It is published with {counted(document.facts, 'fact')}"
    if job.acknowledged:
        how = "downloaded" if job.acknowledged.reason == "download" else "acknowledged"
        return f"{done}; {people.who(job.acknowledged.by)} {how} it on {dated(job.acknowledged.at)}."
    return f"{done}."


def _withdrawal(job: JobDetail) -> ParkedShown | None:
    """The withdrawal or reversion that is parked, if one is."""
    parked = job.parked
    of_published = (Decision.WITHDRAW, Decision.REVERT)
    return parked if parked and parked.is_due and parked.decision in of_published else None


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _run_url(visit: Visit, job: JobDetail) -> str:
    """The address of its flow run, where Prefect's pages are known."""
    return visit.services.pipeline.prefect_run(job.flow_run_id) if job.flow_run_id else ""
