"""Files that leave by download, for the audit trail."""

from dataclasses import dataclass

from pipeline_core.db.audit import TakenOut
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.lifecycle import EventType
from pipeline_core.domain.realms import Person
from pipeline_core.domain.rows.documents import DocumentFile

_PARTS_S = 3600.0
"""Parts of one file within an hour are one download: a viewer asks for hundreds."""


@dataclass(frozen=True, slots=True)
class RecordDownload:
    """To be called before the first byte is sent: what is not on record does not leave."""

    open_uow: OpenUnitOfWork

    def __call__(
        self,
        document_id: DocumentId,
        file: DocumentFile,
        *,
        realm_id: RealmId,
        by: Person,
        is_part: bool = False,
    ) -> None:
        """Leave the event ``file_downloaded``; ``file`` is its row, ``is_part`` says that only some bytes are sent.

        Raises:
            DatabaseUnavailableError: nothing is on record.
        """
        details = {"stage": file.stage, "file": file.name, "sha256": file.sha256, "part": is_part}
        taken = TakenOut(document_id, realm_id, EventType.DOWNLOADED, "file_downloaded", by.shown, details)
        with self.open_uow() as uow:
            uow.audit.take_out(taken, once_in_s=_PARTS_S if is_part else 0)
            uow.commit()
