"""The state of the realms on one page: documents by phase, dead letters, throughput, and the seconds of each stage."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from pipeline_core.api.auth import CurrentUser
from pipeline_core.api.deps import InEachRealm, OwnServices
from pipeline_core.api.realm_events import LARGEST_ID, follow_realms
from pipeline_core.domain.errors import over_http
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.lifecycle import PHASES
from pipeline_core.domain.rows.jobs import JobError
from pipeline_core.domain.rows.overview import (
    Bucket,
    DeadCode,
    DeadDocument,
    PhaseCount,
    StageSeconds,
    Throughput,
)

router = APIRouter(prefix="/api/v2", tags=["overview"])


@dataclass(frozen=True, slots=True)
class NamedPhase(PhaseCount):
    """Documents in a phase, by the state of their newest job."""

    name: str


class DeadLetters(BaseModel):
    """Documents that failed for good."""

    total: int
    by_code: list[DeadCode]
    newest: list[DeadDocument] = Field(description="The newest ten")


class OverviewAnswer(BaseModel):
    """The state of everything at a glance."""

    phases: list[NamedPhase] = Field(description="0 to 6, each with its documents")
    completed: int = Field(description="Documents that were downloaded or acknowledged: they have left phase 6")
    waiting: int = Field(description="Documents and question banks that wait for a person")
    published_today: int = Field(description="Documents published since midnight (UTC)")
    dead_letters: DeadLetters
    throughput: list[Throughput]
    stages: list[StageSeconds] = Field(description="From the newest 1,000 runs of each stage in these days")


@router.get("/overview", summary="Show where everything stands", response_model=OverviewAnswer)
def overview(
    realms: InEachRealm,
    days: Annotated[int, Query(ge=1, le=90, description="Number of days (UTC), including today")] = 7,
    by: Annotated[Bucket, Query(description="Throughput by `day` or `hour`")] = Bucket.DAY,
) -> dict[str, Any]:
    """Documents by phase, dead letters with what to do, throughput, and how long each stage takes."""
    realm_ids, views = [one.realm_id for one in realms], realms[0].views
    found = views.overview(realm_ids, days=days, by=by)
    newest = [replace(one, last_error=cast("JobError", over_http(one.last_error))) for one in found.dead]
    return {
        "phases": [NamedPhase(**one, name=PHASES[one.phase]) for one in found.phases],
        "completed": found.completed,
        "waiting": views.waiting_total(realm_ids),
        "published_today": found.published_today,
        "dead_letters": {
            "total": sum(one.jobs for one in found.dead_codes),
            "by_code": found.dead_codes,
            "newest": newest,
        },
        "throughput": found.throughput,
        "stages": found.stages,
    }


def _named(
    services: OwnServices,
    realm: Annotated[
        list[Annotated[str, Field(max_length=200)]] | None,
        Query(max_length=50, description="Only of these realms, by id or name. Default: all of yours"),
    ] = None,
) -> list[RealmId]:
    return [services.realms.find(one).realm_id for one in realm or ()]


@router.get(
    "/events",
    summary="Follow everything",
    response_class=EventSourceResponse,
    responses={200: {"description": "Server-sent events, without an end", "content": {"text/event-stream": {}}}},
)
async def follow_events(
    request: Request,
    services: OwnServices,
    user: CurrentUser,
    named: Annotated[list[RealmId], Depends(_named)],
    last_event_id: Annotated[str | None, Header(description="Continue after this event", max_length=20)] = None,
) -> EventSourceResponse:
    """Events of jobs, reviews, batches and documents in all your realms from now on, or after `Last-Event-ID`.

    The name of each is `jobs`, `review`, `batches`, `documents` or `realm`. It ends with the token; a user has only so
    many open."""
    after = min(int(last_event_id), LARGEST_ID) if last_event_id and last_event_id.isdecimal() else None
    return await follow_realms(services, request.app.state.event_hub, named=named, after=after, until=user.until)
