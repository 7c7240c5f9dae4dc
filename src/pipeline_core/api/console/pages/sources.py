"""Sources: how each stands, what a sync would do, what waits for a person, and adding and changing them."""

from typing import Annotated

from fastapi import Form, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToAdminister, ToContribute, ToLook, ToReview, Visit
from pipeline_core.domain.errors import ConflictError, PipelineError, RefusedError
from pipeline_core.domain.lifecycle import Profile, Workflow
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.source_plans import WORDS, kind_of, plan_in_words
from pipeline_core.domain.sources import Removal, RunDecision, Vanished
from pipeline_core.domain.spans import short_span, span_of
from pipeline_core.services.kept_sources import Terms
from pipeline_core.services.source_schedules import SourceSaid
from pipeline_core.services.sync_source import Synced

router = console_router()
PATH = "/sources"
_ONE = PATH + "/{source_id}"
_ROWS = 50
_PLANNED = 200
POLICIES = {
    Vanished.WITHDRAW: "is withdrawn by itself, after a grace",
    Vanished.REVIEW: "waits for a reviewer, who withdraws or keeps it",
    Vanished.KEEP: "stays published",
}
Named = Annotated[str, Path(max_length=200)]
Short = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=20_000)]


class Typed(BaseModel):
    """The form of a source, as it was typed; patterns have commas between them."""

    name: Short = ""
    uri: Long = ""
    include: Long = ""
    exclude: Long = ""
    vanished: Vanished = Vanished.WITHDRAW
    grace: Short = "1d"
    every: Short = ""
    workflow: Short = ""
    profile: Short = ""

    @classmethod
    def of(cls, row: SourceRow) -> "Typed":
        """Fill the form with a source as it is."""
        return cls(
            name=row.name,
            uri=row.uri,
            include=", ".join(row.include),
            exclude=", ".join(row.exclude),
            vanished=row.vanished,
            grace=short_span(row.grace),
            every="" if row.every is None else short_span(row.every),
            workflow=row.choices.get("workflow", ""),
            profile=row.choices.get("profile", ""),
        )

    def terms(self, kept: dict[str, object] | None = None) -> Terms:
        """Read what was typed. ``kept`` are choices that the form does not have.

        Raises:
            RefusedError: a span of time cannot be read.
        """
        chosen = {"workflow": self.workflow, "profile": self.profile}
        return {
            "include": _listed(self.include),
            "exclude": _listed(self.exclude),
            "vanished": self.vanished,
            "grace": span_of(self.grace or "0"),
            "every": span_of(self.every) if self.every.strip() else None,
            "choices": {**(kept or {}), **{name: value for name, value in chosen.items() if value}},
        }


@router.get(PATH)
def sources(visit: ToLook) -> Response:
    """List the sources of the realm."""
    return _list(visit)


@router.post(PATH)
def add(visit: ToAdminister, typed: Annotated[Typed, Form()]) -> Response:
    """Add a source; nothing is read yet."""
    try:
        realm_id = visit.services.realm_id
        added = visit.services.sources.add(realm_id, kind_of(typed.uri), typed.name, typed.uri, **typed.terms())
    except (RefusedError, ConflictError) as error:
        return _list(visit, 422, wrong=_said(error), typed=typed)
    note = SourceSaid.of(added, visit.services.follow_schedule(added)).note
    return visit.go(_page(added), said=f"{added.name} is added; nothing was read yet.{f' {note}' if note else ''}")


@router.get(_ONE)
def source(
    visit: ToLook, source_id: Named, plan: bool = False, files: Annotated[int, Query(ge=1, le=1000)] = _ROWS
) -> Response:
    """Show a source; with ``plan``, what a sync would do."""
    row = visit.services.sources.show(visit.services.realm_id, source_id)
    if not plan or not visit.may("contributor"):
        return _show(visit, row, files=files)
    try:
        return _show(visit, row, files=files, planned=visit.services.plan_sync(row))
    except PipelineError as error:
        return _show(visit, row, 422, files=files, wrong=_said(error))


