"""The queue in PostgreSQL: fair claims, and jobs taken back from lost workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.missing_parts import FREE, Passage
from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.faults import EVERYTHING_NEEDS
from pipeline_core.domain.ids import DocumentId, JobId, LeaseToken, RealmId
from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.domain.rows.queue import Depth, Waiting


@dataclass(frozen=True, slots=True)
class LostJob:
    """A job whose worker was lost; it waits again. ``times`` counts the workers lost since it last moved on."""

    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    stage: JobStage
    times: int
    worker: str


@dataclass(frozen=True, slots=True)
class Pressure:
    """Work that waits for a run of the queue. Times are in seconds.

    ``due`` jobs could be taken now, counted no further than was asked; ``lost`` ones are held by workers that are gone.
    ``untaken_s`` is for how long there is something due and nobody has taken anything, ``next_s`` how long until the
    next job falls due. ``claimed_at`` is when the last of the jobs that run was taken.
    """

    due: int
    lost: int
    banks: int
    untaken_s: float
    next_s: float | None
    claimed_at: datetime | None

    def __bool__(self) -> bool:
        return bool(self.due or self.lost or self.banks)


QUEUE_LOCK_CLASS = 7715
"""First key of the advisory lock under which claims from the queue take turns; the second is 0."""


class Queue:
    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(
        self,
        limit: int,
        *,
        per_user: int,
        worker: str,
        lease: LeaseToken,
        lease_s: float,
        realm_id: RealmId | None,
        flow_run_id: UUID | None,
        passage: Passage = FREE,
    ) -> list[DocumentId]:
        """Take the next jobs that are due: by priority, users in turn, the oldest first. In that order.

        Args:
            limit: Most jobs to take.
            per_user: Most jobs of one user that may be running then; 0 is no limit.
            realm_id: Only this user's.
            passage: What is not to be taken, for want of a part of the installation.
        """
        self._session.execute("lock_queue", lock_class=QUEUE_LOCK_CLASS)
        return self._session.column(
            "claim_queue",
            limit=limit,
            per_user=per_user,
            worker=worker,
            lease=lease,
            lease_s=lease_s,
            realm_id=realm_id,
            flow_run_id=flow_run_id,
            **passage._asdict(),
        )

    def reap(self, error: Mapping[str, Any], *, grace_s: float) -> list[LostJob]:
        """Let jobs of lost workers wait again where they were, with this as their last error.

        ``grace_s``: for so long after a restart of the database, a worker without a session is not lost.
        """
        rows = self._session.all("reap_jobs", error=json_text(error), grace_s=grace_s, lock_class=WORKER_LOCK_CLASS)
        return [
            LostJob(
                job_id=row["job_id"],
                document_id=row["document_id"],
                realm_id=row["realm_id"],
                stage=JobStage(row["stage"]),
                times=row["lost_leases"],
                worker=row["claimed_by"],
            )
            for row in rows
        ]  # fmt: skip

    def free_all(self, error: Mapping[str, Any]) -> list[DocumentId]:
        """Let every job that is in work wait again where it was, with this as its last error: no lease holds any more.

        For a database in which no worker is: the jobs that a backup found in hand.
        """
        return self._session.column("free_jobs", error=json_text(error))

    def pressure(self, realm_id: RealmId | None, *, per_user: int, most: int, grace_s: float) -> Pressure:
        """Measure the work that waits now; ``per_user`` as for a claim, ``grace_s`` as for the reaper."""
        [pressure] = self._session.rows(
            Pressure,
            "queue_pressure",
            everything=EVERYTHING_NEEDS,
            realm_id=realm_id,
            per_user=per_user,
            most=most,
            grace_s=grace_s,
            lock_class=WORKER_LOCK_CLASS,
        )
        return pressure

    def taken(self, document_ids: Sequence[DocumentId], *, grace_s: float) -> dict[DocumentId, bool]:
        """The documents in work, each with True if its worker is lost; ``grace_s`` as for ``reap``."""
        return self._session.mapping(
            "taken_jobs", document_ids=list(document_ids), grace_s=grace_s, lock_class=WORKER_LOCK_CLASS
        )

    def depth(self, realm_id: RealmId | None) -> list[Depth]:
        return self._session.rows(Depth, "queue_depth", realm_id=realm_id)

    def waiting(self, realm_id: RealmId | None, *, limit: int | None) -> list[Waiting]:
        """The jobs that wait, in the order in which they are taken; those not yet due come last."""
        return self._session.rows(Waiting, "queue_waiting", realm_id=realm_id, limit=limit, everything=EVERYTHING_NEEDS)

    def set_priority(self, document_ids: Sequence[DocumentId], priority: int, *, by: str) -> list[DocumentId]:
        """Returns the documents whose job waits and had another priority."""
        return self._session.column("set_priority", document_ids=list(document_ids), priority=priority, by=by)
