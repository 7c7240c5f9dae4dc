"""Rows of documents and their files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from pipeline_core.domain.dual_status import DeepScanStatus, StagingStatus
from pipeline_core.domain.filetypes import PDF
from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, StageName
from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class Document(Record):
    """One document and where its newest job stands."""

    document_id: DocumentId
    realm_id: RealmId
    title: str
    filename: str
    also_named: Annotated[list[str], Field(description="Other names that the same content has now")]
    mime: str
    bytes_len: int
    file_sha256: str
    pages: int | None
    tags: list[str]
    collection: str | None
    staging_status: StagingStatus
    deep_scan_status: DeepScanStatus | None
    deep_scan_error: str | None
    workflow: str | None
    job_id: JobId
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    published_at: datetime | None
    published_chunks: int
    published_facts: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ListedDocument(Record):
    """One document in a list, and where its newest job stands."""

    document_id: DocumentId
    realm_id: RealmId
    title: str
    filename: str
    mime: str
    bytes_len: int
    pages: int | None
    tags: list[str]
    collection: str | None
    staging_status: StagingStatus
    deep_scan_status: DeepScanStatus | None
    deep_scan_error: str | None
    job_id: JobId
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    phase: Annotated[int, Field(description="0 upload … 6 download")]
    percent: Annotated[int, Field(ge=0, le=100)]
    facts: Annotated[int, Field(description="Published, or to be published if nobody decides otherwise")]
    published_at: datetime | None
    created_at: datetime
    updated_at: Annotated[datetime, Field(description="When it or its newest job last changed")]


@dataclass(frozen=True, slots=True)
class StatusOfDocument(Record):
    """Both statuses of a document, as a change would find them."""

    document_id: DocumentId
    staging_status: StagingStatus
    deep_scan_status: DeepScanStatus | None


@dataclass(frozen=True, slots=True)
class Total(Record):
    """The number of rows that match."""

    total: int


@dataclass(frozen=True, slots=True)
class Original(Record):
    """The uploaded bytes of a document: where they are, what they are, and how many pages they have."""

    document_id: DocumentId
    filename: str
    mime: str
    pages: int | None
    key: str
    sha256: str

    @property
    def name(self) -> str:
        """Return the name under which it is stored."""
        return self.key.rpartition("/")[2]

    @property
    def has_pictures(self) -> bool:
        """Return whether its pages can be shown as pictures."""
        return self.mime == PDF.mime


@dataclass(frozen=True, slots=True)
class DocumentFile(Record):
    """A file of a document: the stage it is of, its type, size in bytes, SHA-256 and key in the object store."""

    stage: StageName
    file_type: str
    key: str
    size: int
    mime_type: str
    sha256: str
    created_at: datetime

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]
