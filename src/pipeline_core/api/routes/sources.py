"""Sources: folders, S3 prefixes and websites that the realm is kept in step with."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field, JsonValue

from pipeline_core.api.deps import Services, ToAdminister, ToContribute, ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.domain.lifecycle import Profile, Workflow
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.sources import SourceItemRow, SourceRow, SourceRunRow, VanishedRow
from pipeline_core.domain.source_plans import kind_of
from pipeline_core.domain.sources import Change, Removal, RunDecision, SourceKind, Vanished
from pipeline_core.domain.wished import LOWEST_PRIORITY, USUAL_PRIORITY
from pipeline_core.services.kept_sources import Changes
from pipeline_core.services.source_schedules import SourceSaid
from pipeline_core.services.sync_source import Synced

router = APIRouter(prefix="/api/v2/sources", tags=["sources"])

Named = Annotated[str, Path(min_length=1, max_length=200, description="The source, by name or id")]
Name = Annotated[str, Field(min_length=1, max_length=200, description="Unique in the realm")]
Uri = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20_000,
        description="A folder or `s3://bucket/prefix?endpoint=URL`, where the operator allows it, or addresses of "
        "websites and sitemaps with blanks between",
    ),
]
Pattern = Annotated[str, Field(min_length=1, max_length=200)]
Patterns = Annotated[list[Pattern], Field(max_length=50, description="`*` matches anything, folders too")]
Grace = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=3650), description="How long after that")]
Every = Annotated[
    timedelta,
    Field(ge=timedelta(minutes=1), le=timedelta(days=366), description="Time between the starts of two syncs"),
]
_PLANNED = 1000


class Choices(Body):
    """Processing of the documents of a source."""

    workflow: Workflow | None = None
    profile: Profile | None = None
    priority: Annotated[int, Field(ge=LOWEST_PRIORITY, le=USUAL_PRIORITY, strict=True)] | None = None


class NewSource(Body):
    """A place to keep in step with."""

    model_config = example(
        {"name": "site", "uri": "https://www.example.org/sitemap.xml", "include": ["*.pdf"], "every": "P1D"}
    )

    name: Name
    uri: Uri
    kind: SourceKind | None = Field(None, description="Default: what the address looks like")
    include: Patterns = Field(default_factory=list)
    exclude: Patterns = Field(default_factory=list)
    vanished: Vanished = Field(Vanished.WITHDRAW, description="What becomes of a document whose last file has vanished")
    grace: Grace = timedelta(days=1)
    every: Every | None = None
    choices: Choices = Choices()


class SourceChange(Body):
    """Changes to a source; what is left out stays as it is."""

    model_config = example({"every": "PT6H", "paused": False})

    name: Name | None = None
    uri: Uri | None = None
    include: Patterns | None = None
    exclude: Patterns | None = None
    vanished: Vanished | None = None
    grace: Grace | None = None
    every: Every | None = Field(None, description="Null: only when somebody asks")
    paused: bool | None = Field(None, description="Let its schedule rest")
    choices: Choices | None = None


class SyncRequest(Body):
    """A sync, or only its plan."""

    model_config = example({"dry_run": True})

    dry_run: bool = Field(False, description="Only tell what a sync would do")


class SyncAsked(BaseModel):
    """A sync was asked for: the run that will do it, in Prefect. `GET …/runs` lists it once it has begun."""

    flow_run_id: UUID


class PlannedFile(BaseModel):
    """A file that is not as it was."""

    change: Change
    name: str
    uri: str
    was: str | None = Field(description="The name from which it was moved")
    error: dict[str, JsonValue] | None


class SyncPlan(BaseModel):
    """A plan: how many files became what, and those that are not as they were, at most 1,000."""

    plan: dict[Change, int]
    waits: bool = Field(description="So much is missing that a person would be asked")
    files: list[PlannedFile]


class VanishingDecision(Body):
    """An answer to what is missing."""

    model_config = example({"decision": "refused", "reason": "The disk was not mounted."})

    decision: Literal[RunDecision.CONFIRMED, RunDecision.REFUSED]
    reason: str = Field("", max_length=2000)


@router.get("", summary="List sources")
def list_sources(services: Services) -> list[SourceRow]:
    """The sources of the realm by name, each with its last sync."""
    return list(services.sources.list(services.realm_id))


@router.post("", status_code=201, summary="Add a source", responses=responses(409))
def add_source(body: NewSource, services: ToAdminister) -> SourceSaid:
    """Add a source; nothing is read yet. `note` says why its schedule could not be set, which is done again by
    itself."""
    said = body.model_dump(exclude={"name", "uri", "kind", "choices"})
    choices = body.choices.model_dump(mode="json", exclude_none=True)
    kind = body.kind or kind_of(body.uri)
    added = services.sources.add(services.realm_id, kind, body.name, body.uri, choices=choices, **said)
    return SourceSaid.of(added, services.follow_schedule(added))


@router.get("/{source_id}", summary="Get a source")
def get_source(source_id: Named, services: Services) -> SourceRow:
    """A source, and how it stands."""
    return services.sources.show(services.realm_id, source_id)


@router.patch("/{source_id}", summary="Change a source", responses=responses(409))
def change_source(source_id: Named, body: SourceChange, services: ToAdminister) -> SourceSaid:
    """Change a source; its schedule follows, now or as soon as Prefect answers (`note`)."""
    said: Changes = body.model_dump(exclude_unset=True)  # type: ignore[assignment]
    given: dict[str, Any] = {name: value for name, value in said.items() if value is not None or name == "every"}
    if body.choices is not None:
        given["choices"] = body.choices.model_dump(mode="json", exclude_none=True)
    changed = services.sources.change(services.realm_id, source_id, **given)
    return SourceSaid.of(changed, services.follow_schedule(changed))


@router.delete("/{source_id}", status_code=204, summary="Remove a source")
def remove_source(
    source_id: Named,
    services: ToAdminister,
    documents: Annotated[Removal, Query(description="Whether its documents stay, or have all vanished")] = Removal.KEEP,
) -> None:
    """Remove a source and its schedule."""
    row = services.sources.remove(services.realm_id, source_id, documents)
    services.follow_schedule(services.sources.show(services.realm_id, row.source_id))


@router.post("/{source_id}/sync", status_code=202, summary="Sync a source", responses={200: {"model": SyncPlan}})
def sync_source(
    source_id: Named, services: ToContribute, response: Response, body: SyncRequest | None = None
) -> SyncAsked | SyncPlan:
    """Ask for a sync, which a worker does; or, with `dry_run`, tell at once what it would do (200)."""
    row = services.sources.show(services.realm_id, source_id)
    if body is None or not body.dry_run:
        return SyncAsked(flow_run_id=services.follow_schedule.ask(row))
    response.status_code = 200
    return _plan(services.plan_sync(row))


@router.get("/{source_id}/runs", summary="List a source's syncs")
def list_source_runs(
    source_id: Named,
    services: Services,
    limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of rows in the answer")] = 50,
) -> list[SourceRunRow]:
    """Its syncs, newest first: what each found, and how it ended."""
    return list(services.sources.runs(services.realm_id, source_id, limit=limit))


@router.get("/{source_id}/files", summary="List a source's files")
def list_source_files(
    source_id: Named,
    services: Services,
    state: Annotated[
        Literal["present", "unread", "missing", "vanished"] | None, Query(description="Default: all of them")
    ] = None,
    after_name: Annotated[str | None, Query(max_length=4000, description="`name` of the last file seen")] = None,
    after_uri: Annotated[str | None, Query(max_length=8000, description="`uri` of the last file seen")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of rows in the answer")] = 50,
) -> list[SourceItemRow]:
    """Its files by name, and the document that each is; the next page begins after the last file of this one."""
    after = None if after_name is None else (after_name, after_uri or "")
    return list(services.sources.items(services.realm_id, source_id, state=state, after=after, limit=limit))


@router.get("/{source_id}/vanished", summary="List documents that have vanished from a source")
def list_vanished(source_id: Named, services: Services) -> list[VanishedRow]:
    """Documents that have no file any more, the longest first. One of the policy `review`
    waits for a reviewer: `POST /api/v2/documents/{document_id}/keep` lets it stay, `DELETE
    /api/v2/documents/{document_id}` withdraws it."""
    return list(services.sources.vanished(services.realm_id, source_id))


@router.post("/{source_id}/vanishing", summary="Decide whether what is missing has vanished", responses=responses(409))
def decide_vanishing(source_id: Named, body: VanishingDecision, services: ToReview) -> SourceRunRow:
    """So much was missing in the last listing that it waits for this decision: `confirmed` is carried out soon, by the
    source's policy; `refused` leaves all as it was."""
    by = Reviewer(services.realm_id, services.person.name, body.reason, user_id=services.user_id)
    if body.decision is RunDecision.CONFIRMED:
        return services.sources.confirm_vanishing(source_id, by=by)
    return services.sources.refuse_vanishing(source_id, by=by)


def _plan(synced: Synced) -> SyncPlan:
    files = [
        PlannedFile(
            change=one.change,
            name=one.name,
            uri=one.uri,
            was=one.was,
            error=one.error.as_json() if one.error else None,
        )
        for one in synced.planned[:_PLANNED]
    ]
    counts = {Change(name): count for name, count in synced.plan.items()}
    return SyncPlan(plan=counts, waits=synced.is_waiting, files=files)
