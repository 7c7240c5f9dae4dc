"""Asking what is published, with the question embedded as production is at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.domain.errors import EmbeddingModelChangedError
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.search import ENOUGH_WORDS_OF_WAITING, FLOORS, Answer, SearchMode, is_much_better, that_answer
from pipeline_core.domain.spending import Payer, paid_by
from pipeline_core.ports.embedder import Embedders
from pipeline_core.ports.views import Row, Views

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Search:
    """``floor`` overrides that of the model (``FLOORS``)."""

    views: Views
    embedders: Embedders
    floor: float | None = None

    def answer(
        self,
        user_id: UserId,
        text: str,
        *,
        limit: int = 5,
        kind: str | None = None,
        document_ids: Sequence[UUID] | None = None,
        mode: SearchMode = SearchMode.HYBRID,
    ) -> Answer:
        """What answers the question, and which documents may once they are reviewed.

        Raises:
            As ``__call__``.
        """
        nearest, floor = self._nearest(user_id, text, limit, kind, document_ids, mode)
        hits = that_answer(nearest, floor)
        waiting = self.views.waiting_sources(user_id, text, least=ENOUGH_WORDS_OF_WAITING)
        return Answer(hits, nearest, floor, [one for one in waiting if not hits or is_much_better(one, hits)])

    def __call__(
        self,
        user_id: UserId,
        text: str,
        *,
        limit: int = 5,
        kind: str | None = None,
        document_ids: Sequence[UUID] | None = None,
        mode: SearchMode = SearchMode.HYBRID,
    ) -> list[Row]:
        """Facts and passages, best first; a change of model meanwhile is not noticed outside. Who asks, pays.

        Raises:
            EmbeddingModelChangedError: the model changed again and again.
            BudgetExhaustedError: a budget of the user's does not cover the question.
            PipelineError: the embedder or the database did not answer.
        """
        return self._nearest(user_id, text, limit, kind, document_ids, mode)[0]

    def _nearest(
        self,
        user_id: UserId,
        text: str,
        limit: int,
        kind: str | None,
        document_ids: Sequence[UUID] | None,
        mode: SearchMode,
    ) -> tuple[list[Row], float | None]:
        """What was found, and the floor of the model by which it was."""
        if mode is SearchMode.TEXT:
            rows = self.views.search(
                user_id, text, None, model="", limit=limit, kind=kind, document_ids=document_ids, mode=mode
            )
            return rows, None
        for _ in range(_TRIES - 1):
            try:
                return self._once(user_id, text, limit, kind, document_ids, mode)
            except EmbeddingModelChangedError:
                continue
        return self._once(user_id, text, limit, kind, document_ids, mode)

    def _once(
        self,
        user_id: UserId,
        text: str,
        limit: int,
        kind: str | None,
        document_ids: Sequence[UUID] | None,
        mode: SearchMode,
    ) -> tuple[list[Row], float | None]:
        embedder = self.embedders.active()
        with paid_by(Payer(user_id)):
            vector = embedder.embed([text]).vectors[0]
        rows = self.views.search(
            user_id, text, vector, model=embedder.model, limit=limit, kind=kind, document_ids=document_ids, mode=mode
        )
        return rows, FLOORS.get(embedder.model) if self.floor is None else self.floor
