"""Planning an erasure: counting what would go, keeping that for a day, and having it begun if it is true still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.erasing import ErasureScope, ErasureState
from pipeline_core.domain.errors import AlreadyDecidedError, ConflictError, NotFoundError
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.realms import Person
from pipeline_core.domain.rows.erasures import EARLIER, Erasure
from pipeline_core.domain.wording import listed
from pipeline_core.review.decisions import require_reason

_SAID = {ErasureState.ERASING: "under way", ErasureState.RESTORED: "under way", ErasureState.DONE: "done"}
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Meant:
    """Something to erase: documents of a realm, a person's uploads in one or, without a realm, in all, or a realm.

    With documents go those that stood before at their places and stand nowhere now, unless ``only_this``.
    """

    scope: ErasureScope
    realm_id: RealmId | None
    person_id: UserId | None = None
    document_ids: Sequence[DocumentId] = ()
    only_this: bool = False


@dataclass(frozen=True, slots=True)
class PlanErasures:
    """Counts what an erasure would remove, and has it begun; the database says who may."""

    open_uow: OpenUnitOfWork
    person: Person

    def plan(self, meant: Meant, reason: str = "") -> Erasure:
        """Count, keep the plan for a day, and change nothing else.

        Raises:
            NotFoundError: there is nothing of the kind.
        """
        with self.open_uow() as uow:
            erasure = self._count(uow, meant, reason)
            uow.erasures.plan(erasure)
            uow.commit()
        return erasure

    def _count(self, uow: UnitOfWork, meant: Meant, reason: str) -> Erasure:
        named = set(meant.document_ids)
        if named and not meant.only_this:
            named |= uow.erasures.earlier(meant.document_ids)
        documents, batches = uow.erasures.meant(
            meant.scope, meant.realm_id, person_id=meant.person_id, document_ids=sorted(named)
        )
        if meant.scope is ErasureScope.DOCUMENTS and len(documents) < len(named):
            gone = next(one for one in meant.document_ids if one not in documents)
            raise NotFoundError(f"There is no document {gone}.")
        counts = uow.erasures.count(documents, batches)
        if earlier := named & uow.erasures.earlier(sorted(named)):
            counts = {EARLIER: len(earlier), **counts}
        if meant.person_id:
            counts |= uow.erasures.count_person(meant.person_id, meant.realm_id)
            if not (counts or documents or batches):
                raise NotFoundError(
                    f"Nobody of the id {meant.person_id} has uploaded anything here, is a member or is named.",
                    action="Correct the id: `pipeline realm members` shows those of its members.",
                    http_action="Correct the id: `GET /api/v2/realms/{realm_id}/members` shows those of its members.",
                    page_action="Choose one of the members.",
                )
        return Erasure(
            uuid4(), meant.scope, ErasureState.PLANNED, meant.realm_id, meant.person_id, documents, batches,
            self.person.user_id, self.person.name, reason, counts, datetime.now(UTC),
            None, None, None,
        )  # fmt: skip

    def begin(self, erasure_id: UUID, reason: str) -> Erasure:
        """Have a plan carried out, if it still counts what it counted.

        Raises:
            NotFoundError: there is no such plan.
            ReasonTooShortError: it is too short.
            ConflictError: something has changed since; says what.
        """
        require_reason(reason, "an erasure")
        with self.open_uow() as uow:
            erasure = self._found(uow, erasure_id)
            if erasure.state is not ErasureState.PLANNED:
                raise AlreadyDecidedError(
                    f"Erasure {erasure_id} has begun already, and is {_SAID[erasure.state]}.",
                    action="`pipeline erasures` shows how far it is.",
                    http_action="`GET /api/v2/erasures/{erasure_id}` shows how far it is.",
                    page_action="Its page shows how far it is.",
                )
            planned = erasure.document_ids  # with the earlier versions, or without them
            meant = Meant(erasure.scope, erasure.realm_id, erasure.person_id, planned, only_this=True)
            self._refuse_changed(erasure, self._count(uow, meant, reason))
            if not uow.erasures.begin(erasure_id, reason):
                raise ConflictError(f"Erasure {erasure_id} was begun meanwhile.")
            begun = self._found(uow, erasure_id)
            uow.commit()
        log.warning("erasure_begun", erasure_id=str(erasure_id), kind=begun.scope)
        return begun

    def _refuse_changed(self, planned: Erasure, now: Erasure) -> None:
        kinds = sorted({*planned.counts, *now.counts})
        changed = [
            f"{kind}: {planned.counts.get(kind, 0):,} → {now.counts.get(kind, 0):,}"
            for kind in kinds
            if planned.counts.get(kind, 0) != now.counts.get(kind, 0)
        ]
        if changed or list(planned.document_ids) != list(now.document_ids):
            raise ConflictError(
                f"This is not what was planned any more: {listed(changed, 5) or 'other documents'}.",
                action="Look at a new plan: `pipeline erase … --dry-run`.",
                http_action="Ask for a new plan: `POST /api/v2/erasures` with `dry_run`.",
                page_action="Look at the plan again.",
            )

    def _found(self, uow: UnitOfWork, erasure_id: UUID) -> Erasure:
        found = uow.erasures.find(erasure_id)
        if found is None:
            raise NotFoundError(f"There is no erasure {erasure_id}.", action="A plan is kept for a day: plan it again.")
        return found

    def find(self, erasure_id: UUID) -> Erasure:
        """Return one erasure or plan.

        Raises:
            NotFoundError: there is none that this person may see.
        """
        with self.open_uow() as uow:
            return self._found(uow, erasure_id)

    def all(self, realm_id: RealmId | None, *, limit: int = 100) -> list[Erasure]:
        """List what is being erased or was, newest first."""
        with self.open_uow() as uow:
            return uow.erasures.begun(realm_id, limit=limit)
