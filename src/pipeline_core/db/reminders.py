"""Reminders in PostgreSQL."""

from dataclasses import dataclass

from pipeline_core.db.session import Session
from pipeline_core.domain.ids import DocumentId, JobId, RealmId


@dataclass(frozen=True, slots=True)
class Overdue:
    """A document that has waited for a person for so many hours."""

    job_id: JobId
    document_id: DocumentId
    realm_id: RealmId
    filename: str
    hours: float


REMINDER_LOCK_CLASS = 7716
"""First key of the advisory lock under which reminders take turns; the second is 0."""


class Reminders:
    def __init__(self, session: Session) -> None:
        self._session = session

    def overdue_reviews(self, hours: float, *, again_h: float) -> list[Overdue]:
        """Documents of all realms that have waited so long, but for those returned in the last ``again_h`` hours.

        The longest wait comes first. Each is recorded, so that only one of several callers gets it.
        """
        self._session.execute("lock_reminders", lock_class=REMINDER_LOCK_CLASS)
        return self._session.rows(Overdue, "overdue_reviews", hours=hours, again_h=again_h)

    def is_any_review_overdue(self, hours: float, *, again_h: float) -> bool:
        """True if ``overdue_reviews`` would return any; records nothing."""
        [is_any] = self._session.column("is_any_review_overdue", hours=hours, again_h=again_h)
        return bool(is_any)
