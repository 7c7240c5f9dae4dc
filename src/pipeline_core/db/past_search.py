"""A search over what production said at a moment: every row of that moment is compared, by no index of the present."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.db.searching import POOL, Found, Query, Ranking, best_under, has_vectors, vector_of
from pipeline_core.db.session import Row, Session
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.rows.search import SaidThen
from pipeline_core.domain.wording import dated

_WORD = re.compile(r"\w+")
_SHORTEST, _ENDING = 4, 3
"""Letters of a word that tells something, and by how many its forms may differ at the end."""


def require_remembered(session: Session, moment: datetime) -> None:
    """Refuse a moment of which something may be forgotten.

    Raises:
        RefusedError: what production said then is not known.
    """
    [since] = session.column("memory_reach")
    if moment < since:
        raise RefusedError(
            f"What production said on {dated(moment)} is not known: it is remembered from {dated(since)} on.",
            action="Ask for a later moment.",
        )


def search_as_of(session: Session, query: Query, ranking: Ranking, moment: datetime, *, limit: int) -> list[Row]:
    """The best rows of that moment, for ``hit_of``, each with ``then``.

    Raises:
        RefusedError: what production said then is not known.
        EmbeddingModelChangedError: the query's vector is of another model than production.
    """
    require_remembered(session, moment)
    if query.mode.uses_vectors:
        has_vectors(session, query)
    facts = _candidates(session, "past_facts", query, moment) if query.kind != "passage" else []
    passages = _candidates(session, "past_passages", query, moment) if query.kind != "fact" else []
    rows = _by_passage(facts, passages) if query.kind is None else [*facts, *passages]
    # the pattern finds too many, and a search by words alone finds nothing without one
    found = _found(query, [row for row in rows if row["words"] or query.mode.uses_vectors])
    best = found.best(query, ranking, query.mode, limit)
    hits = _in_full(session, query, moment, best)
    under = _facts_under(session, query, ranking, moment, hits) if query.kind is None else []
    return [{**hit, "facts": [fact for fact in under if fact["passage_id"] == hit["id"]]} for hit in hits]


def _facts_under(session: Session, query: Query, ranking: Ranking, moment: datetime, hits: list[Row]) -> list[Row]:
    """The facts of each passage that say most of what was asked."""
    passages = [hit["id"] for hit in hits if hit["kind"] == "passage"]
    facts = _candidates(session, "past_facts", query, moment, passages) if passages else []
    return _in_full(session, query, moment, best_under(_found(query, facts), query, ranking, facts))


def _candidates(
    session: Session, name: str, query: Query, moment: datetime, passage_ids: list[UUID] | None = None
) -> list[Row]:
    """The rows of that moment that may answer; with ``passage_ids``, every fact of these."""
    return session.all(
        name,
        **_asked(query, moment),
        realm_id=query.realm_id,
        document_ids=query.document_ids,
        passage_ids=passage_ids,
        pattern=_pattern(query.text) if query.mode.uses_words else "$.",
        pool=POOL,
    )


def _asked(query: Query, moment: datetime) -> dict[str, Any]:
    dims = 1 if query.vector is None else len(query.vector)
    return {"dims": dims, "moment": moment, "model": query.model, "vector": vector_of(query), "text": query.text}


def _pattern(text: str) -> str:
    """A pattern of texts that may share a word with the question, by how its words begin: too many, never too few."""
    words = set(_WORD.findall(text.lower()))
    if not words or not text.isascii():
        return ""  # scripts without spaces, and what is written in more than one way
    telling = {word for word in words if len(word) >= _SHORTEST} or words
    return r"\m(" + "|".join(sorted({word[: max(_SHORTEST, len(word) - _ENDING)] for word in telling})) + ")"


def _by_passage(facts: list[Row], passages: list[Row]) -> list[Row]:
    """Passages, each as near as its nearest fact; also those of which only a fact was found."""
    nearest: dict[UUID, float] = {}
    shared: dict[UUID, float] = {}
    for fact in facts:
        passage = fact["passage_id"]
        if fact["similarity"] is not None:
            nearest[passage] = max(fact["similarity"], nearest.get(passage, -1.0))
        shared[passage] = max(fact["words"] or 0.0, shared.get(passage, 0.0))
    known = {row["id"]: row for row in passages}
    merged = []
    for passage in known.keys() | shared.keys():
        row = known.get(passage, {"id": passage, "passage_id": passage, "similarity": None, "words": None})
        similar = [value for value in (row["similarity"], nearest.get(passage)) if value is not None]
        words = max(row["words"] or 0.0, shared.get(passage, 0.0))
        merged.append({**row, "similarity": max(similar, default=None), "words": words})
    return merged


def _found(query: Query, rows: list[Row]) -> Found:
    words = {row["id"]: row["words"] or 0.0 for row in rows} if query.mode.uses_words else {}
    near = {row["id"]: row["similarity"] for row in rows if row["similarity"] is not None}
    return Found(words, near if query.mode.uses_vectors else {}, 1.0)


def _in_full(session: Session, query: Query, moment: datetime, scores: Mapping[UUID, float]) -> list[Row]:
    """The rows of what was found, best first."""
    rows: list[dict[str, Any]] = session.all("past_hits", ids=list(scores), **_asked(query, moment))
    for row in rows:
        row |= {
            "score": scores[row["id"]],
            "then": SaidThen(**{one.name: row.pop(one.name) for one in fields(SaidThen)}),
        }
    return sorted(rows, key=lambda row: (-row["score"], row["id"]))
