"""The queue in PostgreSQL: fair claims, and jobs taken back from lost workers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.faults import EVERYTHING_NEEDS
from pipeline_core.domain.ids import DocumentId, LeaseToken, UserId
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.ports.missing_parts import FREE, Passage
from pipeline_core.ports.queue import Depth, LostJob, Pressure, Waiting

QUEUE_LOCK_CLASS = 7715
"""First key of the advisory lock under which claims from the queue take turns; the second is 0."""


class PostgresQueue:
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
        user_id: UserId | None,
        flow_run_id: UUID | None,
        passage: Passage = FREE,
    ) -> list[DocumentId]:
        self._session.execute("lock_queue", lock_class=QUEUE_LOCK_CLASS)
        rows = self._session.all(
            "claim_queue",
            limit=limit,
            per_user=per_user,
            worker=worker,
            lease=lease,
            lease_s=lease_s,
            user_id=user_id,
            flow_run_id=flow_run_id,
            **passage._asdict(),
        )
        return [row["document_id"] for row in rows]

    def reap(self, error: Mapping[str, Any], *, grace_s: float) -> list[LostJob]:
        rows = self._session.all("reap_jobs", error=json_text(error), grace_s=grace_s, lock_class=WORKER_LOCK_CLASS)
        return [
            LostJob(
                job_id=row["job_id"],
                document_id=row["document_id"],
                user_id=row["user_id"],
                stage=JobStage(row["stage"]),
                times=row["lost_leases"],
                worker=row["claimed_by"],
            )
            for row in rows
        ]  # fmt: skip

    def free_all(self, error: Mapping[str, Any]) -> list[DocumentId]:
        return [row["document_id"] for row in self._session.all("free_jobs", error=json_text(error))]

    def pressure(self, user_id: UserId | None, *, per_user: int, most: int, grace_s: float) -> Pressure:
        [row] = self._session.all(
            "queue_pressure",
            everything=EVERYTHING_NEEDS,
            user_id=user_id,
            per_user=per_user,
            most=most,
            grace_s=grace_s,
            lock_class=WORKER_LOCK_CLASS,
        )
        return Pressure(**row)

    def taken(self, document_ids: Sequence[DocumentId], *, grace_s: float) -> dict[DocumentId, bool]:
        rows = self._session.all(
            "taken_jobs", document_ids=list(document_ids), grace_s=grace_s, lock_class=WORKER_LOCK_CLASS
        )
        return {row["document_id"]: row["is_lost"] for row in rows}

    def depth(self, user_id: UserId | None) -> list[Depth]:
        return [Depth(**row) for row in self._session.all("queue_depth", user_id=user_id)]

    def waiting(self, user_id: UserId | None, *, limit: int | None) -> list[Waiting]:
        rows = self._session.all("queue_waiting", user_id=user_id, limit=limit, everything=EVERYTHING_NEEDS)
        return [Waiting(**{**row, "state": JobState(row["state"]), "stage": JobStage(row["stage"])}) for row in rows]

    def set_priority(self, document_ids: Sequence[DocumentId], priority: int, *, by: str) -> list[DocumentId]:
        rows = self._session.all("set_priority", document_ids=list(document_ids), priority=priority, by=by)
        return [row["document_id"] for row in rows]
