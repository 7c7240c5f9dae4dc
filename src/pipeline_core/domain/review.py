"""Facts and pairs of near-duplicates as a reviewer sees them, be they of a document or of a question bank."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.facts import HasEvidence, LeftOut, Span
from pipeline_core.domain.ids import BatchId, ChunkId, DocumentId, DuplicateId, JobId, QuestionId, RealmId, UserId
from pipeline_core.domain.realms import OWN, Person, user_of
from pipeline_core.domain.reasons import trimmed
from pipeline_core.domain.rows.desk import PairSide
from pipeline_core.domain.wording import percent_alike


@dataclass(frozen=True, slots=True)
class OfDocument:
    """Review of a document."""

    document_id: DocumentId

    @property
    def id(self) -> UUID:
        return self.document_id


@dataclass(frozen=True, slots=True)
class OfBatch:
    """Review of a question bank, by its batch."""

    batch_id: BatchId

    @property
    def id(self) -> UUID:
        return self.batch_id


Where = OfDocument | OfBatch


class WhereIds(TypedDict):
    """``Where`` as parameters of a query; both are None where nothing is said."""

    document_id: DocumentId | None
    batch_id: BatchId | None


def ids_of(where: Where | None) -> WhereIds:
    """The ``document_id`` and the ``batch_id``, of which at most one is there."""
    return {
        "document_id": where.document_id if isinstance(where, OfDocument) else None,
        "batch_id": where.batch_id if isinstance(where, OfBatch) else None,
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """The state of a row, a document or a bank that a reviewer looked at before deciding."""

    status: str
    version: int


Expected = Mapping[UUID, Seen]
"""The states in which a reviewer saw facts, pairs, or the document or bank as a whole, by id. What is not named is
decided as it stands."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The person who decides in a realm, why, and having seen what.

    ``name`` is what the record and other reviewers see; without it, the user's id. ``user_id`` is the realm's own user
    unless another is named.
    """

    realm_id: RealmId
    name: str = ""
    reason: str = ""
    expected: Expected = field(default_factory=dict, hash=False)
    user_id: UserId = OWN

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", trimmed(self.reason))
        object.__setattr__(self, "user_id", user_of(self.user_id, self.realm_id))

    @property
    def person(self) -> Person:
        return Person(self.user_id, trimmed(self.name))

    @property
    def by(self) -> str:
        return trimmed(self.name) or str(self.user_id)


@dataclass(frozen=True, slots=True)
class StagedFact(HasEvidence):
    """A staged fact or question.

    ``version`` grows with every change, whose author and time ``changed_by`` and ``changed_at`` are. ``import_error``
    says why the last import of a bank left it here; ``notes`` are a bank's, for its tutor.
    """

    question_id: QuestionId
    question: str | None
    answer: str | None
    statement: str | None
    status: QuestionStatus
    version: int
    changed_by: str
    changed_at: datetime
    evidence: tuple[Span, ...] = ()
    match: str | None = None
    review_notes: str | None = None
    edited_by: str | None = None
    left_out_reason: LeftOut | None = None
    duplicate_of: QuestionId | None = None
    similarity: float | None = None
    confidence: float | None = None
    confidence_reasons: Sequence[Mapping[str, Any]] | None = field(default=None, hash=False)
    page_unit: str | None = None
    heading_path: tuple[str, ...] = ()
    topic: str | None = None
    subtopic: str | None = None
    kind: str | None = None
    difficulty: str | None = None
    notes: str | None = None
    import_error: str | None = None
    generator: str = ""
    added_by: str | None = None
    """Person who added it, where no generator did."""
    taken_back: bool = False
    """It was added, and that was undone."""
    chunk_id: ChunkId | None = None

    @property
    def id(self) -> UUID:
        return self.question_id

    @property
    def title(self) -> str:
        """Returns its question, or its statement where no question is natural."""
        return self.question or self.statement or ""

    @property
    def seen(self) -> Seen:
        """Its present state, as a later decision can name it."""
        return Seen(self.status, self.version)

    @property
    def staged_id(self) -> QuestionId:
        return self.question_id

    @property
    def standing(self) -> QuestionStatus:
        return self.status

    @property
    def confidence_words(self) -> str:
        """Its confidence with the reasons; "" where it was never weighed."""
        return in_words(self.confidence, self.confidence_reasons)

    def with_words(self, changes: Mapping[str, str | None]) -> "StagedFact":
        """The fact with new words by the name of what they are."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_json(self) -> dict[str, Any]:
        where = {"quote": self.quote, "page": self.page} if self.evidence else {}
        return {**asdict(self), **where}


@dataclass(frozen=True, slots=True)
class StagedPair:
    """Two facts that look alike: ``staged`` is of this document or bank, ``existing`` was there first.

    ``existing_stands`` says whether it is published, or may be; ``flags`` in what the two differ (``DIFFERENCES``), and
    ``proposed`` what loses nothing.
    """

    duplicate_id: DuplicateId
    batch_id: BatchId
    document_id: DocumentId | None
    staged: QuestionId
    existing: QuestionId
    score: float
    method: str
    resolution: str
    resolved_by: str | None
    resolved_at: datetime | None
    reason: str | None
    version: int
    changed_by: str
    changed_at: datetime
    staged_text: str
    existing_text: str | None
    staged_status: QuestionStatus
    existing_stands: bool
    flags: Sequence[str]
    proposed: str
    staged_side: PairSide
    existing_side: PairSide | None
    """None where it is there no more."""

    @property
    def percent(self) -> int:
        """Likeness; 100 is for what reads the same to the letter."""
        staged, existing = self.staged_side, self.existing_side
        is_same = existing is not None and (staged.question, staged.text) == (existing.question, existing.text)
        return percent_alike(self.score, is_same=is_same)

    @property
    def is_to_decide(self) -> bool:
        """Returns whether a person is to decide about it; the view ``undecided_pairs`` has the same."""
        return self.resolution == "pending" and self.staged_status in (QuestionStatus.PENDING, QuestionStatus.APPROVED)

    @property
    def id(self) -> UUID:
        return self.duplicate_id

    @property
    def seen(self) -> Seen:
        """Its present state, as a later decision can name it."""
        return Seen(self.resolution, self.version)

    @property
    def staged_id(self) -> QuestionId:
        return self.staged

    @property
    def standing(self) -> QuestionStatus:
        return self.staged_status


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
    facts_to_decide: int
    """Facts that are not sure enough to be published unseen."""
    critical: int
    review_version: int


@dataclass(frozen=True, slots=True)
class PastDecision:
    """An event: ``code`` is what was done, ``payload`` has who, why, and what it was before."""

    ts: datetime
    code: str
    payload: Mapping[str, Any]
