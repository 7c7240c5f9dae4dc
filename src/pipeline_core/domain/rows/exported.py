"""Rows of an export: a document as it is published."""

from dataclasses import dataclass
from datetime import datetime

from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.rows.facts import ConfidenceReason
from pipeline_core.domain.rows.record import Record
from pipeline_core.domain.rows.search import EvidenceSpan


@dataclass(frozen=True, slots=True)
class ExportedChunk(Record):
    """A published chunk; pages are None in a document without pages."""

    chunk_id: ChunkId
    ordinal: int
    text: str
    heading_path: list[str] | None
    page_from: int | None
    page_to: int | None
    char_from: int
    char_to: int


@dataclass(frozen=True, slots=True)
class ExportedFact(Record):
    """A published fact with its evidence; page and characters are those of the place of the fact."""

    question_id: QuestionId
    chunk_id: ChunkId | None
    question: str | None
    answer: str | None
    statement: str | None
    quote: str | None
    page: int | None
    char_from: int | None
    char_to: int | None
    match: str | None
    generator: str | None
    added_by: str | None
    confidence: float | None
    confidence_reasons: list[ConfidenceReason] | None
    evidence: list[EvidenceSpan]


@dataclass(frozen=True, slots=True)
class ExportedFile(Record):
    """A file that a stage left: its type, key in the object store, size in bytes and SHA-256."""

    stage_name: StageName
    file_type: str
    file_path: str
    file_size: int
    checksum: str


@dataclass(frozen=True, slots=True)
class ExportedDocument(Record):
    """A document as published, all of one moment; ``published_at`` is None where nothing is published (any more)."""

    document_id: DocumentId
    filename: str
    also_named: list[str]
    title: str
    mime: str
    page_count: int | None
    file_sha256: str
    raw_path: str
    published_at: datetime | None
    published_path: str | None
    published_sha256: str | None
    chunks: list[ExportedChunk]
    facts: list[ExportedFact]
    files: list[ExportedFile]
