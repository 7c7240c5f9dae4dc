"""Results of the Python API."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.rows.search import Hit
from pipeline_core.domain.search import Answer
from pipeline_core.services.wishes import ChoiceKept

AT_REST = frozenset({JobState.DONE, JobState.AWAITING_REVIEW, JobState.DEADLETTER})


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """The status of a document's newest job. ``percent`` is 0..100, ``phase`` 0..6; ``error`` is the last one."""

    document_id: DocumentId
    job_id: JobId
    filename: str
    also_named: list[str]
    tags: list[str]
    collection: str | None
    state: JobState
    stage: JobStage
    phase: int
    percent: int
    outcome: Outcome | None
    retry_count: int
    error: dict[str, Any] | None
    chunks: int
    facts: int
    undecided_pairs: int
    critical_findings: int
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_at_rest(self) -> bool:
        """Return whether nothing more happens by itself: done, dead-lettered, or waiting for a person."""
        return self.state in AT_REST


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of submitting files: ``started`` are under way or queued, ``left`` counts the others by reason."""

    document_ids: list[DocumentId]
    started: list[DocumentId]
    left: dict[str, int]
    refused: list[tuple[str, PipelineError]]
    correlation_ids: list[CorrelationId]
    flow_run_ids: list[UUID]
    copies: list[tuple[str, str]] = field(default_factory=list)
    """Files whose content is another's: their name, and the other's."""
    choices_kept: list[ChoiceKept] = field(default_factory=list)
    """Known documents that keep the thresholds that they have, why, and what to do."""


class Found(list[Hit]):
    """Hits that answer a question, best first; empty if none does.

    ``similarity`` is the highest found, ``floor`` the lowest that counts as an answer (None: the model has none).
    ``not_reranked``: why a configured reranker did not set the order.
    """

    def __init__(self, hits: Iterable[Hit], answer: Answer) -> None:
        super().__init__(hits)
        self.waiting = answer.waiting
        self.similarity = answer.similarity
        self.floor = answer.floor
        self.not_reranked = answer.not_reranked


def status_of(row: DocumentJob) -> DocumentStatus:
    names = {field.name for field in fields(DocumentStatus)} & {field.name for field in fields(row)}
    return DocumentStatus(
        **{name: getattr(row, name) for name in names},
        error=dict(row.last_error) if row.last_error else None,
        undecided_pairs=row.undecided,
        critical_findings=row.critical,
    )
