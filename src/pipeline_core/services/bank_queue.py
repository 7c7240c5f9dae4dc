"""Question banks that wait for a worker: those to be compared, and those whose import was asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import Reviewer
from pipeline_core.services.staging import StagingService


@dataclass(frozen=True, slots=True)
class BankDone:
    """Result for one bank; with an ``error`` nothing was done and the bank is as before."""

    batch_id: BatchId
    work: str
    error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class BankQueue:
    """Takes up banks one by one. What another worker does at the same time is done once: each step is idempotent."""

    open_uow: OpenUnitOfWork
    staging: StagingService

    def drain(self, limit: int = 100) -> Iterator[BankDone]:
        """Compare and import what waits, oldest first. An error of one bank does not keep the others waiting."""
        with self.open_uow() as uow:
            waiting = uow.batches.waiting_banks(limit)
        for bank in waiting:
            work, act = (
                ("imported", self.staging.import_approved)
                if bank.is_matched
                else ("compared", self.staging.detect_duplicates)
            )
            try:
                act(bank.batch_id, by=Reviewer(bank.realm_id))
            except PipelineError as error:
                yield BankDone(bank.batch_id, work, error)
            else:
                yield BankDone(bank.batch_id, work)
