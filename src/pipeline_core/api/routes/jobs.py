"""Jobs: where they stand, what happened to them, and trying again."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from sse_starlette import EventSourceResponse

from pipeline_core.api.auth import CurrentUser
from pipeline_core.api.deps import InEachRealm, RowServices, Services, ToContribute
from pipeline_core.api.examples import example
from pipeline_core.api.job_events import follow
from pipeline_core.api.known_names import Body
from pipeline_core.api.limits import LimitPolls
from pipeline_core.api.pagination import Page, PageCursor
from pipeline_core.api.problems import responses
from pipeline_core.domain.errors import over_http
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.domain.rows import details
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.domain.rows.findings import JobFindings
from pipeline_core.domain.rows.jobs import Job, JobError
from pipeline_core.review.decisions import Decision
from pipeline_core.services.acknowledge import Acknowledged
from pipeline_core.services.foresee_facts import Foreseen
from pipeline_core.services.read_again import Again
from pipeline_core.services.retry_all import Which

_LARGEST_ID = 2**63 - 1
_MOST_FORESEEN = 50
J = TypeVar("J", bound=Job)
router = APIRouter(prefix="/api/v2/jobs", tags=["jobs"])


@dataclass(frozen=True, slots=True)
class Parked(ParkedShown):
    """A decision that is carried out at ``due_at`` unless it is undone before; by the database's clock."""

    decision: Decision
    undo_url: Annotated[str, Field(description="A POST to it takes the decision back")]


@dataclass(frozen=True, slots=True)
class JobDetail(details.JobDetail):
    """A job with its stages and what validation found."""

    parked: Annotated[
        Parked | None, Field(description="The decision about it that can be taken back, or that was refused")
    ]


class RetryRequest(Body):
    """From where to try again."""

    model_config = example({"from_stage": "chunker"})

    from_stage: StageName | None = Field(
        None, description="Default: where it failed, or the beginning for a finished job"
    )


class RetryAnswer(BaseModel):
    """The job is in the queue again."""

    job_id: UUID
    document_id: UUID
    status_url: str


@router.get("", summary="List jobs", response_model=Page[Job])
def list_jobs(
    realms: InEachRealm,
    cursor: PageCursor,
    state: Annotated[list[JobState] | None, Query(description="Only jobs in these states")] = None,
    document_id: Annotated[UUID | None, Query(description="Only jobs of this document")] = None,
) -> dict[str, Any]:
    """Jobs of the realms, newest first."""
    rows = realms[0].views.jobs_page(
        [one.realm_id for one in realms],
        states=[str(one) for one in state or ()] or None,
        document_id=DocumentId(document_id) if document_id else None,
        before=cursor.before,
        limit=cursor.limit + 1,
    )
    return cursor.page([_told(row) for row in rows], lambda row: (row.created_at, row.job_id))


class RetryAllRequest(Body):
    """The dead letters to start again: with no field set, all of the realm's."""

    model_config = example({"code": "store_full", "since": "2026-11-29T03:00:00Z"})

    code: str | None = Field(None, max_length=100, description="Only those whose `last_error` has this code")
    since: AwareDatetime | None = Field(None, description="Only those that failed since then")
    from_stage: StageName | None = Field(None, description="For jobs that got this far; others start where they failed")
    published: bool = Field(
        False, description="Published documents are read again too, from `from_stage`; people's decisions are kept"
    )
    preview: bool = Field(False, description="Only count them and show what would change")

    @model_validator(mode="after")
    def _from_somewhere(self) -> "RetryAllRequest":
        if self.published and (self.from_stage is None or self.code or self.since):
            raise ValueError("`published` needs `from_stage` and cannot be combined with `code` or `since`")
        return self


class ForeseenNumbers(BaseModel):
    """Counts of facts that reading again would change, not counting facts left out. Comparison with other documents'
    facts comes afterwards."""

    stay: int = Field(description="Facts that are found again, or that somebody decided on")
    come: int = Field(description="New ones")
    go: int = Field(description="Facts that are no longer found")
    newly_left_out: int = Field(description="Facts that would be left out, for example by a higher `publish_from`")
    taken_in: int = Field(description="Facts that are left out now and would no longer be")
    asked: int = Field(description="Facts that a person would then be asked about")
    left_out_before: int = Field(description="All facts that are left out now")
    left_out: int = Field(description="All facts that would be left out then")
    decisions: int = Field(description="People's decisions on single facts, which are kept")


class ForeseenDocument(ForeseenNumbers):
    """The changes to the facts of one document; `unknown` says why they cannot be foreseen."""

    document_id: UUID
    filename: str
    unknown: str | None


class ForeseenChanges(ForeseenNumbers):
    """The changes that reading again would make, in total and by document."""

    documents: list[ForeseenDocument]
    not_looked_at: int = Field(description="Further documents; a request looks at no more than 50")


