"""Parked decisions in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.ids import DocumentId, JobId, RealmId, UserId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.details import ParkedShown


@dataclass(frozen=True, slots=True)
class ParkedDecision:
    """A decision about a document that is carried out at ``due_at``, unless it is undone before.

    ``fields`` are what was decided besides, ``seen`` the state of the job that it was decided about. Those
    with the same ``group_id`` are carried out together.
    """

    parked_id: UUID
    group_id: UUID
    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    user_id: UserId
    decision: str
    fields: Mapping[str, Any]
    taken_by: str
    seen: str
    taken_at: datetime
    due_at: datetime
    ended_at: datetime | None
    outcome: str | None
    undone_by: str | None
    error: Mapping[str, Any] | None

    @property
    def shown(self) -> ParkedShown:
        """The decision as people see it while it can be taken back."""
        return ParkedShown(self.decision, self.taken_by, self.taken_at, self.due_at, None)


class Parking:
    def __init__(self, session: Session) -> None:
        self._session = session

    def park(
        self,
        job_id: JobId,
        decision: str,
        fields: Mapping[str, Any],
        *,
        by: Reviewer,
        window_s: float,
        group_id: UUID | None = None,
    ) -> ParkedDecision:
        """Keep a decision about the job, as it is now, for so many seconds of the database's clock."""
        [parked] = self._decisions(
            "park_decision",
            job_id=job_id,
            decision=decision,
            fields=json_text(fields),
            by=by.by,
            user_id=by.user_id,
            window_s=window_s,
            group_id=group_id or uuid4(),
        )
        return parked

    def newest(self, job_id: JobId) -> ParkedDecision | None:
        """The job's newest parked decision, however it ended."""
        return next(iter(self._decisions("newest_parked_decision", job_id=job_id)), None)

    def undo(self, parked_id: UUID, *, by: str) -> ParkedDecision | None:
        """Take the decision back by compare-and-set; None if its time is over."""
        return next(iter(self._decisions("undo_parked_decision", parked_id=parked_id, by=by)), None)

    def claim_due(self, besides: Sequence[UUID]) -> list[ParkedDecision]:
        """Mark those of the act that has been due longest as carried out, which is for this transaction to do.

        ``besides`` are groups that are left alone.
        """
        return self._decisions("claim_due_decision", besides=list(besides))

    def as_seen(self, job_id: JobId) -> str:
        """The job's state, to be compared with ``ParkedDecision.seen``."""
        [seen] = self._session.column("job_as_seen", job_id=job_id)
        return str(seen)

    def refuse(self, parked_id: UUID, error: Mapping[str, Any]) -> bool:
        """Record why a due decision could not be carried out; False if somebody else was faster."""
        return self._session.execute("refuse_parked_decision", parked_id=parked_id, error=json_text(error)) == 1

    def _decisions(self, name: str, /, **params: Any) -> list[ParkedDecision]:
        return self._session.rows(ParkedDecision, name, **params)


def parked_shown(session: Session, job_id: JobId) -> ParkedShown | None:
    """The job's parked decision as people see it; None if there is nothing to show."""
    return session.first(ParkedShown, "shown_parked_decision", job_id=job_id)
