"""Facts and pairs under review in PostgreSQL: read, decided, edited, resolved, recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from pipeline_core.db.documents import summary_from
from pipeline_core.db.own_headings import EvidencePlace, HeadingsOf, headings_above
from pipeline_core.db.session import Row, Session, json_text
from pipeline_core.domain.batches import Batch, QuestionStatus
from pipeline_core.domain.facts import LeftOut, Span
from pipeline_core.domain.findings import FindingRow
from pipeline_core.domain.ids import BatchId, DocumentId, DuplicateId, JobId, QuestionId, RealmId, UserId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.review import (
    OfDocument,
    PastDecision,
    Reviewer,
    StagedFact,
    StagedPair,
    WaitingJob,
    Where,
    ids_of,
)
from pipeline_core.domain.rows.desk import PairSide
from pipeline_core.domain.staging import MatchKey

_SIDE = TypeAdapter(PairSide)


def _fact(row: Row) -> StagedFact:
    row["evidence"] = tuple(map(Span.from_json, row["evidence"] or ()))
    row["status"] = QuestionStatus(row["status"])
    row["left_out_reason"] = row["left_out_reason"] and LeftOut(row["left_out_reason"])
    row["heading_path"] = tuple(row["heading_path"] or ())
    return StagedFact(**row)


def _pair(row: Row) -> StagedPair:
    row["staged_status"] = QuestionStatus(row["staged_status"])
    for side in ("staged_side", "existing_side"):
        row[side] = row[side] and _SIDE.validate_python(row[side])
    return StagedPair(**row)


def findings_of(session: Session, job_id: JobId) -> list[FindingRow]:
    """The job's findings of validation, as they stand."""
    rows = session.all("view_job_findings", job_id=job_id)
    return list((rows[0]["stage3_validation_results"] or {}).get("findings", [])) if rows else []


