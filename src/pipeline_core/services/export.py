"""Taking a published document out: read at one moment, and acknowledged only once it has arrived."""

from dataclasses import dataclass
from datetime import datetime

from pipeline_core.db.audit import TakenOut
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.db.views import Views
from pipeline_core.domain.errors import NotPublishedError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.lifecycle import EventType
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.domain.wording import dated
from pipeline_core.services.acknowledge import Acknowledge


@dataclass(frozen=True, slots=True)
class ExportDocument:
    """``read``, write it where it is to go, then ``acknowledge`` (phase 6). ``by`` is who takes it, for the record."""

    views: Views
    open_uow: OpenUnitOfWork
    by: str

    @property
    def _acknowledges(self) -> Acknowledge:
        return Acknowledge(self.open_uow, self.by)

    def read(self, document_id: DocumentId, *, realm_id: RealmId, as_of: datetime | None = None) -> ExportedDocument:
        """The document as published: its chunks, facts and files, all of one moment; ``as_of``: as it was then.

        It leaves the event ``document_exported``: what is handed out is on record, whether or not it arrives.

        Raises:
            NotFoundError: the user has no such document.
            NotPublishedError: nothing of it is published, or not any more.
        """
        exported = self.views.export(realm_id, document_id, as_of)
        if exported.published_at is None:
            told = f"was not published on {dated(as_of)}" if as_of else "is not published"
            raise NotPublishedError(f"{exported.filename} {told}.")
        details = {
            "published_at": exported.published_at,
            "chunks": len(exported.chunks),
            "facts": len(exported.facts),
            **({"as_of": as_of} if as_of else {}),
        }
        taken = TakenOut(exported.document_id, realm_id, EventType.EXPORTED, "document_exported", self.by, details)
        with self.open_uow() as uow:
            uow.audit.take_out(taken)
            uow.commit()
        return exported

    def acknowledge(self, exported: ExportedDocument, *, realm_id: RealmId) -> bool:
        """Record that what was read has arrived; False if another version was published since."""
        return self._acknowledges.downloaded(exported.document_id, exported.published_at, realm_id=realm_id)
