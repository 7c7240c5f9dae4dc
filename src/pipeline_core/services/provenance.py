"""Provenance: a published fact walked back to where it came from, and who let it in."""

from dataclasses import dataclass
from uuid import UUID

from pipeline_core.db.provenance_views import ProvenanceViews
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.ids import QuestionId, RealmId
from pipeline_core.domain.provenance import Provenance, verdict_of
from pipeline_core.domain.review import OfBatch, OfDocument, PastDecision, Where
from pipeline_core.domain.rows.provenance import FactOrigin
from pipeline_core.review.document_scope import DECISIONS


@dataclass(frozen=True, slots=True)
class TraceFact:
    """Walks facts back, as one user may see it."""

    views: ProvenanceViews
    open_uow: OpenUnitOfWork
    realm_id: RealmId

    def __call__(self, fact_id: UUID) -> Provenance:
        """Trace a fact of a document or a question of a bank, published, staged or withdrawn.

        Raises:
            NotFoundError: the user's realm has no such fact.
        """
        origin, headings, file, run, withdrawal = self.views.trace(self.realm_id, QuestionId(fact_id))
        decisions = tuple(self._decisions(origin))
        verdict = verdict_of(origin, run, decisions)
        return Provenance(origin, tuple(headings), verdict, withdrawal, file, run, decisions)

    def _decisions(self, origin: FactOrigin) -> list[PastDecision]:
        if origin.document_id is not None:
            where: Where = OfDocument(origin.document_id)
        elif origin.batch_id is not None:
            where = OfBatch(origin.batch_id)
        else:
            return []
        with self.open_uow() as uow:
            return uow.reviews.history(where, origin.question_id, of_whole=list(DECISIONS))