class Reviews:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, document_id: DocumentId, realm_id: RealmId) -> JobSummary | None:
        """The document's newest job, locked until the transaction ends; None if the user has no such document."""
        rows = self._session.all("lock_for_review", document_id=document_id, realm_id=realm_id)
        return summary_from(rows[0]) if rows else None

    def under_own_headings(self, facts: Sequence[StagedFact], headings_of: HeadingsOf) -> list[StagedFact]:
        """The facts with the headings above their evidence, in the place of those that their chunks begin under."""
        places = [EvidencePlace(fact.chunk_id, fact.evidence[0].char_from if fact.evidence else None) for fact in facts]
        above = headings_above(self._session, places, headings_of)
        return [replace(fact, heading_path=tuple(path)) for fact, path in zip(facts, above, strict=True)]

    def has_document(self, document_id: DocumentId, realm_id: RealmId) -> bool:
        """True if the realm has such a document; takes no lock."""
        return bool(self._session.all("documents_of_user", document_id=document_id, realm_id=realm_id))

    def act_as(self, reviewer: Reviewer) -> None:
        """Have the rows that change in this transaction say that this reviewer changed them."""
        self._session.configure(upload_pipeline__reviewer=reviewer.by)
        self._session.act_as(reviewer.person)

    def next_waiting(self, realm_id: RealmId, *, phase: int | None, besides: Sequence[DocumentId]) -> WaitingJob | None:
        return self._session.first(WaitingJob, "next_waiting", realm_id=realm_id, phase=phase, besides=list(besides))

    def last_decision(self, job_id: JobId, codes: Sequence[str]) -> PastDecision | None:
        return self._session.first(PastDecision, "last_decision", job_id=job_id, codes=list(codes))

    def findings(self, job_id: JobId) -> list[FindingRow]:
        """The job's findings of validation, as they stand."""
        return findings_of(self._session, job_id)

    def log(self, job_id: JobId, code: str, payload: Mapping[str, Any]) -> None:
        """Append an event of type ``review`` about a document."""
        self._session.execute("log_review", job_id=job_id, code=code, payload=json_text(payload))

    def record(
        self, batch: Batch, event: str, code: str, payload: Mapping[str, Any], *, severity: str = "info"
    ) -> None:
        """Append an event about a bank; the payload gets the batch's id."""
        self._session.execute(
            "record_batch_event",
            document_id=batch.document_id,
            realm_id=batch.realm_id,
            type=event,
            severity=severity,
            code=code,
            payload=json_text({"batch_id": batch.batch_id, **payload}),
        )

    def history(self, where: Where, subject: UUID | None = None, *, of_whole: Sequence[str] = ()) -> list[PastDecision]:
        """Past decisions, oldest first; with a ``subject``, on this fact or pair, and with these codes on the whole."""
        name = None if subject is None else str(subject)
        return self._session.rows(
            PastDecision, "review_history", subject=name, of_whole=list(of_whole), **ids_of(where)
        )

    def version(self, where: Where) -> int:
        """The version of all facts and pairs that a reviewer of the document or bank looks at."""
        rows = self._session.all("review_version", **ids_of(where))
        return int(rows[0]["version"])

    def facts(
        self,
        where: Where,
        question_ids: Sequence[QuestionId] | None = None,
        *,
        statuses: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[StagedFact]:
        """The facts (or those of them that are named), in the order of the file."""
        rows = self._session.all(
            "staged_facts",
            question_ids=None if question_ids is None else list(question_ids),
            statuses=None if statuses is None else list(statuses),
            limit=limit,
            offset=offset,
            **ids_of(where),
        )
        return [_fact(row) for row in rows]

    def known(self, document_id: DocumentId, question_id: QuestionId) -> StagedFact | None:
        """The fact of a document as it is staged, else as it is published; None if it has none of that id."""
        if staged := self.facts(OfDocument(document_id), [question_id]):
            return staged[0]
        rows = self._session.all("published_fact", document_id=document_id, question_id=question_id)
        return next(map(_fact, rows), None)

    def on_pages(self, document_id: DocumentId, pages: Sequence[int]) -> list[StagedFact]:
        """The facts of a document that one of these pages proves, in the order of the text."""
        ids = self._session.column("facts_on_pages", document_id=document_id, pages=list(pages))
        return self.facts(OfDocument(document_id), ids) if ids else []

    def pairs(
        self,
        where: Where | None,
        realm_id: RealmId,
        duplicate_ids: Sequence[DuplicateId] | None = None,
        *,
        resolution: str | None = None,
    ) -> list[StagedPair]:
        """The user's pairs (or those of them that are named), the most alike first."""
        rows = self._session.all(
            "staged_pairs",
            realm_id=realm_id,
            duplicate_ids=None if duplicate_ids is None else list(duplicate_ids),
            resolution=resolution,
            **ids_of(where),
        )
        return [_pair(row) for row in rows]

    def decide(self, facts: Sequence[StagedFact], status: str, *, by: UserId, notes: str | None) -> bool:
        """Compare-and-set; False when one of them is not as it was read, and nothing may be committed then."""
        decided = self._session.execute(
            "decide_facts",
            question_ids=[fact.question_id for fact in facts],
            versions=[fact.version for fact in facts],
            status=status,
            by=by,
            notes=notes,
        )
        return decided == len(facts)

    def take_back_addition(self, question_id: QuestionId) -> None:
        """Let a rejected fact that a person added be in no list: it is as if it had never been added."""
        self._session.execute("take_back_addition", question_id=question_id)

    def edit(self, old: StagedFact, new: StagedFact, key: MatchKey, reviewer: Reviewer) -> bool:
        """Compare-and-set of the fact's words and status; False when it is not as it was read."""
        edited = self._session.execute(
            "edit_fact",
            question_id=old.question_id,
            version=old.version,
            question=new.question,
            answer=new.answer,
            statement=new.statement,
            topic=new.topic,
            subtopic=new.subtopic,
            kind=new.kind,
            difficulty=new.difficulty,
            notes=new.notes,
            match_text=key.text,
            match_sha256=key.sha256,
            match_trigrams=key.trigrams,
            match_signature=key.signature,
            status=new.status,
            editor=reviewer.by,
            by=reviewer.user_id,
            review_notes=new.review_notes,
        )
        return edited == 1

    def resolve(self, pairs: Sequence[StagedPair], resolution: str, *, by: str, notes: str | None) -> bool:
        """Compare-and-set; False when one of them is not as it was read, and nothing may be committed then."""
        resolved = self._session.execute(
            "resolve_pairs",
            duplicate_ids=[pair.duplicate_id for pair in pairs],
            versions=[pair.version for pair in pairs],
            resolution=resolution,
            by=by,
            notes=notes,
        )
        return resolved == len(pairs)

    def compare_again(self, question_id: QuestionId) -> None:
        """Have the fact's batch compared again."""
        self._session.execute("compare_again", question_id=question_id)

    def forget_near_duplicates(self, question_id: QuestionId) -> None:
        """Void what nobody decided about the old words of a document's fact, and have it compared again."""
        self._session.execute("forget_near_duplicates", question_id=question_id)
        self.compare_again(question_id)

    def take_back(self, pairs: Sequence[StagedPair]) -> None:
        """Let facts wait again that the system left out by these pairs."""
        self._session.execute(
            "take_back",
            question_ids=[pair.staged for pair in pairs],
            existing_ids=[pair.existing for pair in pairs],
        )

    def apply_to_document(self, document_id: DocumentId) -> None:
        """Leave out the document's facts that a decided pair leaves out."""
        self._session.execute("apply_resolutions", document_ids=[document_id])

    def apply_to_bank(self, pairs: Sequence[StagedPair]) -> None:
        """Leave out a bank's questions that a decided pair leaves out, and let those wait that none does any more."""
        ids = sorted({pair.staged for pair in pairs})
        self._session.execute("mark_duplicates", question_ids=ids)
        self._session.execute("unmark_duplicates", question_ids=ids)

    def forget_pairs(self, question_id: QuestionId) -> dict[BatchId, list[QuestionId]]:
        """Drop the pairs of a bank's question that no person decided; returns the questions to compare again."""
        staged = self._session.column("forget_pairs", question_id=question_id)
        self._session.execute("unmark_duplicates", question_ids=staged)
        found: dict[BatchId, list[QuestionId]] = {}
        for row in self._session.all("batches_of_questions", question_ids=staged):
            found.setdefault(row["batch_id"], []).append(row["question_id"])
        return found

    def settle_same_texts(self, realm_id: RealmId) -> set[DocumentId]:
        """Decide undecided pairs whose two texts the user has decided about; returns their documents."""
        documents = set(self._session.column("settle_same_texts", realm_id=realm_id))
        self._session.execute("apply_resolutions", document_ids=list(documents))
        return documents

    def decided_elsewhere(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, JobId]:
        """Of these documents those that wait for a person and have nothing left to decide, locked; with their jobs."""
        rows = self._session.all("decided_elsewhere", document_ids=list(document_ids))
        return {row["document_id"]: row["job_id"] for row in rows}
