"""Facts by batch: handed in, left alone, collected by a later run. Nothing is handed in twice, whoever is killed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import ParkedError, PipelineError
from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.domain.spending import PaidBatch, Payer, PlannedCall
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.paid import FactBatches
from pipeline_core.services.paid_calls import PaidCalls

log = structlog.stdlib.get_logger(__name__)
# the endpoint's own window is a day
_WINDOW_S = 26 * 3600.0


@dataclass(frozen=True, slots=True)
class BatchedFacts:
    """Chunks of a document go in together if there are ``least`` of them or more."""

    batches: FactBatches
    calls: PaidCalls
    generator: str
    model: str
    least: int
    poll_s: float

    def __call__(self, todo: Mapping[str, ChunkInput], payer: Payer) -> None:
        """Collect what has ended, hand in what is new. On return, what is not cached is to be asked one by one.

        Raises:
            ParkedError: a batch is under way; says until when to leave it alone.
            BudgetExhaustedError: a budget does not cover the batch.
            TransientError, ServiceRefusedError: the endpoint did not do as it was asked.
        """
        for batch in self._open(list(todo)):
            self._go_on(batch, todo)
        missing = self._missing(todo)
        if len(missing) >= self.least:
            prepared = self._prepare(missing, payer)
            if prepared is not None:
                self._go_on(prepared, todo)

    def _open(self, keys: Sequence[str]) -> list[PaidBatch]:
        with self.calls.open_uow() as uow:
            return uow.spending.open_batches(keys)

    def _missing(self, todo: Mapping[str, ChunkInput]) -> dict[str, ChunkInput]:
        with self.calls.open_uow() as uow:
            cached = uow.caches.facts(list(todo), run_id=self.calls.budgets.run_id)
        return {key: chunk for key, chunk in todo.items() if key not in cached}

    def _prepare(self, missing: Mapping[str, ChunkInput], payer: Payer) -> PaidBatch | None:
        """Claim, set the cost aside, and write the batch down, before anything is sent; None: others ask already."""
        batch_id, token = uuid4(), uuid4()
        holder = f"batch:{batch_id}"
        with self.calls.open_uow() as uow:
            claimed = uow.spending.claim(list(missing), token=token, worker=holder, lease_s=_WINDOW_S)
            # looked for under the claim: whoever had it before has saved and committed
            there = uow.caches.facts(sorted(claimed), run_id=self.calls.budgets.run_id)
            ours = claimed - there.keys()
            if len(ours) < self.least:
                return None
            uow.spending.release(sorted(there), token=token)
            most = sum((self.batches.most(missing[key]) for key in ours), Usage())
            call = PlannedCall("facts", self.model, payer, len(ours), most)
            accounts = self.calls.budgets.accounts(payer.realm_id, datetime.now(UTC))
            run_id = self.calls.budgets.run_id
            call_id = uow.spending.reserve(call, accounts, run_id=run_id, worker=holder, lease_s=_WINDOW_S)
            batch = PaidBatch(batch_id, call_id, tuple(sorted(ours)))
            uow.spending.open_batch(batch)
            uow.commit()
        return batch

    def _go_on(self, batch: PaidBatch, todo: Mapping[str, ChunkInput]) -> None:
        """From wherever it is: hand it in unless it was, then look once whether it has ended."""
        overdue = batch.age_s > _WINDOW_S
        if overdue and batch.provider_id is None:
            self._give_up(batch)
            return
        provider_id = batch.provider_id or self._hand_in(batch, todo)
        result = self.batches.fetch(provider_id)
        if result.gone or (overdue and not result.ended):
            self._give_up(batch)
            return
        if not result.ended:
            raise self._under_way(batch)
        self._keep(batch, result.answers)
        for file_id in result.files:
            self._delete_file(file_id)
        if result.error is not None:
            raise result.error

    def _hand_in(self, batch: PaidBatch, todo: Mapping[str, ChunkInput]) -> str:
        """Hand it in, unless a worker that is gone did: then it is found by the id that it carries."""
        worker = self.calls.worker().name
        with self.calls.open_uow() as uow:
            if not uow.spending.take_batch(batch.batch_id, worker=worker):
                raise self._under_way(batch)
            uow.commit()
        try:
            provider_id = self.batches.find(batch.batch_id)
            if provider_id is None:
                if any(key not in todo for key in batch.keys):
                    # another document's: its own run has the texts, and hands it in
                    raise self._under_way(batch)
                provider_id = self.batches.submit(batch.batch_id, {key: todo[key] for key in batch.keys})
        except PipelineError:
            with self.calls.open_uow() as uow:
                uow.spending.drop_batch(batch.batch_id, worker=worker)
                uow.commit()
            raise

        def save(uow: UnitOfWork) -> None:
            uow.spending.submit_batch(batch.batch_id, provider_id)

        self.calls.insist(save)
        return provider_id

    def _keep(self, batch: PaidBatch, answers: Mapping[str, Generated]) -> None:
        usage = sum((answer.usage for answer in answers.values()), Usage())
        run_id = self.calls.budgets.run_id

        def save(uow: UnitOfWork) -> None:
            if uow.spending.end_batch(batch.batch_id):
                uow.caches.put_facts(self.generator, answers, run_id=run_id)
                uow.spending.settle(batch.call_id, usage, outcome="batch")

        self.calls.insist(save)

    def _delete_file(self, file_id: str) -> None:
        """Passages do not stay at the endpoint; that one does is no reason to fail."""
        try:
            self.batches.delete_file(file_id)
        except PipelineError as error:
            log.warning("batch_file_not_deleted", file_id=file_id, error=describe_error(error))

    def _give_up(self, batch: PaidBatch) -> None:
        """It will not end any more. Nobody knows whether it was charged, so all that was set aside counts as spent."""

        def save(uow: UnitOfWork) -> None:
            if uow.spending.end_batch(batch.batch_id):
                uow.spending.abandon(batch.call_id, outcome="batch_gone")

        self.calls.insist(save)
        log.warning("batch_given_up", batch_id=str(batch.batch_id), chunks=len(batch.keys))

    def _under_way(self, batch: PaidBatch) -> ParkedError:
        return ParkedError(
            f"A batch of {len(batch.keys)} chunks is under way.",
            action="Run it again later: it collects the answers and pays nothing twice.",
            until=datetime.now(UTC) + timedelta(seconds=self.poll_s),
        )