@router.post(_ONE)
def change(visit: ToAdminister, source_id: Named, typed: Annotated[Typed, Form()]) -> Response:
    """Change what is said of a source."""
    kept = visit.services.sources
    row = kept.show(visit.services.realm_id, source_id)
    try:
        others = {name: value for name, value in row.choices.items() if name not in ("workflow", "profile")}
        terms = typed.terms(others)
        changed = kept.change(visit.services.realm_id, row.source_id, name=typed.name, uri=typed.uri, **terms)
    except (RefusedError, ConflictError) as error:
        return _show(visit, row, 422, wrong=_said(error), typed=typed)
    note = SourceSaid.of(changed, visit.services.follow_schedule(changed)).note
    return visit.go(_page(changed), said=f"{changed.name} is changed.{f' {note}' if note else ''}")


@router.post(_ONE + "/pause")
def pause(visit: ToAdminister, source_id: Named, paused: Annotated[bool, Form()]) -> Response:
    """Let the schedule of a source rest, or go on."""
    changed = visit.services.sources.change(visit.services.realm_id, source_id, paused=paused)
    note = visit.services.follow_schedule(changed)
    said = "Its schedule rests." if paused else "Its schedule goes on."
    return visit.go(_page(changed), said=f"{said}{f' {note}' if note else ''}")


@router.post(_ONE + "/sync")
def sync(visit: ToContribute, source_id: Named) -> Response:
    """Ask for a sync, which a worker does."""
    row = visit.services.sources.show(visit.services.realm_id, source_id)
    visit.services.follow_schedule.ask(row)
    return visit.go(_page(row), said=f"A sync of {row.name} is asked for: it begins as soon as a worker takes it.")


@router.post(_ONE + "/vanishing")
def decide(
    visit: ToReview,
    source_id: Named,
    decision: Annotated[RunDecision, Form()],
    reason: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Say whether what is missing has vanished."""
    kept = visit.services.sources
    by = Reviewer(visit.services.realm_id, visit.reviewer().name, reason.strip(), user_id=visit.services.user_id)
    is_gone = decision is RunDecision.CONFIRMED
    (kept.confirm_vanishing if is_gone else kept.refuse_vanishing)(source_id, by=by)
    said = (
        "It has vanished: that is carried out soon, by the policy of the source."
        if is_gone
        else "Nothing has vanished."
    )
    return visit.go(f"{PATH}/{source_id}", said=said)


@router.post(_ONE + "/remove")
def remove(visit: ToAdminister, source_id: Named, documents: Annotated[Removal, Form()] = Removal.KEEP) -> Response:
    """Remove a source; its documents stay, or have all vanished."""
    kept = visit.services.sources
    row = kept.remove(visit.services.realm_id, source_id, documents)
    visit.services.follow_schedule(kept.show(visit.services.realm_id, row.source_id))
    stay = "its documents stay" if documents is Removal.KEEP else "its documents leave by its policy"
    return visit.go(PATH, said=f"{row.name} is removed; {stay}.")


def _list(visit: Visit, status: int = 200, *, wrong: str = "", typed: Typed | None = None) -> Response:
    return visit.page(
        "sources.html",
        status,
        rows=visit.services.sources.list(visit.services.realm_id),
        wrong=wrong,
        typed=typed or Typed(),
        **_SHARED,
    )


def _show(
    visit: Visit,
    row: SourceRow,
    status: int = 200,
    *,
    files: int = _ROWS,
    planned: Synced | None = None,
    wrong: str = "",
    typed: Typed | None = None,
) -> Response:
    kept, realm_id = visit.services.sources, visit.services.realm_id
    return visit.page(
        "source.html",
        status,
        source=row,
        runs=kept.runs(realm_id, row.source_id, limit=20),
        unread=kept.items(realm_id, row.source_id, state="unread", limit=_ROWS),
        missing=kept.items(realm_id, row.source_id, state="missing", limit=_ROWS),
        files=kept.items(realm_id, row.source_id, state="present", limit=files),
        vanished=kept.vanished(realm_id, row.source_id, limit=_ROWS),
        planned=planned,
        most=_PLANNED,
        wrong=wrong,
        typed=typed or Typed.of(row),
        is_open=typed is not None,
        removals=Removal,
        **_SHARED,
    )


_SHARED = {
    "section": "Sources",
    "policies": POLICIES,
    "workflows": Workflow,
    "profiles": Profile,
    "span": short_span,
    "plan_in_words": plan_in_words,
    "change_words": WORDS,
}


def _page(row: SourceRow) -> str:
    return f"{PATH}/{row.source_id}"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _said(error: PipelineError) -> str:
    return f"{error.page_message} {error.page_what_to_do}".strip()