class RetryAllAnswer(BaseModel):
    """Counts of dead letters that matched, by error code, and of those queued again."""

    matched: int
    retried: int
    by_code: dict[str, int]
    published: int = Field(description="Published documents that matched")
    left_alone: int = Field(
        description="Published documents left alone: under way, waiting for a person, or read by a deep scan"
    )
    changes: ForeseenChanges | None = Field(description="With `preview` and `published`, from `fact-generator`")


@router.post("/retry", status_code=202, summary="Retry dead letters")
def retry_all_jobs(request: Request, services: ToContribute, body: RetryAllRequest | None = None) -> RetryAllAnswer:
    """Queue the user's dead letters again, all at once: all of them, those of one code, or those since a moment.

    With `published` what is published is read again as well: ask with `preview` first what would change."""
    wanted = body or RetryAllRequest()  # type: ignore[call-arg]
    which = Which(wanted.code, wanted.since)
    if wanted.preview:
        found, retried = services.retry_all.preview(services.realm_id, which), 0
    else:
        found = services.retry_all(services.realm_id, which, from_stage=wanted.from_stage, by=services.person.shown)
        retried = len(found.document_ids)
    again, changes = Again([], 0, 0), None
    if wanted.published and wanted.from_stage:
        again, changes = _published(services, wanted.from_stage, preview=wanted.preview)
        retried += 0 if wanted.preview else len(again.document_ids)
    if retried:
        request.app.state.ask_for_run()
    return RetryAllAnswer(
        matched=len(found.document_ids) + len(again.document_ids),
        retried=retried,
        by_code=dict(found.by_code),
        published=len(again.document_ids),
        left_alone=again.waiting + again.scanned,
        changes=ForeseenChanges.model_validate(changes.as_json()) if changes else None,
    )


def _published(services: Services, stage: StageName, *, preview: bool) -> tuple[Again, Foreseen | None]:
    if not preview:
        return services.read_again(services.realm_id, stage, by=services.person.shown), None
    again = services.read_again.which(services.realm_id)
    if stage is not StageName.FACT_GENERATOR:
        return again, None
    return again, services.read_again.preview(again.document_ids, stage, most=_MOST_FORESEEN)


@router.get("/{job_id}", summary="Get a job", response_model=JobDetail, dependencies=[LimitPolls])
def get_job(job_id: UUID, services: RowServices) -> dict[str, Any]:
    """Progress, timings, findings, cost and the last error of one job."""
    job = _told(services.views.job_detail(JobId(job_id)))
    return {**job, "parked": parked_answer(job_id, job.parked) if job.parked else None}


def parked_answer(job_id: UUID, parked: ParkedShown) -> Parked:
    """A parked decision, as a client of the API is told of it."""
    error = _over_http(parked.error) if parked.error else None
    undo_url = f"/api/job/{job_id}/undo"
    return Parked(Decision(parked.decision), parked.by, parked.taken_at, parked.due_at, error, undo_url)


def _told(job: J) -> J:
    """The job with its error's advice for a client of this API."""
    return replace(job, last_error=_over_http(job.last_error)) if job.last_error else job


def _over_http(error: JobError) -> JobError:
    return cast("JobError", over_http(error))


@router.post("/{job_id}/retry", status_code=202, summary="Retry a job", responses=responses(409))
def retry_job(job_id: UUID, request: Request, services: ToContribute, body: RetryRequest | None = None) -> RetryAnswer:
    """Queue a finished or dead job again, from any stage that it has been at; what was done before is reused."""
    state = services.views.job_state(JobId(job_id))
    again = services.retry(state.document_id, from_stage=body.from_stage if body else None, by=services.person.shown)
    request.app.state.ask_for_run()
    return RetryAnswer(
        job_id=again,
        document_id=state.document_id,
        status_url=str(request.url_for("get_job", job_id=again).path),
    )


@router.get("/{job_id}/findings", summary="List a job's findings")
def list_findings(job_id: UUID, services: Services) -> JobFindings:
    """The findings of validation, each with its places: the facts, chunks and pages that it is about."""
    return services.views.findings(services.realm_id, JobId(job_id))


@router.post(
    "/{job_id}/acknowledge",
    summary="Acknowledge a published document",
    responses=responses(422),
)
def acknowledge_job(job_id: UUID, services: ToContribute) -> Acknowledged:
    """Complete phase 6 of a published job without an export; doing it again changes nothing."""
    return services.acknowledge(JobId(job_id), realm_id=services.realm_id)


@router.get(
    "/{job_id}/events",
    summary="Follow a job",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "Server-sent events; the last is `end` or `gone`", "content": {"text/event-stream": {}}},
    },
)
async def follow_job(
    job_id: UUID,
    services: Services,
    user: CurrentUser,
    last_event_id: Annotated[str | None, Header(description="Continue after this event", max_length=20)] = None,
) -> EventSourceResponse:
    """The job's events as they happen, from the first or after ``Last-Event-ID``; ends when the job
    has ended (`end`), when it is no more (`gone`), and with the token. A user has only so many open at a time."""
    after = min(int(last_event_id), _LARGEST_ID) if last_event_id and last_event_id.isdecimal() else 0
    return await follow(services, JobId(job_id), after, user.until)
