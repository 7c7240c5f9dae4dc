"""Taking jobs under a lease, giving back what could not be finished, and waiting for those to be tried again."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.db.worker import Worker
from pipeline_core.domain.errors import (
    DisturbedRunError,
    InterruptedRunError,
    PermanentError,
    PipelineError,
    TransientError,
)
from pipeline_core.domain.faults import Fault, fault_of, foreseen
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.jobs import HeldJob, WorkBatch
from pipeline_core.domain.lifecycle import INTERRUPT, StageName
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.failures import record_failures
from pipeline_core.services.holds import Holds
from pipeline_core.settings import Settings

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClaimJobs:
    """Takes the jobs of documents under one new lease."""

    settings: Settings
    open_uow: OpenUnitOfWork
    worker: Callable[[], Worker]
    holds: Holds
    settle: Callable[[Sequence[DocumentId]], object]
    """Records what is to be recorded about documents that may have come to rest."""

    def __call__(
        self, document_ids: Sequence[DocumentId], *, flow_run_id: UUID | None = None, lease: LeaseToken | None = None
    ) -> WorkBatch:
        """Claim what nobody works on. The batch holds the documents that are ours, in the order given."""
        lease = lease or LeaseToken(uuid4())
        worker = self.worker()
        with self.open_uow() as uow:
            passage = self.holds.passage(uow, document_ids)
            ours = uow.jobs.claim(
                document_ids,
                worker=worker.name,
                lease=lease,
                lease_s=self.settings.lease_s,
                flow_run_id=flow_run_id,
                passage=passage,
            )
            uow.commit()
        worker.hold(lease)
        return WorkBatch(lease, tuple(document_ids)).keep(ours)

    def again(self, batch: WorkBatch, *, flow_run_id: UUID | None = None) -> WorkBatch:
        """The batch if it is still held; else claimed anew, once its retry is due."""
        with self.open_uow() as uow:
            if uow.jobs.held(batch.lease, batch.document_ids):
                return batch
            due = uow.jobs.due_in(batch.document_ids)
        time.sleep(max((wait_s for wait_s, _ in due.values()), default=0.0))
        return self(batch.document_ids, flow_run_id=flow_run_id, lease=batch.lease)

    def to_retry(self, document_ids: Sequence[DocumentId]) -> list[DocumentId]:
        """Select the documents that are to be tried again."""
        with self.open_uow() as uow:
            due = uow.jobs.due_in(document_ids)
        return [document_id for document_id in document_ids if document_id in due]

    @contextmanager
    def released(self, batch: WorkBatch) -> Iterator[None]:
        """On leaving by an error, give back what is still held.

        The class of the error decides what becomes of it. What no error but a person or a signal ended (Ctrl-C) is to
        be tried again, and that does not count as a try.

        What came to rest meanwhile is settled. Where that fails, whoever settles next does it.
        """
        try:
            yield
        except PipelineError as error:
            self._give_back(batch, error)
            raise
        except Exception as error:
            self._give_back(batch, foreseen(error))
            raise
        except BaseException:
            self._give_back(batch, InterruptedRunError())
            raise
        finally:
            self.worker().drop(batch.lease)
            self._settle(batch)

    def _settle(self, batch: WorkBatch) -> None:
        try:
            self.settle(batch.document_ids)
        except PipelineError as error:
            log.warning("not_settled", error=describe_error(error))

    def _give_back(self, batch: WorkBatch, error: PipelineError) -> None:
        try:
            with self.open_uow() as uow:
                held = uow.jobs.held(batch.lease, batch.document_ids)
                if isinstance(error, InterruptedRunError) or fault_of(error) is Fault.EITHER:
                    # what the run itself lost, such as its Prefect server, is no try of a document
                    payload = {"error": error.as_stored(), "wait_s": 0.0}
                    uow.jobs.move(INTERRUPT, {job.job_id: payload for job in held}, lease=batch.lease)
                else:
                    for job in held:
                        stage = job.stage.row.work or StageName.VALIDATION
                        cause = _cause(error, held)
                        record_failures(uow, self.settings, stage, {job.document_id: cause}, lease=batch.lease)
                uow.commit()
        except PipelineError as second:
            log.warning("leases_not_given_back", error=describe_error(second))


def _cause(error: PipelineError, held: Sequence[HeldJob]) -> PipelineError:
    """Translate the error for each of these jobs: with several, nobody knows which one a permanent error came from."""
    if isinstance(error, TransientError) or fault_of(error) is Fault.INSTALLATION:
        return error
    if isinstance(error, PermanentError) and len(held) == 1:
        return error
    return DisturbedRunError(f"The run was disturbed: {type(error).__name__}: {error}")
