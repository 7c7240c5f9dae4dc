"""The dual status (seed 003): people select documents, and selecting queues them for a deep scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.document_filter import DocumentFilter
from pipeline_core.domain.dual_status import StagingStatus, StatusEffect
from pipeline_core.domain.errors import ConflictError, StatusRefusedError
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.domain.rows.queue import StatusChange
from pipeline_core.domain.wording import counted


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
            errors["status"] = _no_status(status)
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
            changes = _set(uow, list(ids), target, by or str(realm_id), correlation_id)
            uow.commit()
        order = {document_id: position for position, document_id in enumerate(ids)}
        return sorted(changes, key=lambda change: order[change.document_id])

    def set_matching(
        self,
        matching: DocumentFilter,
        status: str,
        *,
        realm_id: RealmId,
        expected: int | None = None,
        by: str = "",
        correlation_id: CorrelationId | None = None,
    ) -> list[StatusChange]:
        """Set every document of the realm that matches to the status, as ``set_status`` does.

        Args:
            expected: how many the person saw that match; if others have come or gone since, nothing is changed.

        Raises:
            StatusRefusedError: there is no such status.
            ConflictError: not as many match as ``expected``.
            RefusedError: the filter names a type that is not known.
        """
        target = read_status(status)
        if target is None:
            raise StatusRefusedError.of({"status": _no_status(status)})
        with self.open_uow() as uow:
            ids = sorted(uow.deep_scans.lock_matching(realm_id, matching))
            if expected is not None and len(ids) != expected:
                raise ConflictError(
                    f"{counted(len(ids), 'document matches', 'documents match')} now, not {expected:,}: "
                    "nothing was changed.",
                    action="Look at the list again.",
                    http_action="Read the list again, and send the new `total` as `expected`.",
                )
            changes = _set(uow, ids, target, by or str(realm_id), correlation_id)
            uow.commit()
        return changes


def _set(
    uow: UnitOfWork, ids: Sequence[DocumentId], status: StagingStatus, by: str, correlation_id: CorrelationId | None
) -> list[StatusChange]:
    return uow.deep_scans.set_status(ids, status, by=by, correlation_id=correlation_id or CorrelationId(uuid4()))


def _no_status(status: str) -> str:
    return f"{status!r} is not one of {', '.join(StagingStatus)}"


def effect_of_changes(changes: Sequence[StatusChange]) -> StatusEffect:
    """Sum up what was changed."""
    return StatusEffect(
        updated=sum(change.staging_before is not change.staging_status for change in changes),
        queued=sum(change.is_queued_now for change in changes),
        taken_back=sum(change.is_taken_back for change in changes),
        under_way=sum(change.is_under_way for change in changes),
    )


def read_status(text: str) -> StagingStatus | None:
    """The status that is meant, however it is written; None if there is none."""
    words = {status.lower().replace(" ", "-"): status for status in StagingStatus}
    return words.get("-".join(text.strip().lower().replace("_", " ").replace("-", " ").split()))
