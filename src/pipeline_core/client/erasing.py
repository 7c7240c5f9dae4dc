"""Erasing: plans, certificates, and looking for what was erased."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.domain.erasing import ErasureScope, Searched, Step
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.services.erase import WAIT_S
from pipeline_core.services.plan_erasures import Meant


class Erasing(Documents):
    """Erasing documents, a person's uploads, or a realm, for good."""

    def plan_erasure(
        self,
        *documents: str | UUID,
        person: UUID | None = None,
        everywhere: bool = False,
        whole_realm: bool = False,
        only_this: bool = False,
    ) -> Erasure:
        """Count what an erasure would remove, by kind of place, and change nothing; the plan is kept for a day.

        Args:
            documents: Each as for ``status``.
            person: Instead: whatever this user uploaded, and the name in what others' work keeps.
            everywhere: Of the person, across all realms. This is for operators.
            whole_realm: Instead: the realm that the client works in, with its members and its name.
            only_this: Leave earlier versions, which stood at the same places before and stand nowhere now.

        Raises:
            NotFoundError: there is no such document.
            NotPermittedError: the user is not an admin of the realm.
        """
        if not everywhere:
            self.realms.require(self.realm_id, Role.ADMIN)
        meant = self._meant(documents, person, everywhere, whole_realm)
        return self._app.erasures.plan(replace(meant, only_this=only_this))

    def erase(self, plan: Erasure, *, reason: str, on_step: Step = lambda _: None, wait_s: float = WAIT_S) -> Erasure:
        """Carry out a plan, for good, and return it with its certificate.

        Called again after a crash with the erasure that ``erasure_under_way`` finds, it goes on where it was.

        Args:
            plan: As ``plan_erasure`` gave it.
            reason: Why, in at least 10 characters. It stays on record: name nobody in it.
            on_step: Is told what is done now.
            wait_s: How long a worker that has one of the documents in hand is waited for.

        Raises:
            ReasonTooShortError: nothing was erased.
            ConflictError: there is something else by now than was planned; nothing was erased.
            AlreadyDecidedError: a worker has a document in hand still. The erasure has begun, and goes on by itself.
        """
        if plan.begun_at is None:
            plan = self._app.erasures.begin(plan.erasure_id, reason)
        return self._app.carry_out_erasures(plan.erasure_id, on_step, wait_s=wait_s)

    def erasure_under_way(
        self,
        *documents: str | UUID,
        person: UUID | None = None,
        everywhere: bool = False,
        whole_realm: bool = False,
    ) -> Erasure | None:
        """Return the erasure of these in this realm that has begun and is not done, which may have been interrupted.

        Instead of documents, the id of the erasure does; needs the same right as planning it.
        """
        if not everywhere:
            self.realms.require(self.realm_id, Role.ADMIN)
        scope, realm_id = _scope(person, whole_realm), None if everywhere else self.realm_id
        here = [
            found
            for found in self._app.carry_out_erasures.under_way()
            if (found.scope, found.realm_id) == (scope, realm_id) and found.person_id == person
        ]
        if scope is not ErasureScope.DOCUMENTS:
            return next(iter(here), None)
        texts = [str(one) for one in documents]
        if by_id := next((found for found in here if texts == [str(found.erasure_id)]), None):
            return by_id
        try:
            ids = set(self._meant(documents, person, everywhere, whole_realm).document_ids)
        except NotFoundError:  # their rows may be gone already: they are known by their names
            return next((found for found in here if self._app.carry_out_erasures.names(found, texts)), None)
        return next((found for found in here if ids <= set(found.document_ids)), None)

    def erasures(self, *, limit: int = 100) -> list[Erasure]:
        """Return what is being erased or was in the realm, newest first."""
        self.realms.require(self.realm_id, Role.ADMIN)
        return self._app.erasures.all(self.realm_id, limit=limit)

    def erase_again(self, on_step: Step = lambda _: None) -> list[Erasure]:
        """Carry on with every erasure that has begun, and after a backup was put back with those of after it."""
        self._app.is_erasing_again = True  # also where nobody else may see anything
        return self._app.carry_out_erasures.all(on_step)

    def remove_returned(self) -> int:
        """Remove objects of what was erased that are in the store again, as a restore that did not come to its end may
        have left them; returns how many."""
        return self._app.carry_out_erasures.remove_returned()

    def verify_erasure(self, certificate: object, on_step: Step = lambda _: None) -> Searched:
        """Look for what was erased, by the fingerprints of a certificate, in every stored value.

        Raises:
            RefusedError: this is no certificate, or not what is on record of an erasure here.
        """
        return self._app.find_erased.verify(certificate, on_step)

    def search_everywhere(self, text: str, on_step: Step = lambda _: None) -> Searched:
        """Look for a text in the database, in the bytes of objects, in logs and at Prefect, in every realm."""
        return self._app.find_erased.canary(text, on_step)

    def _meant(
        self, documents: Sequence[str | UUID], person: UUID | None, everywhere: bool, whole_realm: bool
    ) -> Meant:
        ids: list[DocumentId] = [self._document_id(one) for one in documents]
        realm_id = None if everywhere else self.realm_id
        return Meant(_scope(person, whole_realm), realm_id, UserId(person) if person else None, ids)


def _scope(person: UUID | None, whole_realm: bool) -> ErasureScope:
    if person:
        return ErasureScope.PERSON
    return ErasureScope.REALM if whole_realm else ErasureScope.DOCUMENTS
