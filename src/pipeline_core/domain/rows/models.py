"""Rows of embedding models."""

from dataclasses import dataclass
from datetime import datetime

from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class ModelRows(Record):
    """An embedding model, the published rows in it, and the vectors that wait beside them."""

    model: str
    dims: int
    is_active: bool
    activated_at: datetime | None
    recall_at_10: float | None
    waiting: int
    chunks: int
    questions: int
