"""A reranker that charges for each search: its price is set aside before it is asked, and counts against budgets."""

from collections.abc import Sequence
from uuid import uuid4

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.spending import PlannedCall
from pipeline_core.ports.reranker import Reranker
from pipeline_core.services.paid_calls import PaidCalls


class PaidReranker:
    """Nothing is kept of an answer: the same question may find other texts the next time."""

    def __init__(self, inner: Reranker, calls: PaidCalls, *, usd: float, deadline_s: float) -> None:
        """``usd``: what a search costs."""
        self.model = inner.model
        self._inner = inner
        self._calls = calls
        self._price = Usage(0, 0, usd)
        self._deadline_s = deadline_s

    def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        """As the one within.

        Raises:
            BudgetExhaustedError: a budget does not cover it.
        """
        call = PlannedCall("rerank", self.model or "reranker", self._calls.payer(), len(texts), self._price)
        with self._calls.open_uow() as uow:
            token, keys = self._calls.claim(uow, [f"rerank {uuid4()}"], deadline_s=self._deadline_s)
            ticket = self._calls.reserve(uow, token, list(keys), call, deadline_s=self._deadline_s)
            uow.commit()
        try:
            scores = self._inner.rerank(question, texts)
        except PipelineError as error:
            self._calls.fail(ticket, error)
            raise

        def settle(uow: UnitOfWork) -> None:
            uow.spending.release(ticket.keys, token=ticket.token)
            uow.spending.settle(ticket.call_id, self._price, outcome="answered")

        self._calls.insist(settle)
        return scores
