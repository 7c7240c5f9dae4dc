"""What views show: one frozen type for each kind of row, shared by the API, the client and the terminal.

The fields are the columns, and the JSON: they stand nowhere else.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field
from typing_extensions import Required, TypedDict

from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile


class Record:
    """A row. Scripts may read its fields as those of its JSON: ``row["state"]``."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __getitem__(self, name: str) -> object:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None

    def as_json(self) -> dict[str, object]:
        """The fields by name; what is in them stays as it is."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class StoredError(TypedDict, total=False):
    """The last error: what, where, and what to do."""

    code: Required[str]
    message: Required[str]
    where: str | None
    action: str


@dataclass(frozen=True, slots=True)
class Progress(Record):
    """Where a document stands now."""

    document_id: DocumentId
    filename: str
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    percent: int
    retry_count: int
    last_error: StoredError | None


@dataclass(frozen=True, slots=True)
class RunDocument(Record):
    """A document of a run, whoever it belongs to, with what it waits for; no text of it."""

    document_id: DocumentId
    user_id: UUID
    filename: str
    job_id: JobId
    profile: Profile
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    phase: int
    percent: int
    error_code: str | None
    facts: int
    left_out: int
    undecided: int
    findings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Job(Record):
    """One run of a document through the stages."""

    job_id: JobId
    document_id: DocumentId
    filename: str
    also_named: Annotated[list[str], Field(description="Other names that the same content has now")]
    pages: int | None
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    profile: Annotated[Profile, Field(description="`deep` is a deep scan of a document that was published before")]
    phase: Annotated[int, Field(description="0 upload … 6 download")]
    percent: Annotated[int, Field(ge=0, le=100)]
    retry_count: int
    last_error: StoredError | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    published_at: datetime | None
    seconds: Annotated[float | None, Field(description="Work on all stages together")]
    cost_usd: float | None
    correlation_id: UUID
    flow_run_id: UUID | None


@dataclass(frozen=True, slots=True)
class DocumentJob(Job):
    """A document's newest job, with counts of its chunks, facts, pairs and findings."""

    title: str
    staging_status: str
    deep_scan_status: str | None
    deep_scan_error: str | None
    is_replaced: bool
    """Withdrawn because every source that it stood at holds another document by now."""
    chunks: int
    facts: int
    """Published, or to be published if nobody decides otherwise."""
    left_out: int
    left_out_by: dict[str, int]
    facts_to_decide: int
    duplicates: int
    """Left out because another says the same, or to be decided."""
    undecided: int
    undecided_alike: int
    """Of the undecided pairs those in which no difference was found."""
    critical: int
    warnings: int
    infos: int
