"""One search, within one moment: passages by meaning and by words in one ranking, each with its facts under it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from pgvector import Vector

from pipeline_core.db.own_headings import HeadingsOf
from pipeline_core.db.session import Row, Session
from pipeline_core.domain.errors import EmbeddingModelChangedError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.search import FoundFact, Hit, Source
from pipeline_core.domain.search import UNRELATED, SearchMode, over, rank
from pipeline_core.domain.vectors import Vectors

POOL = 50
"""Candidates of each ranking."""
_COMMON = 500
"""A word that no more passages have than this is looked for however common it is."""
_COLUMNS = {"languages": "language", "terms": "term", "weights": "weight", "tells": "tells"}
_FACTS_UNDER = 3
"""Facts that are shown under a passage."""
_Near = tuple[dict[UUID, UUID], list[UUID]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, the rows to search, and the embedding model; see ``Views.search``."""

    realm_id: RealmId
    text: str
    vector: Vectors | None
    model: str
    kind: str | None
    document_ids: Sequence[UUID] | None
    mode: SearchMode
    is_next: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Settings for finding and ordering results.

    ``ef_search``: how many candidates a search in an HNSW index keeps (pgvector's ``hnsw.ef_search``).
    ``meaning_weight``: what the similarity counts where all of the words count 1 (``domain.search.rank``).
    ``headings_of``: the headings at the end of a text, given those at its beginning.
    """

    ef_search: int = 100
    meaning_weight: float = 2.0
    headings_of: HeadingsOf = lambda _text, headings: list(headings)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates with what each mode ranks them by; ``all_words`` is what all of the question's words tell."""

    words: Mapping[UUID, float] = field(default_factory=dict)
    similarities: Mapping[UUID, float] = field(default_factory=dict)
    all_words: float = 0.0

    def best(self, query: Query, ranking: Ranking, mode: SearchMode, limit: int) -> dict[UUID, float]:
        """The best by that mode, and their scores."""
        return rank(
            self.words,
            self.similarities,
            mode,
            all_words=self.all_words,
            meaning_weight=ranking.meaning_weight,
            unrelated=UNRELATED.get(query.model, 0.0),
            limit=limit,
        )


def search(session: Session, query: Query, ranking: Ranking, *, limit: int) -> list[Row]:
    """The best rows, for ``hit_of``. The session's transaction sees one moment: rows and active model agree.

    Raises:
        EmbeddingModelChangedError: the query's vector is of another model than production.
    """
    if query.mode.uses_vectors and not has_vectors(session, query):
        return []
    [(found, asked)] = _gather(session, [query], ranking)
    hits = _in_full(session, query, found.best(query, ranking, query.mode, limit))
    facts = _facts_under(session, query, ranking, asked, hits) if query.kind is None else []
    return [{**hit, "facts": [fact for fact in facts if fact["passage_id"] == hit["id"]]} for hit in hits]


def search_by_each_mode(
    session: Session, queries: Sequence[Query], ranking: Ranking, *, limit: int
) -> list[Mapping[SearchMode, list[Source]]]:
    """Search by each mode for each query, from one set of candidates; hits have only what tells where they are from.

    The queries differ in texts and vectors only.

    Raises:
        As ``search``.
    """
    if not queries or not has_vectors(session, queries[0]):
        return [{mode: [] for mode in SearchMode} for _ in queries]
    best = [
        {mode: list(found.best(query, ranking, mode, limit)) for mode in SearchMode}
        for query, (found, _) in zip(queries, _gather(session, queries, ranking), strict=True)
    ]
    found_ids = [list({one for ids in by_mode.values() for one in ids}) for by_mode in best]
    with_facts = queries[0].kind is None
    rows = session.each("sources_of", [{"ids": ids, "with_facts": with_facts} for ids in found_ids])
    return [_sources(by_mode, of_query) for by_mode, of_query in zip(best, rows, strict=True)]


def _sources(best: Mapping[SearchMode, list[UUID]], rows: Sequence[Row]) -> Mapping[SearchMode, list[Source]]:
    facts: defaultdict[UUID | None, list[Source]] = defaultdict(list)
    for row in rows:
        facts[row["passage_id"]].append(Source(**row))
    of = {row["id"]: Source(**row, facts=facts[row["id"]]) for row in rows}
    return {mode: [of[one] for one in ids] for mode, ids in best.items()}


def hit_of(row: Row, headings_of: HeadingsOf) -> Hit:
    """A found row as people see it, each fact under its own headings.

    A chunk of several short sections has only the headings of its beginning.
    """

    def shown(found: Row) -> Row:
        text = found.pop("up_to_evidence")
        return {**found, "heading_path": headings_of(text, found["heading_path"] or [])} if text else found

    facts = [FoundFact(**shown(fact)) for fact in row.pop("facts")]
    return over(Hit(**shown(row), facts=[]), facts)


def _gather(session: Session, queries: Sequence[Query], ranking: Ranking) -> "list[tuple[Found, _Asked | None]]":
    """The candidates of the queries' mode: those of both for a hybrid search, from which each can be ranked.

    The queries differ in texts and vectors only, and each step is taken for all at once.
    """
    first = queries[0]
    near: list[_Near] = [({}, [])] * len(queries)
    if first.mode.uses_vectors:
        near = _near(session, queries, ranking)
    of_facts = [list(facts.values()) if first.kind != "passage" else [] for facts, _ in near]
    besides = [[*passages, *facts] for (_, passages), facts in zip(near, of_facts, strict=True)]
    by_words: list[tuple[dict[UUID, float], _Asked | None]] = [({}, None)] * len(queries)
    if first.mode.uses_words:
        by_words = _by_words(session, queries, besides)
    if first.kind == "fact":
        return [
            (_of_facts(session, query, asked, facts, words), asked)
            for query, (facts, _), (words, asked) in zip(queries, near, by_words, strict=True)
        ]
    similarities: list[dict[UUID, float]] = [{}] * len(queries)
    if first.mode.uses_vectors:
        ids = [list({*other, *words}) for other, (words, _) in zip(besides, by_words, strict=True)]
        similarities = _similarities(session, queries, ids)
    return [
        (Found(words, similar, asked.all_words if asked else 0.0), asked)
        for (words, asked), similar in zip(by_words, similarities, strict=True)
    ]


def _of_facts(
    session: Session, query: Query, asked: "_Asked | None", near: Iterable[UUID], passages: Mapping[UUID, float]
) -> Found:
    """Facts by themselves: those near the question, and those of the passages that have its words."""
    words: dict[UUID, float] = {}
    all_words = asked.all_words if asked else 0.0
    if asked:
        best = sorted(passages, key=lambda one: (-passages[one], one))[:POOL]
        rows = session.all(
            "facts_with_words", realm_id=query.realm_id, passage_ids=best, besides=[*near, *best], **asked.params
        )
        words = {row["id"]: row["score"] for row in rows if row["score"] > 0}
    if not query.mode.uses_vectors:
        return Found(words)
    ids = list({*near, *words})
    rows = _with_vector(session, "fact_similarities", query, ids)
    return Found(words, {row["id"]: row["of_passage"] for row in rows}, all_words)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words of a question and what each tells."""

    params: Mapping[str, Any]

    @property
    def all_words(self) -> float:
        """The weight of all words together, in the language where it is highest."""
        by_language: defaultdict[str, float] = defaultdict(float)
        for language, weight in zip(self.params["languages"], self.params["weights"], strict=True):
            by_language[language] += weight
        return max(by_language.values())


def _by_words(
    session: Session, queries: Sequence[Query], besides: Sequence[Sequence[UUID]]
) -> list[tuple[dict[UUID, float], _Asked | None]]:
    """Passages by their words, and these; None: nothing that is published has any of a question's words."""
    params = [
        {
            "realm_id": query.realm_id,
            "text": query.text,
            "common": _COMMON,
            "document_ids": query.document_ids,
            "besides": list(others),
            "pool": POOL,
            "must_tell": not query.mode.uses_vectors,
        }
        for query, others in zip(queries, besides, strict=True)
    ]
    found = []
    for query, rows in zip(queries, session.each("passages_with_words", params), strict=True):
        words = [row for row in rows if row["term"] is not None]
        columns = {name: [row[column] for row in words] for name, column in _COLUMNS.items()}
        asked = _Asked({**columns, "must_tell": not query.mode.uses_vectors}) if words else None
        scores = {row["id"]: row["score"] for row in rows if row["term"] is None and _counts(row, query)}
        found.append((scores, asked))
    return found


def _counts(row: Row, query: Query) -> bool:
    """Questions of banks are no passages."""
    return bool(row["is_chunk"]) or query.kind != "passage"


def _in_full(session: Session, query: Query, scores: Mapping[UUID, float]) -> list[Row]:
    """The rows of what was found, best first."""
    rows = session.all("hits", ids=list(scores), model=query.model, vector=vector_of(query), text=query.text)
    scored = [{"score": scores[row["id"]], **row} for row in rows]
    return sorted(scored, key=lambda row: (-row["score"], row["id"]))


def _facts_under(session: Session, query: Query, ranking: Ranking, asked: _Asked | None, hits: list[Row]) -> list[Row]:
    """The facts of each passage that say most of what was asked: no fact takes another passage's place."""
    passages = [hit["id"] for hit in hits if hit["kind"] == "passage"]
    if not passages:
        return []
    params = asked.params if asked else {**{name: [] for name in _COLUMNS}, "must_tell": False}
    rows = session.all("facts_with_words", realm_id=query.realm_id, passage_ids=passages, besides=[], **params)
    ids = [row["id"] for row in rows]
    near = _with_vector(session, "fact_similarities", query, ids) if query.mode.uses_vectors else []
    found = Found(
        {row["id"]: row["score"] for row in rows if query.mode.uses_words},
        {row["id"]: row["of_passage"] for row in near},
        asked.all_words if asked else 0.0,
    )
    return _in_full(session, query, best_under(found, query, ranking, rows))


def best_under(found: Found, query: Query, ranking: Ranking, facts: Sequence[Row]) -> dict[UUID, float]:
    """Choose the best facts of each passage, and return their scores."""
    passage_of = {fact["id"]: fact["passage_id"] for fact in facts}
    under: defaultdict[UUID, dict[UUID, float]] = defaultdict(dict)
    for fact, score in found.best(query, ranking, query.mode, len(facts)).items():
        if len(under[passage_of[fact]]) < _FACTS_UNDER:
            under[passage_of[fact]][fact] = score
    return {fact: score for chosen in under.values() for fact, score in chosen.items()}


def has_vectors(session: Session, query: Query) -> bool:
    """Return True if there are vectors to compare the query's with.

    Raises:
        EmbeddingModelChangedError: the query's vector is of another model than production.
    """
    active = session.all("active_model")
    if query.is_next or not active:
        return bool(active)
    if active[0]["embed_model"] != query.model:
        raise EmbeddingModelChangedError(
            f"The question was embedded by {query.model}; production is in {active[0]['embed_model']}."
        )
    return True


def vector_of(query: Query) -> Vector | None:
    """The query's vector as PostgreSQL takes it."""
    return None if query.vector is None else Vector(np.asarray(query.vector, dtype=np.float32))


def _near(session: Session, queries: Sequence[Query], ranking: Ranking) -> list[_Near]:
    """The facts that are nearest by meaning, each with its passage, and the nearest passages."""
    kind = queries[0].kind
    if not queries[0].is_next:
        # a generic plan knows no model, and so cannot use the index of one
        session.configure(
            hnsw__ef_search=str(ranking.ef_search), hnsw__iterative_scan="strict_order",
            plan_cache_mode="force_custom_plan",
        )  # fmt: skip
    nothing: list[list[Row]] = [[] for _ in queries]
    facts = _nearest(session, queries, "facts") if kind != "passage" else nothing
    passages = _nearest(session, queries, "passages") if kind != "fact" else nothing
    return [
        ({row["id"]: row["passage_id"] for row in of_facts}, [row["id"] for row in of_passages])
        for of_facts, of_passages in zip(facts, passages, strict=True)
    ]


def _nearest(session: Session, queries: Sequence[Query], name: str) -> list[list[Row]]:
    """The nearest by meaning. An index looks at all users' rows, so it may come back with too few of this user's:
    it goes on looking (``iterative_scan``), and should it give up early, all of the user's rows are compared."""
    vectors = [query.vector for query in queries if query.vector is not None]
    params = [
        {
            "realm_id": query.realm_id,
            "model": query.model,
            "document_ids": query.document_ids,
            "vector": vector_of(query),
            "pool": POOL,
        }
        for query in queries
    ]
    dims = len(vectors[0])
    if queries[0].is_next:
        return session.each(f"near_{name}_next", params, dims=dims)
    found = session.each(f"near_{name}", params, dims=dims)
    short = [at for at, rows in enumerate(found) if len(rows) < POOL]
    if short:
        exact = session.each(f"near_{name}_exact", [params[at] for at in short], dims=dims)
        for at, rows in zip(short, exact, strict=True):
            found[at] = rows
    return found


def _similarities(session: Session, queries: Sequence[Query], ids: Sequence[Sequence[UUID]]) -> list[dict[UUID, float]]:
    """Of each passage, or of its nearest fact, which may say shortly what the passage says among other things."""
    name, dims = _of_vectors("similarities", queries[0])
    params = [
        {"ids": list(of_query), "vector": vector_of(query), "model": query.model}
        for query, of_query in zip(queries, ids, strict=True)
    ]
    return [
        {row["id"]: _similarity(row, queries[0].kind) for row in rows} for rows in session.each(name, params, dims=dims)
    ]


def _similarity(row: Row, kind: str | None) -> float:
    of_fact = row["of_fact"] if kind is None else None
    return float(row["of_passage"] if of_fact is None else max(row["of_passage"], of_fact))


def _of_vectors(name: str, query: Query) -> tuple[str, int]:
    """The query's name by the vectors that are meant, and their length."""
    assert query.vector is not None
    return f"{name}_next" if query.is_next else name, len(query.vector)


def _with_vector(session: Session, name: str, query: Query, ids: Sequence[UUID]) -> list[Row]:
    name, dims = _of_vectors(name, query)
    return session.all(name, dims=dims, ids=list(ids), vector=vector_of(query), model=query.model)
