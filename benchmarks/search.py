"""Time of a search among many facts, beside the bare queries that it needs, in turns over the same questions.

    python -m benchmarks.search [--facts 1000000] [--questions 100]

Bare are three statements on a connection of their own: the nearest facts and the nearest passages of the realm, in the
same HNSW indexes with the same settings, and PostgreSQL's own full-text search (a stored tsvector with GIN, any of the
question's words, the best by ts_rank), each with the limit that the search's rankings have. Passages and facts are made
of a vocabulary whose words are as frequent as in a language (Zipf), and are copied in.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector
from psycopg.types.json import Jsonb

from pipeline_core.db import vector_indexes
from pipeline_core.db.connection import connect_options
from pipeline_core.db.database import Database
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.packed_rows import half
from pipeline_core.db.searching import POOL, Ranking
from pipeline_core.db.session import prepare
from pipeline_core.db.vector_types import vector_type
from pipeline_core.db.views import Views
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.ids import RealmId, user_id_for

DIMS, MODEL = 64, EmbeddingModel("wordllama-64", 64)
USER: RealmId = user_id_for("benchmark")
PER_DOCUMENT, WORDS, FACTS_OF_EACH = 12, 160, 3
_FACTS, _QUESTIONS, _WARM, _LIMIT = 100_000, 100, 20, 10

Show = Callable[[str, list[str], list[list[str]], str], None]
STOP = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "as",
    "with",
    "be",
    "by",
    "on",
    "not",
    "this",
    "are",
    "or",
    "from",
    "at",
    "an",
    "which",
    "may",
    "must",
    "shall",
    "have",
    "has",
    "was",
    "if",
    "any",
    "all",
    "no",
    "will",
    "each",
    "under",
    "when",
    "who",
    "what",
    "how",
    "many",
    "where",
]


def vocabulary(random: np.random.Generator, size: int = 30_000) -> list[str]:
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "al", "en", "ir", "ost", "un")]
    made = {"".join(random.choice(syllables, random.integers(2, 5))) for _ in range(size)}
    return [*STOP, *sorted(made)]


def passages(random: np.random.Generator, words: list[str], count: int) -> list[str]:
    shares = 1 / (np.arange(len(words)) + 2.7)
    drawn = random.choice(len(words), (count, WORDS), p=shares / shares.sum())
    return [" ".join(words[at] for at in row) for row in drawn]


def fill(url: str, random: np.random.Generator, texts: list[str]) -> None:
    """Documents of 12 passages with three facts each, their words, and texts for PostgreSQL's own search."""
    with psycopg.connect(url, options=connect_options("")) as connection:
        register_vector(connection)
        connection.execute(
            "INSERT INTO embedding_models (embed_model, dims, is_active, activated_at) VALUES (%s, %s, true, now())",
            (MODEL.name, DIMS),
        )
        connection.commit()
        at_once = 500 * PER_DOCUMENT
        for start in range(0, len(texts), at_once):
            # nobody moves these rows, and their words are read for all at once
            connection.execute("SET LOCAL session_replication_role = replica")
            documents = _some(connection, random, texts[start : start + at_once])
            connection.execute("SELECT index_words(%s)", (documents,))
            connection.commit()
        connection.execute(
            "CREATE TABLE bare_texts AS SELECT chunk_id, realm_id, to_tsvector('english', text) AS words "
            "FROM document_chunks"
        )
        connection.execute("CREATE INDEX ON bare_texts USING gin (words)")
        connection.execute("ANALYZE")


