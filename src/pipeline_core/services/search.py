"""Asking what was published."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline_core.domain.ids import UserId
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.views import Row, Views


@dataclass(frozen=True, slots=True)
class Search:
    """Facts and passages by meaning and by words, best first."""

    views: Views
    embedder: Callable[[], Embedder]

    def __call__(self, user_id: UserId, text: str, *, limit: int = 5) -> list[Row]:
        """Rows as ``Views.search`` gives them; only vectors of the present model are compared.

        Raises:
            TransientError: the embedder or the database did not answer.
        """
        embedder = self.embedder()
        vector = embedder.embed([text]).vectors[0]
        return self.views.search(user_id, text, vector, model=embedder.model, limit=limit)
