"""Sources in PostgreSQL: what is kept in step, what was seen there, and what vanished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.errors import ConflictError, PipelineError
from pipeline_core.domain.ids import DocumentId, Ids, RealmId, SourceId, SourceRunId, UserId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.sources import (
    DueSource,
    DueVanishing,
    SourceItemRow,
    SourceRow,
    SourceRunRow,
    VanishedRow,
)
from pipeline_core.domain.sources import KnownItem, Removal, RunDecision, RunOutcome, SourcePlace, Vanished


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """Terms that an admin sets for a source, beside its place."""

    name: str
    vanished: Vanished
    grace: timedelta
    every: timedelta | None
    choices: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunningRun:
    """A sync under way; ``lives`` is False for one whose process is gone."""

    run_id: SourceRunId
    worker: str
    started_at: datetime
    user_name: str | None
    lives: bool


@dataclass(frozen=True, slots=True)
class TakenItem:
    """A file that was read and taken in."""

    uri: str
    name: str
    size: int | None
    version: str | None
    sha256: str
    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class LeftItem:
    """A file that was not taken, and why."""

    uri: str
    name: str
    size: int | None
    version: str | None
    error: PipelineError


class Sources:
    def __init__(self, session: Session) -> None:
        self._session = session

    # --- what is kept in step -----------------------------------------------------------------------------------

    def all(
        self, realm_id: RealmId | None, *, source_id: UUID | None = None, name: str | None = None
    ) -> list[SourceRow]:
        """The sources of a realm, or of every one, by name; one that was removed only by its id."""
        return self._session.rows(SourceRow, "kept_sources", realm_id=realm_id, source_id=source_id, name=name)

    def add(self, realm_id: RealmId, place: SourcePlace, terms: SourceTerms, *, by: UserId) -> SourceId | None:
        """Add a source; None if the realm has one of that name."""
        added = self._session.column(
            "add_source", realm_id=realm_id, kind=place.kind, added_by=by, **_place(place), **_terms(terms)
        )
        return SourceId(added[0]) if added else None

    def change(self, source_id: SourceId, place: SourcePlace, terms: SourceTerms, *, is_paused: bool) -> bool:
        """Change a source; False if it was removed."""
        changed = self._session.execute(
            "change_source", source_id=source_id, is_paused=is_paused, **_place(place), **_terms(terms)
        )
        return changed == 1

    def remove(self, source_id: SourceId, removal: Removal) -> bool:
        """Remove a source; False if it was before."""
        return self._session.execute("remove_source", source_id=source_id, removal=removal) == 1

    def record(
        self,
        realm_id: RealmId,
        code: str,
        payload: Mapping[str, Any],
        *,
        document_id: DocumentId | None = None,
        severity: str = "info",
    ) -> None:
        """Write an event about a source, or about a document of one."""
        self._session.execute(
            "source_event",
            realm_id=realm_id,
            code=code,
            payload=json_text(payload),
            document_id=document_id,
            severity=severity,
        )

    def items(
        self, source_id: SourceId, *, state: str | None = None, after: tuple[str, str] | None = None, limit: int
    ) -> list[SourceItemRow]:
        """The files of a source by name: ``present``, ``unread``, ``missing`` or ``vanished`` ones, or all."""
        name, uri = after or (None, None)
        return self._session.rows(
            SourceItemRow,
            "source_items",
            source_id=source_id,
            state=state,
            after_name=name,
            after_uri=uri,
            limit=limit,
        )

    def runs(
        self,
        source_id: SourceId,
        *,
        run_id: UUID | None = None,
        outcome: RunOutcome | None = None,
        limit: int = 20,
    ) -> list[SourceRunRow]:
        """The syncs of a source, the newest first."""
        return self._session.rows(
            SourceRunRow, "source_runs", source_id=source_id, run_id=run_id, outcome=outcome, limit=limit
        )

    def due(self) -> list[DueSource]:
        """Sources of any realm whose next sync is due by their interval."""
        return self._session.rows(DueSource, "due_sources")

    # --- a sync -------------------------------------------------------------------------------------------------

    def known(self, source_id: SourceId) -> dict[str, KnownItem]:
        """Every file that was ever seen there, by its URI."""
        return {item.uri: item for item in self._session.rows(KnownItem, "known_items", source_id=source_id)}

    def begin_run(self, source_id: SourceId, *, worker: str) -> tuple[SourceRunId | None, RunningRun | None]:
        """Begin a sync; returns it, or none, and the one that stands in its way or was left behind by a lost process.

        One that was left behind is to be ended before another begins.
        """
        self._session.execute("lock_source", source_id=source_id)
        running = self._session.first(
            RunningRun, "running_source_run", source_id=source_id, lock_class=WORKER_LOCK_CLASS
        )
        if running is not None:
            return None, running
        [run_id] = self._session.column("begin_source_run", source_id=source_id, worker=worker)
        return SourceRunId(run_id), None

    def note_progress(self, run_id: SourceRunId, plan: Mapping[str, int], done: int, total: int) -> None:
        """Note how far a sync has come.

        Raises:
            ConflictError: another has taken it up, as this process was taken to be lost.
        """
        self._require(
            self._session.execute("note_source_progress", run_id=run_id, plan=json_text(plan), done=done, total=total)
        )

    def end_run(
        self,
        run_id: SourceRunId,
        outcome: RunOutcome,
        plan: Mapping[str, int] | None = None,
        error: PipelineError | None = None,
    ) -> None:
        """End a sync.

        Raises:
            ConflictError: as ``note_progress``.
        """
        self._require(
            self._session.execute(
                "end_source_run",
                run_id=run_id,
                outcome=outcome,
                plan=None if plan is None else json_text(plan),
                error=None if error is None else json_text(error.as_stored()),
            )
        )

    @staticmethod
    def _require(changed: int) -> None:
        if changed != 1:
            raise ConflictError("Another process has taken up this sync.", action="Look at it: `pipeline source show`.")

    def overtake(self, source_id: SourceId, run_id: SourceRunId) -> None:
        """A listing was whole: nobody has to decide about earlier ones any more."""
        self._session.execute("overtake_runs", source_id=source_id, run_id=run_id)
        self._session.execute("mark_listed", source_id=source_id)

    def put(self, source_id: SourceId, realm_id: RealmId, items: Sequence[TakenItem]) -> None:
        """Note what files hold now."""
        if items:
            self._session.execute(
                "put_items",
                source_id=source_id,
                realm_id=realm_id,
                uris=[item.uri for item in items],
                names=[item.name for item in items],
                sizes=[item.size for item in items],
                versions=[item.version for item in items],
                checksums=[item.sha256 for item in items],
                document_ids=[item.document_id for item in items],
            )

    def put_errors(self, source_id: SourceId, realm_id: RealmId, items: Sequence[LeftItem]) -> None:
        """Note why files were not taken; what they were before stands."""
        if items:
            self._session.execute(
                "put_errors",
                source_id=source_id,
                realm_id=realm_id,
                uris=[item.uri for item in items],
                names=[item.name for item in items],
                sizes=[item.size for item in items],
                versions=[item.version for item in items],
                errors=[json_text(item.error.as_stored()) for item in items],
            )

    def found_again(self, source_id: SourceId, uris: Sequence[str]) -> None:
        """Note that files that were missing are there."""
        if uris:
            self._session.execute("found_again", source_id=source_id, uris=list(uris))

    def mark_missing(self, source_id: SourceId, uris: Sequence[str]) -> None:
        """Note that files are not in a listing, of which a person decides what it means."""
        self._session.execute("mark_missing", source_id=source_id, uris=list(uris))

    def mark_vanished(self, source_id: SourceId, uris: Sequence[str], *, seen_at: datetime | None) -> None:
        """Note that files have vanished, which were seen last at this time."""
        self._session.execute("mark_vanished", source_id=source_id, uris=list(uris), seen_at=seen_at)

    def to_vacate(self, source_id: SourceId, uris: Sequence[str] | None = None) -> list[str]:
        """Places of vanished files at which no document stands any more."""
        return self._session.column("places_to_vacate", source_id=source_id, uris=None if uris is None else list(uris))

    def unfinished(self, source_id: SourceId) -> list[DocumentId]:
        """Documents of the source that are to be processed, or to be tried again, or that a worker has in hand."""
        return self._session.column("unfinished_of_source", source_id=source_id)

    # --- what vanished --------------------------------------------------------------------------------------------

    def confirmed(self, source_id: SourceId | None) -> dict[SourceId, list[str]]:
        """Files that have vanished because somebody says so, by source."""
        found: dict[SourceId, list[str]] = {}
        for row in self._session.all("confirmed_items", source_id=source_id):
            found.setdefault(row["source_id"], []).append(row["uri"])
        return found

    def note_vanished(self, realm_id: RealmId) -> list[DocumentId]:
        """Note the documents that have lost their last place since."""
        return self._session.column("note_vanished", realm_id=realm_id)

    def note_returned(self, realm_id: RealmId) -> list[DocumentId]:
        """Note the documents that have a place again; returns those that were withdrawn while they had none."""
        rows = self._session.all("note_returned", realm_id=realm_id)
        return [row["document_id"] for row in rows if row["was_withdrawn"]]

    def due_vanishings(self, realm_id: RealmId) -> list[DueVanishing]:
        """Documents that the rule withdraws now."""
        return self._session.rows(DueVanishing, "due_vanishings", realm_id=realm_id)

    def has_returned(self, realm_id: RealmId) -> bool:
        """Return whether any document of the realm has a place again."""
        [found] = self._session.column("has_returned", realm_id=realm_id)
        return bool(found)

    def realms(self) -> list[RealmId]:
        """The realms that have sources, or had."""
        return self._session.column("realms_of_sources")

    def decide_vanishings(self, document_ids: Ids, decision: str, by: Reviewer, *, is_rule: bool = False) -> int:
        """Record what was decided of documents that have no place, where nothing was; returns of how many."""
        return self._session.execute(
            "decide_vanishings",
            document_ids=list(document_ids),
            decision=decision,
            by=by.by,
            user_id=None if is_rule else by.user_id,
            reason=by.reason,
        )

    def vanished(
        self,
        realm_id: RealmId,
        *,
        source_id: UUID | None = None,
        document_id: UUID | None = None,
        limit: int = 1000,
    ) -> list[VanishedRow]:
        """Documents that have no place now, the longest first, with what was decided."""
        return self._session.rows(
            VanishedRow,
            "vanished_list",
            realm_id=realm_id,
            source_id=source_id,
            document_id=document_id,
            limit=limit,
        )

    def decide_run(self, run_id: SourceRunId, decision: RunDecision, by: Reviewer) -> bool:
        """Record what a person says about what is missing; False if it does not wait any more."""
        decided = self._session.execute(
            "decide_source_run", run_id=run_id, decision=decision, by=by.by, user_id=by.user_id
        )
        return decided == 1


def _place(place: SourcePlace) -> dict[str, Any]:
    return {"uri": place.uri, "include": list(place.include), "exclude": list(place.exclude)}


def _terms(terms: SourceTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "vanished": terms.vanished,
        "grace": terms.grace,
        "every": terms.every,
        "choices": json_text(terms.choices),
    }
