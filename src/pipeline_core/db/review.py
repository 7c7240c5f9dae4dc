"""Single decisions of reviewers in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pipeline_core.db.documents import summary_from
from pipeline_core.db.session import Row, Session, json_text
from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.facts import HasEvidence, LeftOut, Span
from pipeline_core.domain.ids import ChunkId, DocumentId, DuplicateId, JobId, QuestionId, UserId
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
    generator: str = ""
    added_by: str | None = None
    """Who found it, where no generator did."""
    chunk_id: ChunkId | None = None

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


def _fact(row: Row) -> ReviewFact:
    return ReviewFact(
        row["question_id"],
        row["question"],
        row["answer"],
        row["statement"],
        tuple(map(Span.from_json, row["evidence"])),
        row["evidence_match"],
        row["status"],
        row["review_notes"],
        row["edited_by"],
        LeftOut(row["left_out_reason"]) if row["left_out_reason"] else None,
        row["page_unit"],
        tuple(row["heading_path"] or ()),
        row["duplicate_of"],
        row["confidence"],
        row["confidence_reasons"] or (),
        row["generator"],
        row["added_by"],
        row["chunk_id"],
    )


class Reviews:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, document_id: DocumentId, user_id: UserId) -> JobSummary | None:
        """The document's newest job, locked until the transaction ends; None if the user has no such document."""
        rows = self._session.all("lock_for_review", document_id=document_id, user_id=user_id)
        return summary_from(rows[0]) if rows else None

    def next_waiting(self, user_id: UserId, *, phase: int | None, besides: Sequence[DocumentId]) -> WaitingJob | None:
        rows = self._session.all("next_waiting", user_id=user_id, phase=phase, besides=list(besides))
        return WaitingJob(**rows[0]) if rows else None

    def last_decision(self, job_id: JobId, codes: Sequence[str]) -> PastDecision | None:
        rows = self._session.all("last_decision", job_id=job_id, codes=list(codes))
        return PastDecision(**rows[0]) if rows else None

    def findings(self, job_id: JobId) -> list[dict[str, Any]]:
        """What validation found about the job, as it stands."""
        rows = self._session.all("view_job_findings", job_id=job_id)
        return list((rows[0]["stage3_validation_results"] or {}).get("findings", [])) if rows else []

    def log(self, job_id: JobId, code: str, payload: Mapping[str, Any]) -> None:
        """An event of type ``review``."""
        self._session.execute("log_review", job_id=job_id, code=code, payload=json_text(payload))

    def facts(self, document_id: DocumentId, question_ids: Sequence[QuestionId] | None = None) -> list[ReviewFact]:
        """The document's facts (or those of them that are named), in document order."""
        ids = None if question_ids is None else list(question_ids)
        return [_fact(row) for row in self._session.all("review_facts", document_id=document_id, question_ids=ids)]

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
        ids = list(question_ids)
        self._session.execute(
            "set_fact_status", document_id=document_id, question_ids=ids, status=status, by=by, notes=notes
        )
        if compare:
            # what was left out was never compared: the batch of these facts, which is one, is compared again
            self._session.execute("compare_again", question_id=ids[0])
        # a rejection that is taken back does not take back that another says the same
        self._session.execute("apply_resolutions", document_ids=[document_id])

    def edit(self, fact: ReviewFact, key: MatchKey, *, by: UserId, editor: str, notes: str) -> None:
        """Store the fact's new words, void what was undecided about the old ones, and have it compared again."""
        self._session.execute(
            "edit_fact",
            question_id=fact.question_id,
            question=fact.question,
            answer=fact.answer,
            statement=fact.statement,
            match_text=key.text,
            match_sha256=key.sha256,
            match_trigrams=key.trigrams,
            match_signature=key.signature,
            editor=editor,
            by=by,
            notes=notes,
        )
        self._session.execute("forget_look_alikes", question_id=fact.question_id)
        self._session.execute("compare_again", question_id=fact.question_id)

    def pairs(self, document_id: DocumentId, duplicate_ids: Sequence[DuplicateId]) -> list[ReviewPair]:
        rows = self._session.all("lock_pairs", document_id=document_id, duplicate_ids=list(duplicate_ids))
        return [
            ReviewPair(
                row["duplicate_id"],
                row["staged_question_id"],
                row["existing_question_id"],
                row["similarity_score"],
                row["resolution"],
                row["resolved_by"],
                row["resolved_at"],
            )
            for row in rows
        ]

    def resolve(self, document_id: DocumentId, pair: ReviewPair, resolution: str, *, by: str, notes: str) -> None:
        """Decide a pair that no person has decided, and do to its staged fact what follows."""
        self._session.execute(
            "resolve_pair", duplicate_id=pair.duplicate_id, resolution=resolution, by=by, notes=notes or None
        )
        self._session.execute("take_back", question_id=pair.staged, existing_id=pair.existing)
        self._session.execute("apply_resolutions", document_ids=[document_id])

    def settle_same_texts(self, user_id: UserId) -> set[DocumentId]:
        """Decide undecided pairs whose two texts the user has decided about; answers with their documents."""
        documents = {row["document_id"] for row in self._session.all("settle_same_texts", user_id=user_id)}
        self._session.execute("apply_resolutions", document_ids=list(documents))
        return documents

    def decided_elsewhere(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, JobId]:
        """Of these documents those that wait for a person and have nothing left to decide, locked; with their jobs."""
        rows = self._session.all("decided_elsewhere", document_ids=list(document_ids))
        return {row["document_id"]: row["job_id"] for row in rows}
