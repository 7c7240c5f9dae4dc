"""The one review system: facts, pairs, documents and question banks are looked at and decided, one transaction each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.db.own_headings import HeadingsOf
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.facts import fact_text
from pipeline_core.domain.ids import DocumentId, DuplicateId, QuestionId, RealmId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.review import (
    OfBatch,
    OfDocument,
    PastDecision,
    Reviewer,
    Seen,
    StagedFact,
    StagedPair,
    WaitingJob,
    Where,
)
from pipeline_core.duplicates.detection import Detection, WithinTransaction
from pipeline_core.review import deciding, documents, reverting
from pipeline_core.review.bank_scope import BankScope, has_new_words
from pipeline_core.review.banks import find_batch
from pipeline_core.review.decisions import Change, Decided, Decision, Request, Resolution
from pipeline_core.review.document_scope import DECISIONS, DocumentScope
from pipeline_core.review.keeping import keep
from pipeline_core.review.reverting import Revert
from pipeline_core.review.scope import Scope
from pipeline_core.review.withdrawing import Withdraw, said_of


def open_scope(uow: UnitOfWork, where: Where, by: Reviewer, within: WithinTransaction | None = None) -> Scope:
    """The document or bank in the hands of this reviewer.

    Raises:
        NotFoundError: the user has no such document or batch.
        StagedStateError: the batch is a document's.
    """
    if isinstance(where, OfDocument):
        return DocumentScope(uow, where.document_id, by)
    return BankScope(uow, where.batch_id, by, within)


@dataclass(frozen=True, slots=True)
class Review:
    """Of two reviewers at once one wins, and the other is told who was faster. ``deciding`` says what raises when."""

    open_uow: OpenUnitOfWork
    detection: Detection
    withdraw: Withdraw
    revert: Revert
    headings_of: HeadingsOf

    def decide(self, document_id: DocumentId, request: Request) -> Decided:
        """Carry out a decision about a document, or about facts of it."""
        if request.decision is Decision.WITHDRAW:
            left = self.withdraw([document_id], by=request.reviewer(document_id))
            return Decided(document_id, JobState.DONE, said_of(left))
        if request.decision is Decision.REVERT:
            by = request.reviewer(document_id)
            found = self.revert(document_id, request.of_version, by=by, duplicates=request.duplicates)
            return Decided(document_id, JobState.DONE, reverting.said_of(found))
        with self.open_uow() as uow:
            scope = DocumentScope(uow, document_id, request.reviewer(document_id))
            decided = keep(scope) if request.decision is Decision.KEEP else documents.decide(scope, request)
            uow.commit()
        return decided

    def decide_facts(self, where: Where, ids: Sequence[UUID] | None, to: QuestionStatus, *, by: Reviewer) -> Change:
        """Approve or reject facts; without ids, all that are pending."""
        return self._change(where, by, lambda scope: deciding.decide(scope, ids, to))

    def edit(self, where: Where, fact_id: UUID, changes: Mapping[str, str | None], *, by: Reviewer) -> Change:
        """Put a fact into other words, which are compared with what is there.

        Raises:
            TransientError: the new words could not be embedded; nothing has changed.
        """
        within: WithinTransaction | None = None
        if isinstance(where, OfBatch):  # which compares new words at once: their vector is made before the transaction
            with self.open_uow() as uow:
                bank = BankScope(uow, where.batch_id, by)
                old, new = deciding.propose(bank, fact_id, changes)
            if bank.batch.is_matched and has_new_words(old, new):
                words = fact_text(new.question, new.answer, None)
                within = self.detection.of_words(old.question_id, words, by=by.realm_id)
        return self._change(where, by, lambda scope: deciding.edit(scope, fact_id, changes), within)

    def resolve(
        self, where: Where, resolution: Resolution, ids: Sequence[UUID] | None = None, *, by: Reviewer
    ) -> Change:
        """Decide pairs; without ids, all that nobody has decided."""
        return self._change(where, by, lambda scope: deciding.resolve(scope, resolution, ids))

    def resolve_pair(self, duplicate_id: UUID, resolution: Resolution, *, by: Reviewer) -> Change:
        """Decide one pair, of whatever document or bank it is.

        Raises:
            NotFoundError: the user has no such pair.
        """
        return self.resolve(self._where_of(duplicate_id, by.realm_id), resolution, [duplicate_id], by=by)

    def undo_fact(self, where: Where, fact_id: UUID, *, by: Reviewer) -> Change:
        """Give a fact back what it was before its last decision or edit; of an undo, redo it."""
        return self._change(where, by, lambda scope: deciding.undo(scope, fact_id, of_pair=False))

    def undo_pair(self, where: Where | None, duplicate_id: UUID, *, by: Reviewer) -> Change:
        """Give a pair back what it was before it was decided, in whatever document or bank it is; of an undo, redo it.

        Raises:
            NotFoundError: the user has no such pair.
        """
        where = where or self._where_of(duplicate_id, by.realm_id)
        return self._change(where, by, lambda scope: deciding.undo(scope, duplicate_id, of_pair=True))

    def undo_last(self, where: Where, *, by: Reviewer) -> Change:
        """Take back the reviewer's newest decision in a document or bank; done again, the one before it."""
        return self._change(where, by, deciding.undo_last)

    def _change(
        self, where: Where, by: Reviewer, work: Callable[[Scope], Change], within: WithinTransaction | None = None
    ) -> Change:
        with self.open_uow() as uow:
            change = work(open_scope(uow, where, by, within))
            uow.commit()
        return change

    def _where_of(self, duplicate_id: UUID, realm_id: RealmId) -> Where:
        with self.open_uow() as uow:
            pairs = uow.reviews.pairs(None, realm_id, [DuplicateId(duplicate_id)])
        if not pairs:
            raise NotFoundError(
                f"There is no pair {duplicate_id}.",
                action="`pipeline batches BATCH` and `pipeline review JOB` list the pairs.",
                http_action="`GET /api/staging/duplicates/{batch_id}` lists the pairs of a batch, "
                "`GET /api/v2/documents/{document_id}/duplicates` those of a document.",
            )
        [pair] = pairs
        return OfDocument(pair.document_id) if pair.document_id else OfBatch(pair.batch_id)

    def facts(
        self,
        where: Where,
        realm_id: RealmId,
        *,
        ids: Sequence[UUID] | None = None,
        statuses: Sequence[QuestionStatus] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[StagedFact]:
        """The facts (those that are named, those of some statuses, or all) in the order of the file.

        Raises:
            NotFoundError: the user has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            wanted = None if ids is None else [QuestionId(one) for one in ids]
            found = uow.reviews.facts(where, wanted, statuses=statuses, limit=limit, offset=offset)
            return uow.reviews.under_own_headings(found, self.headings_of)

    def pairs(self, where: Where, realm_id: RealmId, *, resolution: str | None = None) -> list[StagedPair]:
        """The pairs, the most alike first.

        Raises:
            NotFoundError: the user has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            return uow.reviews.pairs(where, realm_id, resolution=resolution)

    def history(self, where: Where, realm_id: RealmId, subject: UUID | None = None) -> list[PastDecision]:
        """List what was done to a document or bank, or to one fact or pair of it, by whom, when and why, oldest first.

        Raises:
            NotFoundError: the user has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            return uow.reviews.history(where, subject, of_whole=list(DECISIONS))

    def pair_history(self, duplicate_id: UUID, realm_id: RealmId) -> list[PastDecision]:
        """List what was done to one pair, and to its document or bank as a whole, oldest first.

        Raises:
            NotFoundError: the user has no such pair.
        """
        return self.history(self._where_of(duplicate_id, realm_id), realm_id, duplicate_id)

    def seen(self, where: Where, by: Reviewer) -> Seen:
        """The present state of the document or bank as a whole, for a decision to name as expected."""
        with self.open_uow() as uow:
            return open_scope(uow, where, by).seen

    def next_waiting(
        self, realm_id: RealmId, *, phase: int | None = None, besides: tuple[DocumentId, ...] = ()
    ) -> WaitingJob | None:
        """The document that has waited longest, of this phase (2 matching, 4 validation) or of any."""
        with self.open_uow() as uow:
            return uow.reviews.next_waiting(realm_id, phase=phase, besides=besides)


def require_owner(uow: UnitOfWork, where: Where, realm_id: RealmId) -> None:
    """Require that the document or batch is the realm's.

    Raises:
        NotFoundError: it is not.
    """
    if isinstance(where, OfBatch):
        find_batch(uow, where.batch_id, realm_id)
    elif not uow.reviews.has_document(where.document_id, realm_id):
        raise NotFoundError(f"There is no document {where.document_id}.")
