"""Rows of what production said, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from pipeline_core.domain.ids import ChunkId, DocumentId, JobId, QuestionId
from pipeline_core.domain.rows.record import Record
from pipeline_core.domain.rows.search import EvidenceSpan
from pipeline_core.domain.versions import Ending, Origin

_AS_DIFF = "Against the version before it, be it of earlier content, as `diff` compares them; of the first, all came"


@dataclass(frozen=True, slots=True)
class Version(Record):
    """A version of a document, or of one whose place it took: what production had of it between two moments."""

    document_id: DocumentId
    number: int
    valid_from: datetime
    valid_to: Annotated[datetime | None, Field(description="Null: it is what production says now")]
    origin: Origin
    reverted_to: Annotated[int | None, Field(description="The version that a reviewer put back by this one")]
    ended: Ending | None
    replaced_by: Annotated[DocumentId | None, Field(description="The document that took its place")]
    file_name: Annotated[str, Field(description="The name that the document had then")]
    job_id: JobId | None
    approved_by: Annotated[str | None, Field(description="Null: no person was asked about the document as a whole")]
    decided_facts: Annotated[int, Field(description="Facts that people decided, edited or added one by one")]
    ended_by: str | None
    end_reason: str | None
    facts: int
    chunks: int
    facts_came: Annotated[int, Field(description=_AS_DIFF)]
    facts_went: Annotated[int, Field(description=_AS_DIFF)]
    facts_changed: Annotated[int, Field(description=_AS_DIFF)]
    published_sha256: Annotated[str | None, Field(description="Of the text that its quotes are from")]
    is_present: Annotated[bool, Field(description="Production says now what it said then, be it by a later version")]


@dataclass(frozen=True, slots=True)
class VersionFact(Record):
    """A fact of a version; ``text_sha256`` is that of the text that its evidence stands in."""

    question_id: QuestionId
    chunk_id: ChunkId | None
    question: str | None
    answer: str | None
    statement: str | None
    quote: str | None
    page: int | None
    evidence: list[EvidenceSpan]
    generator: str
    confidence: float | None
    approval: Annotated[Mapping[str, Any] | None, Field(description="Who decided, edited or added it by itself")]

    @property
    def title(self) -> str:
        """Return its question, or its statement where it has none."""
        return self.question or self.statement or ""

    @property
    def words(self) -> tuple[str | None, str | None, str | None]:
        """Return what it asks, answers and states."""
        return self.question, self.answer, self.statement


@dataclass(frozen=True, slots=True)
class Resembling(Record):
    """A fact that would come back, and a published one of another document that may be the same; nobody has decided."""

    comes: str
    says: str
    score: float


@dataclass(frozen=True, slots=True)
class Reverting(Record):
    """The facts that come and go when production says again what it said in a version.

    ``elsewhere``: facts that other documents say by now, and that stay published from there.
    ``undecided``: facts that others may say by now; somebody has to decide about them.
    ``instead_of``: later content of the file, which is withdrawn for it.
    """

    document_id: DocumentId
    filename: str
    number: int | None
    is_present: bool
    published_at: datetime | None
    instead_of: DocumentId | None
    comes: int
    goes: int
    changes: int
    elsewhere: int
    outdated: Annotated[int, Field(exclude=True)]
    is_forgotten: Annotated[bool, Field(exclude=True)]
    undecided: Sequence[Resembling] = ()
