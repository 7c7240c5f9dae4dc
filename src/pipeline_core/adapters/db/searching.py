"""One search, within one moment: candidates by meaning and by words, fused by their ranks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from pgvector import Vector

from pipeline_core.adapters.db.session import Row, Session
from pipeline_core.adapters.facts.blocks import read_blocks
from pipeline_core.domain.errors import EmbeddingModelChangedError
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.search import SearchMode, fuse
from pipeline_core.ports.embedder import Vectors
from pipeline_core.ports.fact_generator import ChunkInput

_POOL = 50
"""Candidates of each ranking."""
_KINDS = {"fact": "facts", "passage": "passages"}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, among what, and by which model; see ``Views.search``."""

    user_id: UserId
    text: str
    vector: Vectors | None
    model: str
    kind: str | None
    document_ids: Sequence[UUID] | None
    mode: SearchMode
    is_next: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """How results are found and ordered, as the settings say.

    ``ef_search``: how many candidates a search in an HNSW index keeps (pgvector's ``hnsw.ef_search``).
    ``passage_weight``: what a passage's place counts where a fact's counts 1: a fact answers, a passage contains.
    """

    ef_search: int = 100
    passage_weight: float = 0.99


def search(session: Session, query: Query, ranking: Ranking, *, limit: int) -> list[Row]:
    """The best rows, with their score. The session's transaction sees one moment: rows and active model agree.

    Raises:
        EmbeddingModelChangedError: the query's vector is of another model than production.
    """
    if query.mode.uses_vectors and not _has_vectors(session, query):
        return []
    rankings = []
    for kind, name in _KINDS.items():
        if query.kind not in (None, kind):
            continue
        weight = ranking.passage_weight if kind == "passage" else 1.0
        if query.mode.uses_vectors:
            rankings.append((weight, _near(session, query, name, ranking.ef_search)))
        if query.mode.uses_words:
            rankings.append((weight, _with_words(session, query, name)))
    scores = fuse(rankings, limit)
    rows = session.all("hits", ids=list(scores), model=query.model, vector=_vector(query), text=query.text)
    scored = [{"score": scores[row["id"]], **_with_its_headings(row)} for row in rows]
    return sorted(scored, key=lambda row: (-row["score"], row["id"]))


def _with_its_headings(row: Row) -> Row:
    """A fact's own headings: a chunk of several short sections has only those of its beginning."""
    found = dict(row)
    if text := found.pop("up_to_evidence"):
        blocks = read_blocks(ChunkInput(text, tuple(found["heading_path"] or ())))
        found["heading_path"] = list(blocks[-1].headings)
    return found


def _has_vectors(session: Session, query: Query) -> bool:
    """Whether there is anything to compare the query's vector with."""
    active = session.all("active_model")
    if query.is_next or not active:
        return bool(active)
    if active[0]["embed_model"] != query.model:
        raise EmbeddingModelChangedError(
            f"The question was embedded by {query.model}; production is in {active[0]['embed_model']}."
        )
    return True


def _vector(query: Query) -> Vector | None:
    return None if query.vector is None else Vector(np.asarray(query.vector, dtype=np.float32))


def _near(session: Session, query: Query, name: str, ef_search: int) -> list[UUID]:
    """The nearest by meaning. An index looks at all users' rows, so it may come back with too few of this user's:
    it goes on looking (``iterative_scan``), and should it give up early, all of the user's rows are compared."""
    assert query.vector is not None
    params = {
        "user_id": query.user_id,
        "model": query.model,
        "document_ids": query.document_ids,
        "vector": _vector(query),
        "pool": _POOL,
    }
    dims = len(query.vector)
    if query.is_next:
        return [row["id"] for row in session.all(f"near_{name}_next", dims=dims, **params)]
    session.connection.execute("SELECT set_config('hnsw.ef_search', %s, true)", (str(ef_search),))
    session.connection.execute("SET LOCAL hnsw.iterative_scan = strict_order")
    # a generic plan knows no model, and so cannot use the index of one
    session.connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    rows = session.all(f"near_{name}", dims=dims, **params)
    if len(rows) < _POOL:
        rows = session.all(f"near_{name}_exact", dims=dims, **params)
    return [row["id"] for row in rows]


def _with_words(session: Session, query: Query, name: str) -> list[UUID]:
    rows = session.all(
        f"{name}_with_words",
        user_id=query.user_id,
        text=query.text,
        document_ids=query.document_ids,
        pool=_POOL,
    )
    return [row["id"] for row in rows]
