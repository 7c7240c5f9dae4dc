"""A generator that charges, behind the cache: each chunk is paid for once, whoever asks and whatever is killed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property

from pipeline_core.domain.errors import ParkedError, PipelineError, ServiceRefusedError, UnexpectedError
from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.domain.spending import Payer, PlannedCall
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.paid import PricedGenerator
from pipeline_core.services.batched_facts import BatchedFacts
from pipeline_core.services.kept_answers import KeptFacts
from pipeline_core.services.paid_calls import PaidCalls, waits
from pipeline_core.services.pending_results import Ticket
from pipeline_core.stages.chunk_inputs import cache_key

_Answer = Generated | Exception


class PaidFactGenerator:
    """A ``FactGenerator`` like the one that it wraps. Answers come without usage: it is on the accounts already."""

    def __init__(self, inner: PricedGenerator, calls: PaidCalls, batched: BatchedFacts | None = None) -> None:
        self.inner, self._calls, self._batched = inner, calls, batched
        self.name, self.version, self.params = inner.name, inner.version, inner.params
        self.context_chars = inner.context_chars

    def goes_in_batches(self, chunks: int) -> bool:
        """Return True if this many new chunks of a document are handed in as a batch."""
        return self._batched is not None and chunks >= self._batched.least

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """Shared by the documents that are under way, so that the bound holds for all of them."""
        return ThreadPoolExecutor(self.inner.concurrency, thread_name_prefix="paid-facts")

    def generate(self, chunks: Sequence[ChunkInput]) -> list[_Answer]:
        """One answer for each chunk, in order; what others are asking for at the moment is waited for.

        Once a budget or the service refuses a call, no further one is begun: what is left gets the same error.

        Raises:
            ParkedError: others did not come to an end with what they are asking for.
        """
        payer = self._calls.payer()
        self._calls.save_pending()
        keys = [cache_key(self, chunk) for chunk in chunks]
        todo = dict(zip(keys, chunks, strict=True))
        answers: dict[str, _Answer] = {}
        if self._batched is not None:
            try:
                self._batched(todo, payer)
            except PipelineError as error:
                return [error for _ in keys]
        sleep = waits(self.inner.deadline_s)
        while True:
            answers |= self._round({key: chunk for key, chunk in todo.items() if key not in answers}, payer)
            if len(answers) == len(todo):
                return [answers[key] for key in keys]
            sleep()

    def _round(self, todo: Mapping[str, ChunkInput], payer: Payer) -> dict[str, _Answer]:
        """Ask for everything once; keys that others have claimed are left out."""
        stop = _Stop()
        futures: dict[str, Future[_Answer | None]] = {
            key: self._pool.submit(self._one, key, chunk, payer, stop) for key, chunk in todo.items()
        }
        found = {key: future.result() for key, future in futures.items()}
        return {key: answer for key, answer in found.items() if answer is not None}

    def _one(self, key: str, chunk: ChunkInput, payer: Payer, stop: "_Stop") -> _Answer | None:
        try:
            if stop.error is not None:
                return stop.error
            begun = self._begin(key, chunk, payer)
            if not isinstance(begun, Ticket):
                return begun
            answer = self._ask(chunk)
            if isinstance(answer, Exception):
                self._calls.fail(begun, answer)
            else:
                self._keep(begun, key, answer)
                answer = replace(answer, usage=Usage())
        except PipelineError as error:
            answer = error
        if isinstance(answer, ParkedError | ServiceRefusedError):
            stop.error = answer
        return answer

    def _begin(self, key: str, chunk: ChunkInput, payer: Payer) -> Ticket | Generated | None:
        """The right to ask, or the answer if there is one by now; None: somebody else is asking."""
        deadline_s = self.inner.deadline_s
        with self._calls.open_uow() as uow:
            token, ours = self._calls.claim(uow, [key], deadline_s=deadline_s)
            # looked for under the claim: whoever had it before has saved and committed
            cached = uow.caches.facts([key], run_id=self._calls.budgets.run_id).get(key)
            if cached is not None or not ours:
                return cached
            call = PlannedCall("facts", self.inner.model, payer, 1, self.inner.most(chunk), key)
            ticket = self._calls.reserve(uow, token, [key], call, deadline_s=deadline_s)
            uow.commit()
        return ticket

    def _ask(self, chunk: ChunkInput) -> _Answer:
        """Ask once; a defect, raised or returned, is an ``UnexpectedError``, whose cost is not known."""
        try:
            [answer] = self.inner.generate([chunk])
        except Exception as error:
            answer = error
        if isinstance(answer, Exception) and not isinstance(answer, PipelineError):
            return UnexpectedError(f"{type(answer).__name__}: {answer}")
        return answer

    def _keep(self, ticket: Ticket, key: str, answer: Generated) -> None:
        kept = KeptFacts(self.name, self._calls.budgets.run_id, {key: answer})
        self._calls.keep(ticket, answer.usage, kept, outcome=answer.outcome.value)


class _Stop:
    """Reason to begin no further call, set by the first thread that meets one."""

    error: Exception | None = None
