"""Changing the embedding model, outside of transactions: session locks, indexes, and their recall."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.errors import LockNotAvailable

from pipeline_core.db import vector_indexes
from pipeline_core.db.connection import connect
from pipeline_core.db.embedding_models import MODEL_LOCK_CLASS
from pipeline_core.db.errors import translated
from pipeline_core.db.session import Session, prepare
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import ReembeddingError

_NEAREST = 10
_PUBLISHING, _CHANGING = 0, 1
_PATIENCE_S = 3
# distances of equal vectors may differ in their last digits
_TIE = 1e-6


class ModelSwitch:
    """Session locks end with the process that holds them, however it ends."""

    def __init__(self, url: str, *, role: str, index_rows: int, ef_search: int) -> None:
        """``index_rows``: from how many vectors an index pays; ``ef_search``: pgvector's, as searches have it."""
        self._url, self._role, self._index_rows, self._ef_search = url, role, index_rows, ef_search

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The right to change the model, which ends with the process at the latest.

        Raises:
            ReembeddingError: somebody else is at it.
        """
        with translated(), connect(self._url, role=self._role, autocommit=True) as connection:
            # of a process that was killed a moment ago, the server may not know yet
            connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{_PATIENCE_S}s",))
            try:
                connection.execute("SELECT pg_advisory_lock(%s, %s)", (MODEL_LOCK_CLASS, _CHANGING))
            except LockNotAvailable as error:
                raise ReembeddingError from error
            yield

    @contextmanager
    def publishing_paused(self) -> Iterator[None]:
        """Nobody publishes in here: who wants to waits until the end."""
        with translated(), connect(self._url, role=self._role, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (MODEL_LOCK_CLASS, _PUBLISHING))
            yield

    def index_next(self, model: EmbeddingModel) -> bool:
        """Build the HNSW index of the vectors beside the live ones; False if they are too few for one to pay."""
        vector_indexes.ensure(self._url, model, vector_indexes.NEXT, min_rows=self._index_rows)
        return vector_indexes.exists(self._url, "next_vectors", model.name)

    def recall(self, model: EmbeddingModel, *, sample: int) -> float:
        """The share of the true ten nearest that the index of ``index_next`` finds, over ``sample`` queries."""
        with translated(), connect(self._url, role=self._role, autocommit=True) as connection:
            prepare(connection)
            session = Session(connection)
            connection.execute("SELECT set_config('hnsw.ef_search', %s, false)", (str(self._ef_search),))
            connection.execute("SET plan_cache_mode = force_custom_plan")
            queries = session.all("sample_next", model=model.name, sample=sample)
            found = sum(self._found(session, model, row["vector"]) for row in queries)
        return found / (_NEAREST * len(queries)) if queries else 1.0

    def _found(self, session: Session, model: EmbeddingModel, vector: Any) -> int:
        """The number of the true nearest that the index finds; one as near as the last of them counts."""

        def nearest(index: bool) -> list[float]:
            # the planner's own choice might be the same for both; only this index gives rows in order without a sort
            with_index, without = ("on", "off") if index else ("off", "on")
            session.connection.execute(f"SET enable_indexscan = {with_index}; SET enable_sort = {without}".encode())
            rows = session.all("nearest_next", dims=model.dims, vector=vector, model=model.name, limit=_NEAREST)
            return [row["distance"] for row in rows]

        exact = nearest(False)
        missing = _NEAREST - len(exact)
        return missing + sum(distance <= exact[-1] + _TIE for distance in nearest(True))

    def tend(self, active: EmbeddingModel) -> None:
        """Drop the indexes of every other model, and build those of the active one if they pay."""
        vector_indexes.drop_others(self._url, active.name)
        vector_indexes.ensure(self._url, active, min_rows=self._index_rows)
