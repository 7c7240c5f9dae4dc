"""The shell around every gate: one document's trouble is nobody else's, and what failed is recorded on its job."""

from dataclasses import dataclass
from functools import partial

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.failures import record_failures
from pipeline_core.services.isolation import isolate
from pipeline_core.services.superseding import supersede_waiting
from pipeline_core.stages.base import Gate, StageContext


@dataclass(frozen=True, slots=True)
class PassGate:
    """Takes a batch through a gate. Call it with the gate and the batch."""

    ctx: StageContext
    open_uow: OpenUnitOfWork

    def __call__(self, gate: Gate, batch: WorkBatch) -> WorkBatch:
        """Return the documents that go on.

        Raises:
            TransientError: of a document alone in its batch, once it is put aside for a retry.
        """
        passed, failed = isolate(partial(gate.passed, self.ctx, self.open_uow), batch)
        if failed:
            with self.open_uow() as uow:
                gone = record_failures(uow, self.ctx.settings, StageName.VALIDATION, failed, lease=batch.lease)
                uow.commit()
            if batch.alone and gone.retry:
                raise next(iter(gone.retry.values()))
        going_on = {document_id for part in passed for document_id in part.document_ids}
        if waiting := set(batch.document_ids) - going_on - failed.keys():
            supersede_waiting(self.open_uow, waiting)
        return batch.keep(going_on)
