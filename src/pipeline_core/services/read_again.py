"""Reading again, from a stage, what is published already: only on request, all documents of a user at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.foresee_facts import ForeseeFacts, Foreseen
from pipeline_core.stages.registry import BY_NAME


@dataclass(frozen=True, slots=True)
class Again:
    """The published documents that are meant, and how many are left alone: those that wait for a person or are under
    way, and those that had a deep scan, whose facts are not those of the usual run."""

    document_ids: list[DocumentId]
    waiting: int
    scanned: int


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Starts a user's published documents again from a stage, in one transaction."""

    open_uow: OpenUnitOfWork
    foresee: ForeseeFacts

    def which(self, realm_id: RealmId) -> Again:
        """List the documents that would be started; none is."""
        with self.open_uow() as uow:
            return _meant(uow, realm_id)

    def preview(
        self, document_ids: Sequence[DocumentId], from_stage: StageName, *, most: int | None = None
    ) -> Foreseen:
        """Predict the changes to their facts, which is possible if the stages before the facts stay as they are."""
        if from_stage is StageName.FACT_GENERATOR:
            return self.foresee(document_ids, most=most)
        return Foreseen(not_looked_at=len(document_ids))

    def __call__(self, realm_id: RealmId, from_stage: StageName, *, by: str) -> Again:
        """Queue them again at the stage. Outputs of earlier stages are reused; what people decided stays."""
        with self.open_uow() as uow:
            uow.staging.lock_matching([realm_id])
            meant = _meant(uow, realm_id)
            if meant.document_ids:
                jobs = uow.documents.find(meant.document_ids)
                uow.stages.forget(from_stage, meant.document_ids)
                targets = {jobs[document_id].job_id: BY_NAME[from_stage].restarts_at for document_id in jobs}
                uow.jobs.restart(targets, code="retried", by=by, correlation_id=CorrelationId(uuid4()))
                uow.commit()
        return meant


def _meant(uow: UnitOfWork, realm_id: RealmId) -> Again:
    published = uow.documents.published(realm_id)
    return Again(
        [one.document_id for one in published if one.is_at_rest and not one.is_scanned],
        waiting=sum(not one.is_at_rest for one in published),
        scanned=sum(one.is_at_rest and one.is_scanned for one in published),
    )
