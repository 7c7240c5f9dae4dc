"""The dual status (seed 003): people select documents, and selecting queues them for a deep scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.dual_status import StagingStatus
from pipeline_core.domain.errors import StatusRefusedError
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.domain.rows.queue import StatusChange


@dataclass(frozen=True, slots=True)
class DualStatus:
    """Sets the staging status of many documents at once, all or nothing."""

    open_uow: OpenUnitOfWork

    def set_status(
        self,
        document_ids: Sequence[str | UUID],
        status: str,
        *,
        realm_id: RealmId,
        by: str = "",
        correlation_id: CorrelationId | None = None,
    ) -> list[StatusChange]:
        """Set every document to the status; ``Selected`` queues its deep scan in the same transaction.

        Any other status takes back a deep scan that has not begun, and the document's deep scan is where it was
        before; one that is under way goes on. Setting a document to what it is already changes nothing and leaves no
        event.

        Args:
            document_ids: ids, as they came: what is no id is reported like what is not there.
            status: ``New``, ``Selected``, ``Maybe``, ``Not a Fit`` or ``Archived``; case and ``-`` or ``_`` for a
                space do not matter.

        Raises:
            StatusRefusedError: nothing was changed; ``errors`` says for each wrong id or value what is wrong.
        """
        errors: dict[str, str] = {}
        target = read_status(status)
        if target is None:
            errors["status"] = f"{status!r} is not one of {', '.join(StagingStatus)}"
        ids: dict[DocumentId, str] = {}
        for given in document_ids:
            try:
                ids.setdefault(DocumentId(UUID(str(given))), str(given))
            except ValueError:
                errors[str(given)] = "is neither the id of a document nor the name of exactly one"
        if not document_ids:
            errors["documents"] = "none is named"
        with self.open_uow() as uow:
            found = uow.deep_scans.lock_statuses(realm_id, list(ids))
            errors |= {text: "there is no such document" for one, text in ids.items() if one not in found}
            if errors or target is None:
                raise StatusRefusedError.of(errors)
            changes = uow.deep_scans.set_status(
                list(ids),
                target,
                by=by or str(realm_id),
                correlation_id=correlation_id or CorrelationId(uuid4()),
            )
            uow.commit()
        order = {document_id: position for position, document_id in enumerate(ids)}
        return sorted(changes, key=lambda change: order[change.document_id])


def read_status(text: str) -> StagingStatus | None:
    """The status that is meant, however it is written; None if there is none."""
    words = {status.lower().replace(" ", "-"): status for status in StagingStatus}
    return words.get("-".join(text.strip().lower().replace("_", " ").replace("-", " ").split()))
