"""Moving a document, with all that was made of it, to another realm."""

from dataclasses import asdict, dataclass
from typing import Any

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import ConflictError, NotFoundError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.realms import Person, Role
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.services.realms import Realms, require_role

_AT_REST = (JobState.DONE, JobState.DEADLETTER)


@dataclass(frozen=True, slots=True)
class Moved:
    """A document that was moved, and documents that go on because they said the same as it."""

    document_id: DocumentId
    filename: str
    realm_id: RealmId
    realm: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class MoveDocument:
    """Moves documents for one person. A document keeps its id, its files, its facts and its history."""

    open_uow: OpenUnitOfWork
    person: Person

    def __call__(self, document_id: DocumentId, to: str) -> Moved:
        """Move a document at rest to the realm of this id or name.

        Raises:
            NotFoundError: there is no such document or realm for this person.
            NotPermittedError: the person is not an admin of both realms.
            ConflictError: the document is being worked on or waits for a person, or the realm has its content already.
        """
        realms = Realms(self.open_uow, self.person)
        target = realms.find(to)
        source = realms.of_row(document_id)
        if source is None:
            raise NotFoundError(f"There is no document {document_id}.")
        source_id, role = source
        require_role(source_id, role, Role.ADMIN)
        require_role(target.realm_id, target.role, Role.ADMIN)
        with self.open_uow() as uow:
            uow.staging.lock_matching([source_id, target.realm_id])
            document = uow.documents.to_move(document_id)
            if document is None or document.realm_id != source_id:
                raise ConflictError(f"Document {document_id} was moved or removed meanwhile.")
            if source_id == target.realm_id:
                return Moved(document_id, document.filename, target.realm_id, target.name)
            if document.state not in _AT_REST:
                raise ConflictError(
                    f"{document.filename} is under way or waits for a person ({document.state}).",
                    action="Move it when it is done: `pipeline status NAME` shows its status.",
                    http_action="Move it when it is done: `GET /api/v2/documents/{document_id}` shows its status.",
                )
            if known := uow.documents.of_content(target.realm_id, document.file_sha256):
                raise ConflictError(
                    f"{target.name} already has the content of {document.filename}, as document {known}."
                )
            uow.documents.move(document_id, target.realm_id)
            payload = {"by": self.person.shown, "from": source_id, "to": target.realm_id}
            uow.realms.record_move(document_id, target.realm_id, payload)
            revive_orphans(uow, [source_id, target.realm_id])
            uow.commit()
        return Moved(document_id, document.filename, target.realm_id, target.name)
