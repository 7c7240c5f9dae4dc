"""Deep scans: documents that people selected are processed again, more thoroughly (docs/adr/0011-deep-scan.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from pipeline_core.db.deep_scans import ScanUnderWay
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.dual_status import DeepScanStatus
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.domain.lifecycle import JobState

_AT_REST = {
    JobState.AWAITING_REVIEW: DeepScanStatus.COMPLETED,
    JobState.DONE: DeepScanStatus.COMPLETED,
    JobState.DEADLETTER: DeepScanStatus.ERROR,
}


@dataclass(frozen=True, slots=True)
class DeepScan:
    """Claims queued documents and says how their scans ended. ``realm_id`` limits it to one user's documents."""

    open_uow: OpenUnitOfWork

    def claim(
        self, limit: int, *, realm_id: RealmId | None = None, besides: Sequence[DocumentId] = ()
    ) -> list[DocumentId]:
        """Up to ``limit`` documents to process: scans that were interrupted, then queued ones, which begin now.

        A queued document whose present job is not at rest waits for it. Who really processes an interrupted scan is
        decided where jobs are claimed: one that a living worker holds is left to it.
        """
        with self.open_uow() as uow:
            users = uow.deep_scans.users_waiting() if realm_id is None else [realm_id]
            # before any row: who starts the finished job of one of these documents again holds this lock as well
            uow.staging.lock_matching(users)
            under_way = uow.deep_scans.under_way(realm_id)
            ids = [
                scan.document_id for scan in under_way if scan.state not in _AT_REST and scan.document_id not in besides
            ][:limit]
            if len(ids) < limit:
                correlation_id = CorrelationId(uuid4())
                ids += uow.deep_scans.claim(limit - len(ids), users, correlation_id=correlation_id)
            uow.commit()
        return ids

    def is_any_open(self, *, realm_id: RealmId | None = None) -> bool:
        """Return True if any document is queued for a scan or being scanned."""
        with self.open_uow() as uow:
            return uow.deep_scans.is_any_open(realm_id)

    def waiting(self, *, realm_id: RealmId) -> list[DocumentId]:
        """The user's documents that are queued for a scan or in one, longest first."""
        with self.open_uow() as uow:
            return uow.deep_scans.waiting(realm_id)

    def settle(self, *, realm_id: RealmId | None = None, document_ids: Sequence[DocumentId] | None = None) -> int:
        """Record the end of scans whose job has come to rest, of these documents or of all; returns how many.

        ``Completed`` says that the scan is staged: it waits for its reviewer, or there was nothing to decide.
        """
        with self.open_uow() as uow:
            ended: dict[DeepScanStatus, dict[DocumentId, str | None]] = {}
            for scan in uow.deep_scans.under_way(realm_id, document_ids):
                if scan.state in _AT_REST:
                    target = _AT_REST[scan.state]
                    ended.setdefault(target, {})[scan.document_id] = _error(scan, target)
            for target, scans in ended.items():
                uow.deep_scans.move(scans, DeepScanStatus.PROCESSING, target)
            uow.commit()
        return sum(map(len, ended.values()))


def _error(scan: ScanUnderWay, target: DeepScanStatus) -> str | None:
    return (scan.error or "The scan failed.") if target is DeepScanStatus.ERROR else None
