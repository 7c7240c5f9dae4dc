"""Documents that leave production."""

from dataclasses import dataclass
from datetime import datetime

from pipeline_core.domain.ids import DocumentId, JobId


@dataclass(frozen=True, slots=True)
class Leaving:
    """Rows that a document has in production.

    ``taken_over`` counts the facts that other published documents say in the same words: those come from there instead.
    """

    document_id: DocumentId
    job_id: JobId
    filename: str
    published_at: datetime | None
    chunks: int
    facts: int
    taken_over: int
