"""A reviewer's desk: a document with the list of its facts, and the one that is looked at, a transaction each."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from pipeline_core.db.own_headings import HeadingsOf
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.changes import Change
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import UnknownIdsError
from pipeline_core.domain.ids import DocumentId, JobId, QuestionId, RealmId
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import OfDocument, Reviewer, StagedFact, Where
from pipeline_core.domain.rows.desk import DeskJob, ListedFact, Looking
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.review.service import require_owner


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A document and its facts; ``returned_for`` is the number of findings for which it was returned, if it was."""

    job: DeskJob
    parked: ParkedShown | None
    returned_for: int | None
    facts: Sequence[ListedFact]
    found: Set[QuestionId] | None = None
    """Those with the words that were searched for; None if none were."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A fact with the chunk that it was found in; who else looks, and the decision that the reviewer can take back."""

    fact: StagedFact | None
    chunk: Chunk | None
    others: Sequence[Looking]
    undoable: Change | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Documents as one reviewer looks at them."""

    open_uow: OpenUnitOfWork
    headings_of: HeadingsOf

    def __call__(self, job_id: JobId, by: Reviewer, search: str = "") -> OnDesk:
        """The document of a job and all its facts, and which of them have these words.

        Raises:
            NotFoundError: the realm has no such job.
        """
        with self.open_uow() as uow:
            job = uow.desk.job(job_id, by.realm_id)
            facts = uow.desk.facts(job.document_id)
            matching = QuestionFilter(search=search)
            found = uow.questions.matching(OfDocument(job.document_id), matching) if search.strip() else None
            return OnDesk(
                job,
                uow.desk.parked(job_id),
                uow.desk.returned_for(job_id),
                facts,
                None if found is None else {QuestionId(one.question_id) for one in found},
            )

    def job(self, job_id: JobId, realm_id: RealmId) -> DeskJob:
        """The job and its document.

        Raises:
            NotFoundError: the realm has no such job.
        """
        with self.open_uow() as uow:
            return uow.desk.job(job_id, realm_id)

    def undoable(self, where: Where, by: Reviewer) -> Change | None:
        """The decision that the reviewer can take back in a document or bank.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, by.realm_id)
            return uow.desk.last_change(where.id, by.by)

    def present(self, document_id: DocumentId, realm_id: RealmId, fact_id: QuestionId | None) -> Sequence[Looking]:
        """Tell the others that whoever asks looks at a document, or at a fact of it; returns who else does.

        Raises:
            NotFoundError: the realm has no such document.
            UnknownIdsError: the document has no such fact.
        """
        where = OfDocument(document_id)
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            if fact_id and not uow.reviews.facts(where, [fact_id]):
                raise UnknownIdsError.of([fact_id], 1, "fact", f"of document {document_id}")
            uow.desk.look(document_id, realm_id, fact_id)
            others = uow.desk.others(document_id)
            uow.commit()
        return others

    def look(self, document_id: DocumentId, fact_id: QuestionId | None, by: Reviewer) -> LookedAt:
        """Look at a fact of a document, or at the document alone; others are told, and that the fact was opened."""
        where = OfDocument(document_id)
        with self.open_uow() as uow:
            found = uow.reviews.facts(where, [fact_id]) if fact_id else []
            fact = next(iter(uow.reviews.under_own_headings(found, self.headings_of)), None)
            chunk = uow.desk.chunk(fact.question_id) if fact else None
            if fact:
                uow.questions.open(where, [fact.question_id], realm_id=by.realm_id, user_id=by.user_id)
            uow.desk.look(document_id, by.realm_id, fact_id)
            looked = LookedAt(fact, chunk, uow.desk.others(document_id), uow.desk.last_change(document_id, by.by))
            uow.commit()
        return looked
