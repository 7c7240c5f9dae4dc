"""Port: what somebody should be reminded of."""

from dataclasses import dataclass
from typing import Protocol

from pipeline_core.domain.ids import DocumentId, JobId, UserId


@dataclass(frozen=True, slots=True)
class Overdue:
    """A document that has waited for a person for so many hours."""

    job_id: JobId
    document_id: DocumentId
    user_id: UserId
    filename: str
    hours: float


class Reminders(Protocol):
    def overdue_reviews(self, hours: float, *, again_h: float) -> list[Overdue]:
        """What has waited so long and was not answered with in the last ``again_h`` hours of its wait; everybody's.

        The longest first. It is recorded, so that of several callers one gets each.
        """
        ...

    def is_any_review_overdue(self, hours: float, *, again_h: float) -> bool:
        """Whether ``overdue_reviews`` would answer with any; nothing is recorded."""
        ...