def _some(connection: Any, random: np.random.Generator, texts: list[str]) -> list[UUID]:
    documents = [uuid4() for _ in range(-(-len(texts) // PER_DOCUMENT))]
    ids = [uuid4() for _ in texts]
    vectors = random.standard_normal((1 + FACTS_OF_EACH, len(texts), DIMS)).astype(np.float32)
    connection.cursor().executemany(
        "INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, "
        "raw_path, "
        "words_language) VALUES (%s, %s, %s, 't', 'f.md', 'text/markdown', 1, %s, 'p', 'en')",
        [(one, USER, USER, one.hex * 2) for one in documents],
    )
    _copy(
        connection,
        "document_chunks",
        "chunk_id uuid, document_id uuid, realm_id uuid, ordinal int4, text text, heading_path text[], page_from int4, "
        "page_to int4, char_from int4, char_to int4, token_count int4, content_sha256 text, chunker_name text, "
        "chunker_version text, embedding halfvec, embed_model text, embed_version text",
        [
            (ids[n], documents[n // PER_DOCUMENT], USER, n % PER_DOCUMENT, text, ["h"], 1, 1, 0, len(text), 1,
             "0" * 64, "c", "1", half(vectors[0, n]), MODEL.name, "1")
            for n, text in enumerate(texts)
        ],
    )  # fmt: skip
    evidence = Jsonb([{"quote": "q", "char_from": 0, "char_to": 1, "page": 1}])
    _copy(
        connection,
        "all_questions",
        "question_id uuid, realm_id uuid, document_id uuid, chunk_id uuid, question_type text, statement text, "
        "evidence jsonb, evidence_match text, generator text, match_text text, match_sha256 text, match_trigrams int4, "
        "match_signature bytea, embedding halfvec, embed_model text, embed_version text",
        [
            (uuid4(), USER, documents[n // PER_DOCUMENT], ids[n], "fact", " ".join(text.split()[15 * k : 15 * k + 15]),
             evidence, "exact", "g", None, "0" * 64, 1, bytes(64), half(vectors[1 + k, n]), MODEL.name, "1")
            for n, text in enumerate(texts) for k in range(FACTS_OF_EACH)
        ],
    )  # fmt: skip
    return documents


def _copy(connection: Any, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    names, types = zip(*(column.split() for column in columns.split(", ")), strict=True)
    with connection.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


Question = tuple[str, np.ndarray[Any, Any]]


class _Bare:
    """The queries alone: no transaction that sees one moment, no user, no settings, nothing read in full."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, options=connect_options(""), autocommit=True)
        prepare(self._connection)
        settings = {"hnsw.ef_search": str(Ranking().ef_search), "hnsw.iterative_scan": "strict_order"}
        for name, value in settings.items():
            self._connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        near = """SELECT {} FROM {} WHERE realm_id = %s AND embed_model = '{}'
            ORDER BY embedding::{space} <=> %s::{space} LIMIT {}"""
        self._near = [
            near.format(ids, table, MODEL.name, POOL, space=vector_type(DIMS)).encode()
            for ids, table in (("question_id, chunk_id", "all_questions"), ("chunk_id", "document_chunks"))
        ]
        self._words = b"""SELECT chunk_id, ts_rank(words, q) FROM bare_texts, to_tsquery('english', %s) q
            WHERE words @@ q AND realm_id = %s ORDER BY 2 DESC LIMIT %s"""

    def nearest(self, question: Question) -> None:
        for statement in self._near:
            self._connection.execute(statement, (USER, Vector(question[1]))).fetchall()

    def words(self, question: Question) -> None:
        any_word = " | ".join(question[0].strip("?").split())
        self._connection.execute(self._words, (any_word, USER, POOL)).fetchall()

    def both(self, question: Question) -> None:
        self.nearest(question)
        self.words(question)

    def close(self) -> None:
        self._connection.close()


def measure(url: str, questions: list[Question]) -> dict[str, list[float]]:
    """Seconds by what asked, each question by all in turn; the first questions only warm the caches."""
    database, bare = Database(url, role=""), _Bare(url)
    views = Views(database)
    ways: dict[str, Callable[[Question], object]] = {
        "search": lambda one: views.search(USER, one[0], one[1], model=MODEL.name, limit=_LIMIT),
        "bare queries": bare.both,
        "of these, nearest": bare.nearest,
        "of these, words": bare.words,
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number, question in enumerate([*questions[:_WARM], *questions]):
        for name, ask in ways.items():
            begun = time.perf_counter()
            ask(question)
            if number >= _WARM:
                took[name].append(time.perf_counter() - begun)
    bare.close()
    database.close()
    return took


def main(folder: Path, show: Show, facts: int = _FACTS, questions: int = _QUESTIONS) -> None:
    random = np.random.default_rng(7)
    texts = passages(random, vocabulary(random), -(-facts // FACTS_OF_EACH))
    server = EmbeddedPostgres(folder / "data")
    migrate(server.url)
    begun = time.perf_counter()
    fill(server.url, random, texts)
    vector_indexes.ensure(server.url, MODEL, min_rows=10_000)
    filled = time.perf_counter() - begun
    asked = [
        (_question(random, texts), random.standard_normal(DIMS).astype(np.float32)) for _ in range(questions)
    ]  # fmt: skip
    took = {name: np.percentile(seconds, [50, 95]) * 1000 for name, seconds in measure(server.url, asked).items()}
    bare = took["bare queries"]
    show(
        f"A search among {facts:,} facts of {len(texts):,} passages",
        ["", "p50 ms", "p95 ms", "p50 to bare", "p95 to bare"],
        [
            [name, f"{p50:.1f}", f"{p95:.1f}", f"{p50 / bare[0]:.2f}", f"{p95 / bare[1]:.2f}"]
            for name, (p50, p95) in took.items()
        ],
        f"{questions} questions, each by all in turn; to reach: at most 2. Filled in {filled:.0f} s; "
        f"{_sizes(server.url)}",
    )
    server.close()


def _question(random: np.random.Generator, texts: list[str]) -> str:
    """Some small words and some of one passage's, as people ask."""
    said = [word for word in texts[random.integers(len(texts))].split() if word not in STOP]
    return " ".join([*random.choice(STOP, 4), *random.choice(said, 5)]) + "?"


def _sizes(url: str) -> str:
    with psycopg.connect(url, options=connect_options("")) as connection:
        [(texts, words)] = connection.execute(
            "SELECT sum(length(text))::float8, (SELECT sum(pg_total_relation_size(oid))::float8 FROM pg_class "
            "WHERE relname IN ('search_postings', 'search_sources')) FROM document_chunks"
        ).fetchall()
    return f"word index {words / 1e6:.0f} MB of {texts / 1e6:.0f} MB of text."


if __name__ == "__main__":
    from benchmarks.__main__ import show as _show

    _parser = argparse.ArgumentParser(description=__doc__)
    _parser.add_argument("--facts", type=int, default=_FACTS)
    _parser.add_argument("--questions", type=int, default=_QUESTIONS)
    _asked = _parser.parse_args()
    with TemporaryDirectory(prefix="search-") as _folder:
        main(Path(_folder), _show, _asked.facts, _asked.questions)
