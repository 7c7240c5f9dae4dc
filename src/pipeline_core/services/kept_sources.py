"""Sources as the members of a realm see and change them."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack
from uuid import UUID

from pipeline_core.db.sources import SourceTerms
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import AlreadyDecidedError, ConflictError, NotFoundError, RefusedError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.realms import Person, Role
from pipeline_core.domain.reasons import is_blank
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.sources import (
    DueSource,
    OfSource,
    SourceItemRow,
    SourceRow,
    SourceRunRow,
    VanishedRow,
)
from pipeline_core.domain.sources import Removal, RunDecision, RunOutcome, SourceKind, SourcePlace, Vanished
from pipeline_core.domain.wished import Wished
from pipeline_core.domain.wording import dated
from pipeline_core.services.source_places import look
from pipeline_core.services.wishes import require_may_wish

_LONGEST_NAME = 200
_LEAST_EVERY = timedelta(minutes=1)
_LONGEST = timedelta(days=3650)


class Terms(TypedDict, total=False):
    """Terms that may be set for a source, beside its name and place."""

    include: Sequence[str]
    exclude: Sequence[str]
    vanished: Vanished
    grace: timedelta
    every: timedelta | None
    choices: Mapping[str, Any]
    paused: bool


class Changes(Terms, total=False):
    """Changes that may be made to a source."""

    name: str
    uri: str


_USUAL = Terms(
    include=(),
    exclude=(),
    vanished=Vanished.WITHDRAW,
    grace=timedelta(days=1),
    every=None,
    choices={},
    paused=False,
)


@dataclass(frozen=True, slots=True)
class KeptSources:
    """Admins add, change and remove them; reviewers decide what has vanished. The database holds the same."""

    open_uow: OpenUnitOfWork
    person: Person
    check: Callable[[SourcePlace], None]
    """Raises RefusedError for a place that is none of its kind, or may not be a source here."""
    over_http: bool = False
    """Nobody has a source put its documents before those of others, but from the command line."""

    def add(self, realm_id: RealmId, kind: SourceKind, name: str, uri: str, **terms: Unpack[Terms]) -> SourceRow:
        """Add a source; it is synced when somebody asks, or by its interval.

        Raises:
            RefusedError: something said of it is not valid.
            ConflictError: the realm has a source of this name.
        """
        said: Changes = {**_USUAL, **terms, "name": name, "uri": uri}
        place, kept = _checked(kind, said)
        _check_choices(kept.choices, over_http=self.over_http)
        self.check(place)
        look(place)
        with self.open_uow() as uow:
            source_id = uow.sources.add(realm_id, place, kept, by=self.person.user_id)
            if source_id is None:
                raise _name_taken(kept.name)
            self._record(uow, realm_id, "source_added", {"source": kept.name, "kind": kind, "uri": place.uri})
            [added] = uow.sources.all(realm_id, source_id=source_id)
            uow.commit()
        return added

    def change(self, realm_id: RealmId, source: OfSource, **terms: Unpack[Changes]) -> SourceRow:
        """Change what is said of a source; what is left out stays.

        Raises:
            NotFoundError: there is no such source.
            RefusedError, ConflictError: as ``add``.
        """
        with self.open_uow() as uow:
            row = _found(uow, realm_id, source)
            before: Changes = {
                "name": row.name,
                "uri": row.uri,
                "include": row.include,
                "exclude": row.exclude,
                "vanished": row.vanished,
                "grace": row.grace,
                "every": row.every,
                "choices": row.choices,
                "paused": row.paused_at is not None,
            }
            said: Changes = {**before, **terms}
            place, kept = _checked(row.kind, said)
            _check_choices(kept.choices, over_http=self.over_http)
            if place.uri != row.uri:
                self.check(place)
                look(place)
            others = uow.sources.all(realm_id, name=kept.name)
            if any(other.source_id != row.source_id for other in others):
                raise _name_taken(kept.name)
            uow.sources.change(row.source_id, place, kept, is_paused=bool(said["paused"]))
            changed = {name: str(value) for name, value in terms.items() if value != before.get(name)}
            self._record(uow, realm_id, "source_changed", {"source": row.name, "changed": changed})
            [now] = uow.sources.all(realm_id, source_id=row.source_id)
            uow.commit()
        return now

    def remove(self, realm_id: RealmId, source: OfSource, removal: Removal) -> SourceRow:
        """Remove a source. Its documents stay, or have all vanished, which is carried out soon by its policy.

        Raises:
            NotFoundError: there is no such source.
        """
        with self.open_uow() as uow:
            row = _found(uow, realm_id, source)
            uow.sources.remove(row.source_id, removal)
            if removal is Removal.KEEP:
                ids = [one.document_id for one in uow.sources.vanished(realm_id, source_id=row.source_id)]
                by = Reviewer(realm_id, self.person.name, f"{row.name} was removed.", user_id=self.person.user_id)
                uow.sources.decide_vanishings(ids, "keep", by)
            self._record(uow, realm_id, "source_removed", {"source": row.name, "documents": removal})
            uow.commit()
        return row

    def list(self, realm_id: RealmId) -> list[SourceRow]:
        """All sources of the realm, by name."""
        with self.open_uow() as uow:
            return uow.sources.all(realm_id)

    def show(self, realm_id: RealmId, source: OfSource) -> SourceRow:
        """One source, by its name or id; one that was removed by its id.

        Raises:
            NotFoundError: there is no such source.
        """
        with self.open_uow() as uow:
            return _found(uow, realm_id, source)

    def items(
        self,
        realm_id: RealmId,
        source: OfSource,
        *,
        state: str | None = None,
        after: tuple[str, str] | None = None,
        limit: int = 100,
    ) -> Sequence[SourceItemRow]:
        """Its files by name, ``after`` a name and URI: ``present``, ``unread``, ``missing`` or ``vanished``, or all.

        Raises:
            NotFoundError: there is no such source.
        """
        with self.open_uow() as uow:
            row = _found(uow, realm_id, source)
            return uow.sources.items(row.source_id, state=state, after=after, limit=limit)

    def runs(self, realm_id: RealmId, source: OfSource, *, limit: int = 20) -> Sequence[SourceRunRow]:
        """Its syncs, the newest first.

        Raises:
            NotFoundError: there is no such source.
        """
        with self.open_uow() as uow:
            return uow.sources.runs(_found(uow, realm_id, source).source_id, limit=limit)

    def due(self) -> Sequence[DueSource]:
        """Sources of all realms that may be seen here whose next sync is due by their interval."""
        with self.open_uow() as uow:
            return uow.sources.due()

    def vanished(
        self,
        realm_id: RealmId,
        source: OfSource | None = None,
        *,
        document_id: DocumentId | None = None,
        limit: int = 1000,
    ) -> Sequence[VanishedRow]:
        """Documents that have no place any more, the longest first, with what was decided; or one of them.

        Raises:
            NotFoundError: there is no such source.
        """
        with self.open_uow() as uow:
            source_id = None if source is None else _found(uow, realm_id, source).source_id
            return uow.sources.vanished(realm_id, source_id=source_id, document_id=document_id, limit=limit)

    def confirm_vanishing(self, source: OfSource, *, by: Reviewer) -> SourceRunRow:
        """Say that what is missing has vanished; it is carried out soon, by the source's policy.

        Raises:
            NotFoundError: there is no such source.
            AlreadyDecidedError: nothing waits for this decision (any more); says who decided what and when.
        """
        return self._decide_run(source, RunDecision.CONFIRMED, "vanishing_confirmed", by)

    def refuse_vanishing(self, source: OfSource, *, by: Reviewer) -> SourceRunRow:
        """Say that what is missing has not vanished: it is taken to be there until another listing shows otherwise.

        Raises:
            NotFoundError, AlreadyDecidedError: as ``confirm_vanishing``.
        """
        return self._decide_run(source, RunDecision.REFUSED, "vanishing_refused", by)

    def _decide_run(self, source: OfSource, decision: RunDecision, code: str, by: Reviewer) -> SourceRunRow:
        with self.open_uow() as uow:
            row = _found(uow, by.realm_id, source)
            run = next(iter(uow.sources.runs(row.source_id, outcome=RunOutcome.WAITING)), None)
            if run is None or not uow.sources.decide_run(run.run_id, decision, by):
                raise _nothing_waits(row, uow.sources.runs(row.source_id))
            payload = {"by": by.by, "source": row.name, "run_id": run.run_id, "files": row.missing, "reason": by.reason}
            uow.sources.record(by.realm_id, code, payload)
            [decided] = uow.sources.runs(row.source_id, run_id=run.run_id)
            uow.commit()
        return decided

    def _record(self, uow: UnitOfWork, realm_id: RealmId, code: str, payload: Mapping[str, Any]) -> None:
        uow.sources.record(realm_id, code, {"by": self.person.shown, **payload})


def _found(uow: UnitOfWork, realm_id: RealmId, source: OfSource) -> SourceRow:
    text = str(source).strip()
    for row in uow.sources.all(realm_id, name=text) or _by_id(uow, realm_id, text):
        return row
    raise NotFoundError(
        f"There is no source {text}.",
        action="`pipeline source list` shows them.",
        http_action="`GET /api/v2/sources` lists them.",
    )


def _by_id(uow: UnitOfWork, realm_id: RealmId, text: str) -> list[SourceRow]:
    try:
        return uow.sources.all(realm_id, source_id=UUID(text))
    except ValueError:
        return []


def _checked(kind: SourceKind, said: Changes) -> tuple[SourcePlace, SourceTerms]:
    name, every, grace = said["name"].strip(), said["every"], said["grace"]
    if is_blank(name) or len(name) > _LONGEST_NAME:
        raise RefusedError(f"A source needs a name of at most {_LONGEST_NAME} characters.", action="Give another name.")
    if every is not None and every < _LEAST_EVERY:
        raise RefusedError("A source is synced once a minute at most.", action="Give a longer interval.")
    if max(grace, every or grace) > _LONGEST:
        raise RefusedError("That is longer than ten years.", action="Give a shorter span of time.")
    if grace < timedelta(0):
        raise RefusedError("The grace cannot be negative.", action="Give 0 for none.")
    uri = said["uri"].strip()
    if not uri:
        raise RefusedError("A source needs an address.", action="Name the folder, the prefix or the list.")
    if kind is SourceKind.FOLDER and "://" not in uri:
        uri = Path(os.path.realpath(Path(uri).expanduser())).as_uri()
    place = SourcePlace(kind, uri, tuple(said["include"]), tuple(said["exclude"]))
    return place, SourceTerms(name, Vanished(said["vanished"]), grace, every, said["choices"])


def _check_choices(choices: Mapping[str, Any], *, over_http: bool) -> None:
    known = [one.name for one in fields(Wished)]
    for name in choices:
        if name not in known:
            raise RefusedError(f"There is no choice {name}.", action=f"Choices: {', '.join(known)}.")
    wished = Wished.of(**choices)
    if over_http:
        require_may_wish(wished, Role.ADMIN)


def _name_taken(name: str) -> ConflictError:
    return ConflictError(f"There is already a source named {name}.", action="Choose another name.")


def _nothing_waits(row: SourceRow, runs: Sequence[SourceRunRow]) -> AlreadyDecidedError:
    last = next((run for run in runs if run.decision is not None), None)
    if last is None or last.decided_at is None:
        return AlreadyDecidedError(f"Nothing that is missing in {row.name} waits for a decision.")
    who = last.decided_by or "a later listing"
    return AlreadyDecidedError(
        f"Nothing that is missing in {row.name} waits for a decision: it was {last.decision} by {who} on "
        f"{dated(last.decided_at)}."
    )
