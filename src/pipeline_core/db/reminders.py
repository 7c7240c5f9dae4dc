"""Reminders in PostgreSQL."""

from pipeline_core.db.session import Session
from pipeline_core.ports.reminders import Overdue

REMINDER_LOCK_CLASS = 7716
"""First key of the advisory lock under which reminders take turns; the second is 0."""


class PostgresReminders:
    def __init__(self, session: Session) -> None:
        self._session = session

    def overdue_reviews(self, hours: float, *, again_h: float) -> list[Overdue]:
        self._session.execute("lock_reminders", lock_class=REMINDER_LOCK_CLASS)
        rows = self._session.all("overdue_reviews", hours=hours, again_h=again_h)
        return [Overdue(**row) for row in rows]

    def is_any_review_overdue(self, hours: float, *, again_h: float) -> bool:
        [row] = self._session.all("is_any_review_overdue", hours=hours, again_h=again_h)
        return bool(row["is_any"])
