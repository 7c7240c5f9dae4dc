"""Review: what waits for a person, and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack
from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.client.results import DocumentStatus
from pipeline_core.client.wired import needs
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import (
    Expected,
    OfBatch,
    OfDocument,
    PastDecision,
    Reviewer,
    StagedFact,
    StagedPair,
    WaitingJob,
    Where,
)
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.review.add import Added
from pipeline_core.review.bulk import Preview
from pipeline_core.review.decisions import Change, Decided, Decision, DecisionFields, Resolution, request_of
from pipeline_core.review.marking import MissedFact

Reviewed = str | UUID | Where
"""What is reviewed: a document, as for ``status``, or a bank, as ``bank`` gives it."""


class Signed(TypedDict, total=False):
    """Fields of any decision: the reason, the reviewer's name (as set, by default), and the states that were seen, by
    id; a decision about what is not as it was seen is refused."""

    reason: str
    reviewer: str
    expected: Expected


class Reviewing(Documents):
    """Documents and questions that wait for a person, and decisions on them."""

    def waiting(self, *, limit: int = 100) -> list[DocumentStatus]:
        """Return the documents that wait for a person, newest first."""
        return self.statuses(states=[JobState.AWAITING_REVIEW], limit=limit)

    @needs(Role.REVIEWER)
    def decide(
        self, document: str | UUID, decision: Decision, *, start: bool = True, **fields: Unpack[DecisionFields]
    ) -> Decided:
        """Decide about a document that waits, and let it go on if the decision does.

        Args:
            document: As for ``status``.
            decision: What becomes of it.
            start: Let it go on at once; otherwise its next run does.
            **fields: ``reason``: why; an override needs at least 10 characters. ``reviewer``: the name for the
                record; without it, as set. With ``APPROVE``, ``duplicates``: what becomes of near-duplicates that
                are still undecided; ``approved_matches``: exactly these facts are approved and every other
                undecided one is rejected. With ``REJECT``, ``question_ids``: only these facts. ``fact_ids``: with
                either, only these facts, and the document goes on waiting. The names are those of the HTTP API
                (``review.decisions``).

        Raises:
            NotFoundError, AlreadyDecidedError, ReasonTooShortError, UndecidedDuplicatesError: see ``Review.decide``.
            RefusedError: a field is not known; says which one is meant.
        """
        document_id = self._document_id(document)
        decided = self._app.review.decide(document_id, request_of(Decision(decision), self.reviewer, fields))
        if start:
            self._start(decided.to_run)
        return decided

    @needs(Role.REVIEWER)
    def withdraw(self, *documents: str | UUID, reason: str, reviewer: str = "") -> list[Leaving]:
        """Take documents out of production, all in one transaction; returns what left.

        A fact that another published document says in the same words is published from that one instead, in the same
        transaction. ``retry`` publishes a document again.

        Args:
            documents: Each as for ``status``.
            reason: Why, in at least 10 characters; kept in the record.
            reviewer: The name for the record; without it, as set.

        Raises:
            NotFoundError, ReasonTooShortError, NotPublishedError, AlreadyDecidedError: nothing was withdrawn.
        """
        by = self._by({"reason": reason, "reviewer": reviewer})
        return self._app.withdraw([self._document_id(one) for one in documents], by=by)

    @needs(Role.REVIEWER)
    def foresee_withdrawal(self, *documents: str | UUID) -> list[Leaving]:
        """Return what would leave production with these documents, and change nothing.

        Raises:
            NotFoundError, NotPublishedError, AlreadyDecidedError: one of them cannot be withdrawn now.
        """
        return self._app.withdraw.foresee([self._document_id(one) for one in documents], by=self.reviewer)

    @needs(Role.REVIEWER)
    def undo(self, document: str | UUID, **signed: Unpack[Signed]) -> Decided:
        """Take back the decision about a document that is parked; only those over HTTP are.

        Raises:
            NotFoundError: there is no such document, or no decision about it was parked.
            AlreadyDecidedError: it is too late.
        """
        return self._app.parking.undo(self._document_id(document), by=self._by(signed))

    @needs(Role.REVIEWER)
    def undo_fact(self, of: Reviewed, fact_id: UUID, **signed: Unpack[Signed]) -> Change:
        """Give a fact back what it was before its last decision or edit; once more redoes it.

        Raises:
            PipelineError: see ``deciding.undo``.
        """
        return self._app.review.undo_fact(self._where(of), fact_id, by=self._by(signed))

    @needs(Role.REVIEWER)
    def undo_pair(self, duplicate_id: UUID, **signed: Unpack[Signed]) -> Change:
        """Give a pair, of a document or a bank, back what it was before it was decided; once more redoes it.

        Raises:
            PipelineError: see ``deciding.undo``.
        """
        return self._app.review.undo_pair(None, duplicate_id, by=self._by(signed))

    def _by(self, signed: Signed) -> Reviewer:
        name = signed.get("reviewer", "")
        return replace(
            self.reviewer,
            name=name if name.strip() else self.person.name,
            reason=signed.get("reason", ""),
            expected=signed.get("expected") or {},
        )

    def next_waiting(self, *, phase: int | None = None, besides: tuple[DocumentId, ...] = ()) -> WaitingJob | None:
        """The document that has waited longest, of this phase (2 matching, 4 validation) or of any."""
        return self._app.review.next_waiting(self.realm_id, phase=phase, besides=besides)

    def facts(
        self, of: Reviewed, *, statuses: Sequence[QuestionStatus] | None = None, limit: int | None = None
    ) -> list[StagedFact]:
        """The facts of a document or the questions of a bank, in the order of the text; of some statuses or all."""
        return self._app.review.facts(self._where(of), self.realm_id, statuses=statuses, limit=limit)

    def pairs(self, of: Reviewed) -> list[StagedPair]:
        """Return the near-duplicates among facts of a document or questions of a bank, the most similar first."""
        return self._app.review.pairs(self._where(of), self.realm_id)

    def history(self, of: Reviewed) -> list[PastDecision]:
        """Return the decisions on a document or bank, its facts and pairs: by whom, when and why, oldest first."""
        return self._app.review.history(self._where(of), self.realm_id)

    def chunks(self, document: str | UUID) -> list[Chunk]:
        """The passages of a document as they are staged, with their ids: facts are marked in them."""
        document_id = self._document_id(document)
        with self._app.open_uow() as uow:
            return [staged.chunk for staged in uow.staging.chunks([document_id])[document_id]]

    @needs(Role.REVIEWER)
    def decide_facts(
        self, of: Reviewed, to: QuestionStatus, ids: Sequence[UUID] | None = None, **signed: Unpack[Signed]
    ) -> Change:
        """Approve or reject facts one by one; without ids, all that are pending.

        Raises:
            NotFoundError: one of them is not of this document or bank.
            StagedStateError: one of them is left out as a duplicate, or imported.
            ChangedMeanwhileError: one of them is not as it was ``expected``.
        """
        return self._app.review.decide_facts(self._where(of), ids, to, by=self._by(signed))

    @needs(Role.REVIEWER)
    def decide_matching(
        self,
        of: Reviewed,
        to: QuestionStatus,
        matching: QuestionFilter,
        *,
        total: int | None = None,
        start: bool = True,
        **signed: Unpack[Signed],
    ) -> Change:
        """Approve or reject all facts of a document or questions of a bank that match: undecided ones, or those of the
        filter's statuses.

        Args:
            of: As for ``facts``.
            to: What becomes of them.
            matching: What is meant.
            total: The total of the preview: if another number matches now, nothing is changed.
            start: Let documents go on by it at once; otherwise their next run does.
            **signed: See ``Signed``.

        Raises:
            NotFoundError, AlreadyDecidedError, StagedStateError: see ``deciding.decide``.
            ConflictError: not as many match as were previewed.
        """
        change = self._app.bulk.decide(self._where(of), matching, to, by=self._by(signed), expected=total)
        if start:
            self._start(change.to_run)
        return change

    def preview(self, of: Reviewed, to: QuestionStatus, matching: QuestionFilter) -> Preview:
        """Foresee ``decide_matching``: the number it would decide, how many of them nobody was shown by themselves, and
        five at random."""
        return self._app.bulk.preview(self._where(of), self.realm_id, matching, to)

    @needs(Role.REVIEWER)
    def edit(self, of: Reviewed, fact_id: UUID, changes: Mapping[str, str | None], **signed: Unpack[Signed]) -> Change:
        """Put a fact (question, answer, statement) or a bank's question into other words, which are compared again.

        Raises:
            NotFoundError: the document or bank has no such fact.
            RefusedError: a field cannot be changed, or not to this.
            AlreadyDecidedError, StagedStateError: nothing waits for a decision about it.
            ChangedMeanwhileError: the fact is not as it was ``expected``.
            TransientError: the new words could not be embedded; nothing has changed.
        """
        return self._app.review.edit(self._where(of), fact_id, changes, by=self._by(signed))

    @needs(Role.REVIEWER)
    def resolve(
        self,
        of: Reviewed,
        resolution: Resolution,
        ids: Sequence[UUID] | None = None,
        *,
        start: bool = True,
        **signed: Unpack[Signed],
    ) -> Change:
        """Decide pairs of a document or a bank, and let documents go on by it; without ids, all undecided ones.

        Raises:
            NotFoundError: one of them is not of this document or bank.
            StagedStateError: one is decided for good, or what it would yield to is there no more.
            ChangedMeanwhileError: one of them is not as it was ``expected``.
        """
        change = self._app.review.resolve(self._where(of), resolution, ids, by=self._by(signed))
        if start:
            self._start(change.to_run)
        return change

    @needs(Role.REVIEWER)
    def add_fact(self, document: str | UUID, missed: MissedFact, **signed: Unpack[Signed]) -> Added:
        """Stage a fact that the generator missed, approved, by words of ``chunks`` that are marked.

        Raises:
            NotFoundError: there is no such document, or it has no such chunk.
            AlreadyDecidedError: the document does not wait for a person.
            RefusedError: the document is not in matching review, or what is marked or said is no fact.
        """
        return self._app.add_fact(self._document_id(document), missed, by=self._by(signed))

    def _where(self, of: Reviewed) -> Where:
        return of if isinstance(of, OfDocument | OfBatch) else OfDocument(self._document_id(of))
