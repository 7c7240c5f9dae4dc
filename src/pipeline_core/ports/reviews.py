"""Port: what reviewers decide, fact by fact and pair by pair, and who decided before them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.facts import HasEvidence, LeftOut, Span
from pipeline_core.domain.ids import DocumentId, DuplicateId, JobId, QuestionId, UserId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.staging import MatchKey


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A document that waits for a person, since when, and why."""

    job_id: JobId
    document_id: DocumentId
    filename: str
    stage: str
    phase: int
    profile: str
    waits_since: datetime
    undecided: int
    critical: int
    facts_to_decide: int = 0
    """Facts that are not sure enough to be published unseen."""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """An event of a review: ``code`` is what was decided, ``payload`` has who and why."""

    ts: datetime
    code: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReviewFact(HasEvidence):
    """A staged fact as a reviewer sees it."""

    question_id: QuestionId
    question: str | None
    answer: str | None
    statement: str
    evidence: tuple[Span, ...]
    match: str
    status: str
    notes: str | None
    edited_by: str | None
    left_out: LeftOut | None = None
    page_unit: str | None = None
    heading_path: tuple[str, ...] = ()
    duplicate_of: QuestionId | None = None
    confidence: float | None = None
    confidence_reasons: Sequence[Mapping[str, Any]] = field(default=(), hash=False)

    @property
    def title(self) -> str:
        """What it is known by: its question, or its statement where none is natural."""
        return self.statement if self.question is None else self.question

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "quote": self.quote, "page": self.page}

    @property
    def confidence_words(self) -> str:
        """Its confidence with the reasons; "" where it was never weighed."""
        return in_words(self.confidence, self.confidence_reasons)


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """A pair of look-alikes and what was decided about it."""

    duplicate_id: DuplicateId
    staged: QuestionId
    existing: QuestionId
    score: float
    resolution: str
    resolved_by: str | None
    resolved_at: datetime | None


class Reviews(Protocol):
    def lock(self, document_id: DocumentId, user_id: UserId) -> JobSummary | None:
        """The document's newest job, locked until the transaction ends; None if the user has no such document."""
        ...

    def next_waiting(
        self, user_id: UserId, *, phase: int | None, besides: Sequence[DocumentId]
    ) -> WaitingJob | None: ...

    def last_decision(self, job_id: JobId, codes: Sequence[str]) -> PastDecision | None: ...

    def findings(self, job_id: JobId) -> list[dict[str, Any]]:
        """What validation found about the job, as it stands."""
        ...

    def log(self, job_id: JobId, code: str, payload: Mapping[str, Any]) -> None:
        """An event of type ``review``."""
        ...

    def facts(self, document_id: DocumentId, question_ids: Sequence[QuestionId] | None = None) -> list[ReviewFact]:
        """The document's facts (or those of them that are named), in document order."""
        ...

    def set_status(
        self,
        document_id: DocumentId,
        question_ids: Sequence[QuestionId],
        status: str,
        *,
        by: UserId,
        notes: str,
        compare: bool = False,
    ) -> None:
        """Decide about the facts; with ``compare``, their document's facts are compared with others again."""
        ...

    def edit(self, fact: ReviewFact, key: MatchKey, *, by: UserId, editor: str, notes: str) -> None:
        """Store the fact's new words, void what was undecided about the old ones, and have it compared again."""
        ...

    def pairs(self, document_id: DocumentId, duplicate_ids: Sequence[DuplicateId]) -> list[ReviewPair]: ...

    def resolve(self, document_id: DocumentId, pair: ReviewPair, resolution: str, *, by: str, notes: str) -> None:
        """Decide a pair that no person has decided, and do to its staged fact what follows."""
        ...

    def settle_same_texts(self, user_id: UserId) -> set[DocumentId]:
        """Decide undecided pairs whose two texts the user has decided about; answers with their documents."""
        ...

    def decided_elsewhere(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, JobId]:
        """Of these documents those that wait for a person and have nothing left to decide, locked; with their jobs."""
        ...
