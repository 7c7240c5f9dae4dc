"""Rows of views: one frozen type for each kind of row, shared by the API, the client and the terminal.

The fields are the columns, and the JSON: they stand nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Required
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from pipeline_core.domain.batches import BatchStatus
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.ids import BatchId, DocumentId, DuplicateId, JobId, QuestionId, RealmId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.domain.staging import DIFFERENCES


class Record:
    """A row. Its fields can be read as those of its JSON too: ``row["state"]``, ``dict(row)``."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def keys(self) -> Iterable[str]:
        return [field.name for field in fields(self)]

    def __getitem__(self, name: str) -> object:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None


class JobError(TypedDict, total=False):
    """The last error: what, where, and what to do."""

    code: Required[str]
    message: Required[str]
    where: str | None
    action: str


@dataclass(frozen=True, slots=True)
class Progress(Record):
    """The present position of a document."""

    document_id: DocumentId
    filename: str
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    percent: int
    retry_count: int
    last_error: JobError | None
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class RunDocument(Record):
    """A document of a run, whoever it belongs to, with what it waits for; no text of it."""

    document_id: DocumentId
    realm_id: RealmId
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
    realm_id: RealmId
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
    last_error: JobError | None
    is_stopped: Annotated[
        bool, Field(description="It waits behind a stage that was run by itself; a retry continues it")
    ]
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
    facts_added: int
    """By reviewers, who missed them."""
    facts_to_decide: int
    duplicates: int
    """Left out because another says the same, or to be decided."""
    undecided: int
    undecided_alike: int
    """Of the undecided pairs those in which no difference was found."""
    critical: int
    warnings: int
    infos: int


@dataclass(frozen=True, slots=True)
class Counts(Record):
    """The number of a realm's newest jobs in each state, and of published documents, chunks and facts."""

    jobs: dict[str, int]
    documents: int
    chunks: int
    facts: int


@dataclass(frozen=True, slots=True)
class JobPoll(Record):
    """The present position of a job, cheap to poll."""

    job_id: JobId
    document_id: DocumentId
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    phase: int
    percent: int
    retry_count: int
    version: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobEvent(Record):
    """Something that happened to a job."""

    event_id: int
    ts: datetime
    type: str
    severity: str
    code: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageTiming(Record):
    """One stage of the job's document."""

    stage_name: StageName
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    error_message: str | None
    retry_count: int
    runs: int
    seconds: float | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class ConfidenceReason(TypedDict):
    """A trait that moved a confidence."""

    trait: str
    effect: Annotated[float, Field(description="In log-odds: above 0 for the fact, below 0 against it")]
    words: str


@dataclass(frozen=True, slots=True)
class WeighedFact(Record):
    """A fact with the probability that it holds; ``POST /api/job/{job_id}/approve-stage2`` with its id takes it in."""

    question_id: UUID
    question: str | None
    answer: str | None
    statement: str
    quote: str
    page: int | None
    evidence: Annotated[list[dict[str, Any]] | None, Field(exclude=True)]
    confidence: Annotated[
        float | None, Field(description="0 to 1; null for facts that were found before confidence was computed")
    ]
    confidence_reasons: list[ConfidenceReason] | None


@dataclass(frozen=True, slots=True)
class LeftOutFact(WeighedFact):
    """A fact that is kept out of production until a person takes it in."""

    reason: LeftOut
    pieces: Annotated[list[str] | None, Field(exclude=True)]


@dataclass(frozen=True, slots=True)
class ChunkOutcome(Record):
    """A count of a document's chunks by their outcome."""

    outcome: str | None
    outcome_reason: str | None
    chunks: int
    facts: int
    refused: int


@dataclass(frozen=True, slots=True)
class ParkedShown(Record):
    """A decision that is carried out at ``due_at`` unless it is undone before; by the database's clock."""

    decision: str
    by: str
    taken_at: datetime
    due_at: datetime
    error: Annotated[
        JobError | None,
        Field(description="Why it was refused when its time came: the document waits for another decision"),
    ]


@dataclass(frozen=True, slots=True)
class JobDetail(Job):
    """A job with its stages and what validation found."""

    review_version: Annotated[
        int,
        Field(description="Of its facts and pairs: to send as `expected.version`, with `stage` as `expected.status`"),
    ]
    stages: list[StageTiming]
    findings: list[dict[str, Any]]
    returned_for: Annotated[
        list[dict[str, Any]],
        Field(description="Why it was returned to matching review, while it waits there"),
    ]
    facts_added: Annotated[int, Field(description="Facts that reviewers have added")]
    left_out_by: Annotated[dict[LeftOut, int], Field(description="The ledger: how many facts were left out, by reason")]
    left_out_facts: Annotated[list[LeftOutFact], Field(description="The first 1,000 of them")]
    facts_to_decide: Annotated[int, Field(description="Facts of medium confidence that a person is asked about")]
    parked: Annotated[
        ParkedShown | None, Field(description="The decision about it that can be taken back, or that was refused")
    ]
    to_decide: Annotated[list[WeighedFact], Field(description="The first 1,000 of them, the least sure first")]


