"""Reminding people of what waits for them."""

from dataclasses import dataclass

from pipeline_core.db.reminders import Overdue
from pipeline_core.db.unit_of_work import OpenUnitOfWork

AGAIN_H = 24.0
"""Hours after which a review that still waits is told of once more."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """May be asked as often as one likes: each document is answered with once, and again every ``AGAIN_H`` hours."""

    open_uow: OpenUnitOfWork
    hours: float

    def overdue_reviews(self, hours: float | None = None) -> list[Overdue]:
        """List reviews that have waited for ``hours`` (else as set) and are due a reminder now, the longest first."""
        with self.open_uow() as uow:
            overdue = uow.reminders.overdue_reviews(self.hours if hours is None else hours, again_h=AGAIN_H)
            uow.commit()
        return overdue

    def is_any_review_overdue(self) -> bool:
        """Return True if ``overdue_reviews`` would return any."""
        with self.open_uow() as uow:
            return uow.reminders.is_any_review_overdue(self.hours, again_h=AGAIN_H)
