"""Asking what is published, with the question embedded as production is at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from pipeline_core.db.views import Views
from pipeline_core.domain.errors import EmbeddingModelChangedError, PipelineError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.search import Hit
from pipeline_core.domain.search import ENOUGH_WORDS_OF_WAITING, FLOORS, Answer, SearchMode, is_much_better, that_answer
from pipeline_core.domain.spending import Payer, paid_by
from pipeline_core.domain.traces import describe_error
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedders, embed_questions
from pipeline_core.ports.reranker import Reranker

log = structlog.stdlib.get_logger(__name__)

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Reranking:
    """Reranker of a search, and the number of best hits that it judges."""

    reranker: Reranker
    candidates: int

    def __call__(self, text: str, hits: Sequence[Hit]) -> list[Hit]:
        """The hits by their relevance, which each then has.

        Raises:
            PipelineError: they were not judged.
        """
        scores = self.reranker.rerank(text, [_said(hit) for hit in hits])
        # of equal relevance the search's own order stays
        judged = sorted(zip(scores, hits, strict=True), key=lambda pair: -pair[0])
        return [replace(hit, relevance=score) for score, hit in judged]


def _said(hit: Hit) -> str:
    if hit.kind == "passage":
        return hit.evidence or ""
    return "\n".join(filter(None, (hit.question, hit.answer, hit.statement)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Question, its realm, and the rows that it is asked among."""

    realm_id: RealmId
    text: str
    kind: str | None
    document_ids: Sequence[UUID] | None
    mode: SearchMode
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """``floor`` overrides that of the model (``FLOORS``); ``reranking`` orders anew what was found."""

    views: Views
    embedders: Embedders
    floor: float | None = None
    reranking: Reranking | None = None

    def answer(
        self,
        realm_id: RealmId,
        text: str,
        *,
        limit: int = 5,
        kind: str | None = None,
        document_ids: Sequence[UUID] | None = None,
        mode: SearchMode = SearchMode.HYBRID,
        as_of: datetime | None = None,
    ) -> Answer:
        """Return the hits that answer the question, and documents that may do so once they are reviewed.

        ``as_of`` asks what was published at that moment: each hit then says in which version, and who let it in.

        Raises:
            As ``__call__``.
        """
        nearest, floor, why_not = self._reranked(_Asked(realm_id, text, kind, document_ids, mode, as_of), limit)
        hits = that_answer(nearest, floor)
        if as_of is not None:
            return Answer(hits, nearest, floor, [], why_not)
        waiting = self.views.waiting_sources(realm_id, text, least=ENOUGH_WORDS_OF_WAITING)
        better = [one for one in waiting if not hits or is_much_better(one, hits)]
        return Answer(hits, nearest, floor, better, why_not)

    def __call__(
        self,
        realm_id: RealmId,
        text: str,
        *,
        limit: int = 5,
        kind: str | None = None,
        document_ids: Sequence[UUID] | None = None,
        mode: SearchMode = SearchMode.HYBRID,
    ) -> list[Hit]:
        """Facts and passages, best first; a change of model meanwhile is not noticed outside. Who asks, pays.

        Raises:
            EmbeddingModelChangedError: the model changed again and again.
            BudgetExhaustedError: a budget of the user's does not cover the question.
            PipelineError: the embedder or the database did not answer.
        """
        return self._reranked(_Asked(realm_id, text, kind, document_ids, mode), limit)[0]

    def _reranked(self, asked: _Asked, limit: int) -> tuple[list[Hit], float | None, str | None]:
        """Return the rows found, the floor, and the reason if they keep the search's own order despite a reranker."""
        if self.reranking is None:
            return *self._nearest(asked, limit), None
        most = max(limit, self.reranking.candidates)
        rows, floor = self._nearest(asked, most)
        try:
            with paid_by(Payer(asked.realm_id)):
                judged = self.reranking(asked.text, rows[: self.reranking.candidates])
        except PipelineError as error:
            log.warning("search_not_reranked", error=describe_error(error))
            return rows[:limit], floor, error.message
        return [*judged, *rows[self.reranking.candidates :]][:limit], floor, None

    def _nearest(self, asked: _Asked, limit: int) -> tuple[list[Hit], float | None]:
        """Return the rows found, and the floor of the model that found them."""
        if not asked.mode.uses_vectors:
            return self._found(asked, limit, None, model=""), None
        for _ in range(_TRIES - 1):
            try:
                return self._once(asked, limit)
            except EmbeddingModelChangedError:
                continue
        return self._once(asked, limit)

    def _once(self, asked: _Asked, limit: int) -> tuple[list[Hit], float | None]:
        embedder = self.embedders.active()
        with paid_by(Payer(asked.realm_id)):
            vector = embed_questions(embedder, [asked.text]).vectors[0]
        rows = self._found(asked, limit, vector, model=embedder.model)
        return rows, FLOORS.get(embedder.model) if self.floor is None else self.floor

    def _found(self, asked: _Asked, limit: int, vector: Vectors | None, *, model: str) -> list[Hit]:
        return self.views.search(
            asked.realm_id,
            asked.text,
            vector,
            model=model,
            limit=limit,
            kind=asked.kind,
            document_ids=asked.document_ids,
            mode=asked.mode,
            as_of=asked.as_of,
        )
