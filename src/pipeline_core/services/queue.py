"""The queue: what waits is taken fairly, and what a lost worker held waits again (docs/adr/0018-queue.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from pipeline_core.db.queue import LostJob, Pressure
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.db.worker import Worker
from pipeline_core.domain.errors import WorkerLostError, WorkersLostError
from pipeline_core.domain.ids import DocumentId, LeaseToken, RealmId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import DEAD_LETTER, StageName
from pipeline_core.domain.rows.queue import Depth, Waiting
from pipeline_core.domain.wished import check_priority
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.services.holds import Holds
from pipeline_core.settings import Settings

log = structlog.stdlib.get_logger(__name__)

RESTART_GRACE_S = 10.0
"""Workers come back within two seconds of a restarted database."""
_BATCHES_COUNTED = 64
"""As many workers as `pipeline up` starts at most."""


@dataclass(frozen=True, slots=True)
class Reaped:
    """Jobs that wait again, and those that cost too many workers."""

    freed: list[DocumentId]
    dead_lettered: list[DocumentId]


@dataclass(frozen=True, slots=True)
class Queue:
    """Takes from the queue, reaps what lost workers held, and says how much waits."""

    settings: Settings
    open_uow: OpenUnitOfWork
    worker: Callable[[], Worker]
    holds: Holds

    def take(self, limit: int, *, realm_id: RealmId | None = None, flow_run_id: UUID | None = None) -> WorkBatch:
        """Take up to ``limit`` jobs under one new lease; an empty batch says that nothing is due.

        Claims and running jobs are counted under one lock, so that ``running_per_user`` is never overrun.
        """
        lease, worker = LeaseToken(uuid4()), self.worker()
        with self.open_uow() as uow:
            passage = self.holds.passage(uow, realm_id=realm_id)
            ids = uow.queue.claim(
                limit,
                per_user=self.settings.running_per_user,
                worker=worker.name,
                lease=lease,
                lease_s=self.settings.lease_s,
                realm_id=realm_id,
                flow_run_id=flow_run_id,
                passage=passage,
            )
            uow.commit()
        if ids:
            worker.hold(lease)
        return WorkBatch(lease, tuple(ids))

    def reap(self) -> Reaped:
        """Take back the jobs of workers that died or fell silent: they go on where they were.

        It does not count as a try of the document. A job at which more than ``max_lost_leases`` workers were lost
        is likely what kills them: it becomes a dead letter.
        """
        with self.open_uow() as uow:
            lost = uow.queue.reap(WorkerLostError().as_stored(), grace_s=RESTART_GRACE_S)
            deadly = [job for job in lost if job.times > self.settings.max_lost_leases]
            _dead_letter(uow, deadly)
            uow.commit()
        for job in lost:
            log.warning("worker_lost", document_id=str(job.document_id), worker=job.worker, times=job.times)
        dead_lettered = [job.document_id for job in deadly]
        return Reaped([job.document_id for job in lost if job not in deadly], dead_lettered)

    def pressure(self, *, realm_id: RealmId | None = None) -> Pressure:
        """Return the jobs that wait for a run, counted up to a few batches: no more is asked for at a time."""
        with self.open_uow() as uow:
            return uow.queue.pressure(
                realm_id,
                per_user=self.settings.running_per_user,
                most=self.settings.batch_size * _BATCHES_COUNTED,
                grace_s=RESTART_GRACE_S,
            )

    def taken(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, bool]:
        """Select the documents that are being worked on; the value is True if their worker is lost."""
        with self.open_uow() as uow:
            return uow.queue.taken(document_ids, grace_s=RESTART_GRACE_S)

    def depth(self, *, realm_id: RealmId | None = None) -> list[Depth]:
        """Count waiting and running jobs, in one row for each user who has any."""
        with self.open_uow() as uow:
            return uow.queue.depth(realm_id)

    def waiting(self, *, realm_id: RealmId | None = None, limit: int | None = None) -> list[Waiting]:
        """List the jobs that wait, the next one first; those that are not due yet come last."""
        with self.open_uow() as uow:
            return uow.queue.waiting(realm_id, limit=limit)

    def set_priority(self, document_ids: Sequence[DocumentId], priority: int, *, by: str) -> list[DocumentId]:
        """Put waiting documents forward or back; returns those that changed.

        Raises:
            RefusedError: the priority is not within -100..100.
        """
        check_priority(priority)
        with self.open_uow() as uow:
            changed = uow.queue.set_priority(document_ids, priority, by=by)
            uow.commit()
        return changed


def _dead_letter(uow: UnitOfWork, lost: Sequence[LostJob]) -> None:
    payloads = {}
    for job in lost:
        stage = job.stage.row.work or StageName.VALIDATION
        error = WorkersLostError(f"{job.times} workers were lost while they held it; the last was {job.worker}.")
        payloads[job.job_id] = {"error": {**error.as_stored(), "stage": stage.value}}
        uow.stages.fail(stage, [(job.document_id, error.message, True)])
    uow.jobs.move(DEAD_LETTER, payloads, lease=None)
    revive_orphans(uow, sorted({job.realm_id for job in lost}))
