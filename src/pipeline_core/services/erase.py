"""Erasing documents, a person's uploads or a realm: planned first, then carried out in steps that can be resumed.

The record says `erasing` before anything goes; from then on nothing works on what it names. Rows go first, whole
documents at a time, then the objects that they named, then names in logs and at Prefect. Each step can be done twice,
so that whoever carries on after a crash comes to the same end.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.erasing import ErasureScope, ErasureState, Pending, Step
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    NotFoundError,
)
from pipeline_core.domain.ids import BatchId, DocumentId, RealmId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.domain.wording import listed
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.word_places import WordPlaces
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.review.withdrawing import Known, Vectorise, with_vectors, withdraw
from pipeline_core.services import page_views, pending_results
from pipeline_core.services.erasure_ledger import ErasureLedger
from pipeline_core.services.orphan_objects import PREFIX as DOCUMENTS

log = structlog.stdlib.get_logger(__name__)
_AT_A_TIME = 100
_LOOK_S = 0.5
WAIT_S = 60.0
"""How long a worker that has a document in hand is waited for."""


@dataclass(frozen=True, slots=True)
class CarryOutErasures:
    """Carries out what was begun; needs the service role. Any number of processes may do so at once."""

    open_uow: OpenUnitOfWork
    store: ObjectStore
    vectorise: Vectorise
    places: Callable[[], Sequence[WordPlaces]]

    def all(self, on_step: Step = lambda _: None) -> list[Erasure]:
        """Carry on with everything that was begun; returns what is done now.

        Raises:
            Exception: the first that another try may mend; the others are carried out before.
        """
        with self.open_uow() as uow:
            under_way = uow.erasures.under_way()
            uow.erasures.forget_plans()
            uow.commit()
        first: Exception | None = None
        done: list[Erasure] = []
        for erasure in under_way:
            try:
                done.append(self(erasure.erasure_id, on_step))
            except Exception as error:
                first = first or error
        if first:
            raise first
        return done

    def remove_returned(self) -> int:
        """Remove objects of what was erased that are in the store again, as a restore that did not come to its end may
        have left them; returns how many. What somebody has taken in anew stays."""
        with self.open_uow() as uow:
            gone = uow.erasures.erased_and_gone()
        removed = 0
        for document_id, calls in gone.items():
            removed += self._delete([f"{DOCUMENTS}{document_id}/", *_answers(calls)])
        if removed:
            log.warning("erased_objects_removed", count=removed)
        return removed

    def under_way(self) -> list[Erasure]:
        """List what has begun and is not done."""
        with self.open_uow() as uow:
            return uow.erasures.under_way()

    def names(self, erasure: Erasure, texts: Sequence[str]) -> bool:
        """Returns whether each of these is the name or id of something that this erasure takes away."""
        with self.open_uow() as uow:
            pending = uow.erasures.pending(erasure.erasure_id)
        known = {*(pending.words if pending else ()), *map(str, erasure.document_ids)}
        return known.issuperset(texts)

    def __call__(self, erasure_id: UUID, on_step: Step = lambda _: None, *, wait_s: float = 0) -> Erasure:
        """Carry one out, from where it is to its end, and return it with its certificate.

        Raises:
            AlreadyDecidedError: a worker has one of the documents in hand, and did not let go of it within ``wait_s``.
            TransientError: a service did not answer. It goes on where it was, by the same call.
        """
        with self.open_uow() as uow:
            erasure = uow.erasures.find(erasure_id)
        if erasure is None or erasure.state is ErasureState.PLANNED:
            raise NotFoundError(f"No erasure {erasure_id} has begun.")
        if erasure.state is ErasureState.DONE:
            return erasure
        ErasureLedger(self.store).enter(erasure)
        self._wait_for_workers(erasure, wait_s)
        on_step("writing down what is to be looked for")
        pending = self._note(erasure)
        on_step("removing rows")
        self._documents(erasure, on_step)
        self._rest(erasure, pending)
        self._forget_asker(erasure)
        on_step("removing objects")
        self._removed(erasure, "objects", self._objects(erasure, pending))
        for place in self.places():
            on_step(f"looking through {place.name}")
            self._removed(erasure, place.name, place.erase(pending.words, pending.names))
        return self._end(erasure)

    def _wait_for_workers(self, erasure: Erasure, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        while True:
            with self.open_uow() as uow:
                in_hand = uow.erasures.in_hand(_meant(uow, erasure)[0])
            if not in_hand:
                return
            if time.monotonic() >= until:
                raise AlreadyDecidedError(
                    f"{listed(in_hand, 3)} is being processed right now; the erasure has begun, and waits for it. "
                    "Until then what is published is still found.",
                    action="Run the same command again when `pipeline status` says that it is at rest.",
                )
            time.sleep(_LOOK_S)

    def _note(self, erasure: Erasure) -> Pending:
        with self.open_uow() as uow:
            is_open = uow.erasures.lock(erasure.erasure_id)
            pending = uow.erasures.pending(erasure.erasure_id)
            if not is_open:
                return Pending()  # somebody else has come to its end
            if pending is None:
                pending = uow.erasures.note(erasure, *_meant(uow, erasure))
                uow.commit()
        return pending

    def _documents(self, erasure: Erasure, on_step: Step) -> None:
        with self.open_uow() as uow:
            documents, batches = _meant(uow, erasure)
            realms = uow.erasures.realms_of(documents, batches)
        for realm_id in realms:
            for part in self._parts(erasure, realm_id):

                def attempt(known: Known, realm_id: RealmId = realm_id, part: _Part = part) -> list[Leaving]:
                    return self._remove(erasure, realm_id, part, known)

                with_vectors(attempt, self.vectorise, realm_id)
                on_step(f"removing rows: {len(part[0]) + len(part[1])} more are gone")

    def _parts(self, erasure: Erasure, realm_id: RealmId) -> Iterator["_Part"]:
        with self.open_uow() as uow:
            documents, batches = _meant(uow, erasure)
            own, banks = uow.erasures.in_realm(realm_id, documents, batches)
        for at in range(0, len(own), _AT_A_TIME):
            yield own[at : at + _AT_A_TIME], []
        for at in range(0, len(banks), _AT_A_TIME):
            yield [], banks[at : at + _AT_A_TIME]

    def _remove(self, erasure: Erasure, realm_id: RealmId, part: "_Part", known: Known) -> list[Leaving]:
        documents, batches = part
        by = Reviewer(realm_id, erasure.asked_by_name, erasure.reason, user_id=erasure.asked_by)
        left: list[Leaving] = []
        with self.open_uow() as uow:
            if not uow.erasures.lock(erasure.erasure_id):
                return []
            uow.erasures.free(documents)
            published = uow.erasures.published(documents)
            if published:
                left = withdraw(uow, [DocumentScope(uow, one, by) for one in published], by, known)
            uow.staging.lock_matching([realm_id])
            uow.erasures.tell(erasure.erasure_id, documents)
            removed = uow.erasures.remove(erasure.erasure_id, documents, batches)
            revive_orphans(uow, [realm_id])
            _add(uow, erasure, "rows", removed)
            uow.commit()
        return left

    def _rest(self, erasure: Erasure, pending: Pending) -> None:
        """Remove what belongs to no document and what is kept by content, and take words out of what stays."""
        with self.open_uow() as uow:
            if not uow.erasures.lock(erasure.erasure_id):
                return
            _add(uow, erasure, "caches", uow.erasures.remove_shared(pending))
            if erasure.scope is ErasureScope.REALM:
                _add(uow, erasure, "realm", uow.erasures.remove_realm(erasure))
            if erasure.scope is ErasureScope.PERSON:
                _add(uow, erasure, "person", {"rows": uow.erasures.forget_person(erasure)})
            _add(uow, erasure, "words", uow.erasures.remove_words(erasure.erasure_id, pending))
            uow.commit()

    def _forget_asker(self, erasure: Erasure) -> None:
        """Have the ledger say of what this person asked for what the rows say by now: the id, and no name."""
        if erasure.person_id is None:
            return
        with self.open_uow() as uow:
            done = uow.erasures.done_for(erasure.person_id, erasure.realm_id)
        for one in done:
            ErasureLedger(self.store).enter(one)

    def _objects(self, erasure: Erasure, pending: Pending) -> int:
        with self.open_uow() as uow:
            found = uow.erasures.find(erasure.erasure_id)
        noted = (found.certificate or {}).get("documents", []) if found else []
        documents = {*noted, *map(str, erasure.document_ids)}
        prefixes = [f"{DOCUMENTS}{one}/" for one in sorted(documents)]
        prefixes += [f"{page_views.PREFIX}{one}" for one in pending.pages]
        return self._delete([*prefixes, *_answers(pending.calls)])

    def _delete(self, prefixes: Sequence[str]) -> int:
        gone = 0
        for prefix in prefixes:
            for key in list(self.store.list(prefix)):
                self.store.delete(key)
                gone += 1
        return gone

    def _removed(self, erasure: Erasure, place: str, number: int) -> None:
        with self.open_uow() as uow:
            if uow.erasures.lock(erasure.erasure_id):
                _add(uow, erasure, place, {"removed": number})
                uow.commit()

    def _end(self, erasure: Erasure) -> Erasure:
        left = [told for place in self.places() for told in place.not_searched()]
        with self.open_uow() as uow:
            if uow.erasures.lock(erasure.erasure_id):
                quoting = uow.erasures.renew_statistics(erasure.erasure_id)
                left += [f"the planner's statistics of {name}, which only a superuser may clear" for name in quoting]
                uow.erasures.note_certificate(erasure.erasure_id, {"not_searched": [*left, *NOT_SEARCHED]})
                uow.erasures.end(erasure.erasure_id)
            done = uow.erasures.find(erasure.erasure_id)
            assert done is not None
            uow.commit()
        ErasureLedger(self.store).enter(done)
        log.warning("erased", erasure_id=str(erasure.erasure_id))
        return replace(done, state=ErasureState.DONE)


_Part = tuple[list[DocumentId], list[BatchId]]
NOT_SEARCHED = (
    "backups and dumps that were made before",
    "space of PostgreSQL that is free and not yet overwritten, and its write-ahead log",
    "older versions of objects, where a bucket keeps them",
    "what webhooks, exports and downloads have delivered",
    "the places that files came from: a sync leaves the same content alone, and a changed file is another document",
)
"""Places that nothing here reaches."""


def _answers(calls: Sequence[str]) -> list[str]:
    return [f"{pending_results.PREFIX}{one}.json" for one in calls]


def _meant(uow: UnitOfWork, erasure: Erasure) -> tuple[list[DocumentId], list[BatchId]]:
    """Find what is there still. Documents that were named are meant wherever they are by now."""
    realm_id = None if erasure.scope is ErasureScope.DOCUMENTS else erasure.realm_id
    return uow.erasures.meant(erasure.scope, realm_id, person_id=erasure.person_id, document_ids=erasure.document_ids)


def _add(uow: UnitOfWork, erasure: Erasure, place: str, removed: Mapping[str, int]) -> None:
    """Add to what was removed: a step that is taken up again counts on."""
    found = uow.erasures.find(erasure.erasure_id)
    before = ((found.certificate or {}) if found else {}).get("removed", {}).get(place, {})
    kinds = {kind: before.get(kind, 0) + number for kind, number in removed.items() if number}
    if kinds:
        uow.erasures.note_removed(erasure.erasure_id, {place: {**before, **kinds}})