@dataclass(frozen=True, slots=True)
class DocumentPair(Record):
    """Two facts that are near-duplicates, each with where it stands; ``reasons`` has in what they differ."""

    duplicate_id: DuplicateId
    similarity_score: float
    method: str
    resolution: str
    version: int
    changed_by: str
    changed_at: datetime
    reasons: dict[str, Any]
    proposed: str
    question_id: QuestionId
    staged_text: str
    staged_page: int | None
    staged_unit: str | None
    existing_text: str | None
    existing_file: str | None
    existing_page: int | None
    existing_unit: str | None

    @property
    def differ(self) -> str:
        """Return how the two differ, in words; "" for nothing that was found."""
        return "; ".join(DIFFERENCES.get(flag, flag) for flag in self.reasons.get("flags") or ())


@dataclass(frozen=True, slots=True)
class DocumentDetail(DocumentJob):
    """A document's newest job with all that a person may want to know of it."""

    stages: list[StageTiming]
    findings: list[dict[str, Any]]
    returned_for: list[dict[str, Any]]
    pairs: list[DocumentPair]
    ledger: list[ChunkOutcome]
    left_out_facts: list[LeftOutFact]
    to_decide: list[WeighedFact]
    parked: ParkedShown | None
    events: list[JobEvent]


@dataclass(frozen=True, slots=True)
class Batch(Record):
    """One upload session: a question bank, or the facts of a document."""

    total: int
    pending: int
    approved: int
    rejected: int
    duplicate: int
    imported: int
    left_out: Annotated[int, Field(description="Left out by the system until a person takes them in")]
    batch_id: BatchId
    realm_id: RealmId
    file_name: str
    document_id: DocumentId | None
    status: BatchStatus
    uploaded_at: datetime
    is_matched: Annotated[bool, Field(description="Whether it was compared with existing questions")]
    undecided: Annotated[int, Field(description="Undecided pairs of near-duplicates")]


@dataclass(frozen=True, slots=True)
class ListedBatch(Batch):
    """One batch as its user's own list shows it."""

    cost_usd: float


@dataclass(frozen=True, slots=True)
class BatchDetail(Batch):
    """One batch, with what a decision about all of it names as expected."""

    review_version: Annotated[
        int, Field(description="What to send as `expected.version`, with `status` as `expected.status`")
    ]


@dataclass(frozen=True, slots=True)
class Cost(Record):
    """Calls, their tokens, and US dollars."""

    calls: int
    input_tokens: int
    cached_tokens: Annotated[int, Field(description="Input tokens that the endpoint had cached and charged less for")]
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class CostByDay(Cost):
    """The cost of one day (UTC)."""

    day: date


@dataclass(frozen=True, slots=True)
class CostOfDay(CostByDay):
    """The cost of one model on one day (UTC)."""

    service: str
    model: str


@dataclass(frozen=True, slots=True)
class CostByStage(Cost):
    """The cost of one model in one stage, or outside any stage."""

    stage: str
    model: str


@dataclass(frozen=True, slots=True)
class CostOfStage(Cost):
    """The cost of one model in one stage."""

    stage: StageName | None
    service: str
    model: str


@dataclass(frozen=True, slots=True)
class CostOfDocument(Cost):
    """The cost of one document; those that are gone, and calls for several, come together."""

    document: str
    document_id: DocumentId | None


@dataclass(frozen=True, slots=True)
class CostOfRun(CostByStage):
    """The cost of one model in one stage of a run, by the outcome of the calls."""

    outcome: str


@dataclass(frozen=True, slots=True)
class PaidCall(Record):
    """One call: what was set aside for it, and what it came to."""

    call_id: UUID
    run_id: Annotated[UUID, Field(exclude=True)]
    stage: StageName | None
    service: str
    model: str
    items: Annotated[int, Field(description="Chunks, texts or pages")]
    state: Annotated[str, Field(description="`reserved`, `settled`, or `abandoned`: outcome unknown, counted in full")]
    outcome: str | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reserved_usd: float
    cost_usd: float
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class CostOfChunk(Record):
    """The cost of a chunk of a document; 0 if its answer was cached."""

    chunk_id: UUID
    ordinal: int
    outcome: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Budget(Record):
    """A budget with the US dollars spent and set aside."""

    scope: str
    period: str
    spent_usd: float
    reserved_usd: float
    limit_usd: float | None


@dataclass(frozen=True, slots=True)
class Costs(Record):
    """The costs of the last days, and the budgets."""

    days: list[CostByDay]
    stages: list[CostByStage]
    documents: list[CostOfDocument]
    budgets: list[Budget]


@dataclass(frozen=True, slots=True)
class DocumentCalls(Record):
    """The paid calls for a document, newest first, and the cost of each of its chunks."""

    calls: list[PaidCall]
    chunks: list[CostOfChunk]
