"""Rows of a fact's way back: from what is published to the file and the run that it came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.filetypes import PDF
from pipeline_core.domain.ids import BatchId, ChunkId, DocumentId, JobId, QuestionId, RealmId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class FactOrigin(Record):
    """A fact or question as it is published, and else as it is staged; ``published_at`` is None where it is not.

    ``evidence`` are its spans as JSON. ``by_person``: somebody decided about it by itself, not with its document.
    """

    question_id: QuestionId
    realm_id: RealmId
    question: str | None
    answer: str | None
    statement: str | None
    published_at: datetime | None
    status: QuestionStatus | None
    evidence: list[dict[str, Any]] | None
    match: str | None
    generator: str
    confidence: float | None
    confidence_reasons: list[dict[str, Any]] | None
    publish_from: float | None
    left_out_reason: LeftOut | None
    by_person: bool
    reviewed_at: datetime | None
    review_notes: str | None
    edited_by: str | None
    edited_at: datetime | None
    added_by: str | None
    staged_at: datetime | None
    batch_id: BatchId | None
    batch_file: str | None
    document_id: DocumentId | None
    chunk_id: ChunkId | None
    heading_path: list[str] | None
    page_from: int | None
    page_to: int | None
    page_unit: str | None
    chunker: str | None

    @property
    def title(self) -> str:
        """Return its question, or its statement where it has none."""
        return self.question or self.statement or ""


@dataclass(frozen=True, slots=True)
class FileOrigin(Record):
    """The file that a fact stands in: by whom it was uploaded, and when."""

    document_id: DocumentId
    filename: str
    also_named: list[str]
    title: str
    mime: str
    bytes_len: int
    file_sha256: str
    pages: int | None
    uploaded_at: datetime
    uploaded_by: str | None

    @property
    def has_pictures(self) -> bool:
        """Return whether its pages can be shown as pictures."""
        return self.mime == PDF.mime


@dataclass(frozen=True, slots=True)
class RunOrigin(Record):
    """The job that published a fact, or is to: its document's last that published anything, else its newest."""

    job_id: JobId
    profile: Profile
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    began_at: datetime
    finished_at: datetime | None
    flow_run_id: str | None
    critical: int | None
    undecided: int
    override_reason: str | None


@dataclass(frozen=True, slots=True)
class Withdrawal(Record):
    """The event by which a fact left production; ``by`` is who caused it, where it was a person."""

    ts: datetime
    code: str
    by: str | None
    replaced_by: QuestionId | None
