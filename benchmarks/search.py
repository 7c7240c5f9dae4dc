"""Measures how long a search takes among many passages.

    python -m benchmarks.search [--chunks 100000] [--questions 60]

Passages and facts are made of a vocabulary whose words are as frequent as in a language (Zipf), and are copied in.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
from pgvector.psycopg import register_vector
from psycopg.types.json import Jsonb

from pipeline_core.db import vector_indexes
from pipeline_core.db.connection import connect_options
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.packed_rows import half
from pipeline_core.db.searching import Query, Ranking, search
from pipeline_core.db.session import Session, prepare
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.ids import RealmId, user_id_for
from pipeline_core.domain.search import SearchMode

DIMS, MODEL = 64, EmbeddingModel("wordllama-64", 64)
USER: RealmId = user_id_for("benchmark")
PER_DOCUMENT, WORDS, FACTS_EVERY = 20, 160, 2
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


def fill(url: str, count: int, random: np.random.Generator, texts: list[str]) -> None:
    """Documents of 20 passages, and a fact of every other passage."""
    with psycopg.connect(url, options=connect_options("")) as connection:
        register_vector(connection)
        connection.execute(
            "INSERT INTO embedding_models (embed_model, dims, is_active, activated_at) VALUES (%s, %s, true, now())",
            (MODEL.name, DIMS),
        )
        for start in range(0, count, 100 * PER_DOCUMENT):
            _some(connection, random, texts[start : start + 100 * PER_DOCUMENT])
            connection.commit()
        connection.execute("ANALYZE")


def _some(connection: Any, random: np.random.Generator, texts: list[str]) -> None:
    documents = [uuid4() for _ in range(-(-len(texts) // PER_DOCUMENT))]
    ids = [uuid4() for _ in texts]
    vectors = random.standard_normal((2, len(texts), DIMS)).astype(np.float32)
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
            (uuid4(), USER, documents[n // PER_DOCUMENT], ids[n], "fact", " ".join(text.split()[:15]), evidence,
             "exact", "g", "m", "0" * 64, 1, bytes(64), half(vectors[1, n]), MODEL.name, "1")
            for n, text in enumerate(texts) if n % FACTS_EVERY == 0
        ],
    )  # fmt: skip


def _copy(connection: Any, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    names, types = zip(*(column.split() for column in columns.split(", ")), strict=True)
    with connection.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def measure(url: str, questions: list[Query]) -> list[float]:
    took: list[float] = []
    with psycopg.connect(url, options=connect_options("")) as connection:
        prepare(connection)
        for number, query in enumerate([*questions[:5], *questions]):
            begun = time.perf_counter()
            search(Session(connection), query, Ranking(), limit=10)
            connection.rollback()
            if number >= 5:  # those before only warm the caches
                took.append(time.perf_counter() - begun)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=60)
    asked = parser.parse_args()
    random = np.random.default_rng(7)
    words = vocabulary(random)
    texts = passages(random, words, asked.chunks)
    with TemporaryDirectory(prefix="search-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        migrate(server.url)
        begun = time.perf_counter()
        fill(server.url, asked.chunks, random, texts)
        print(f"{asked.chunks} passages copied in, with their words: {time.perf_counter() - begun:.0f} s", flush=True)
        vector_indexes.ensure(server.url, MODEL, min_rows=10_000)
        sizes(server.url)
        questions = [
            Query(USER, _question(random, texts), random.standard_normal(DIMS).astype(np.float32), MODEL.name, None,
                  None, SearchMode.HYBRID, False)
            for _ in range(asked.questions)
        ]  # fmt: skip
        took = measure(server.url, questions)
        server.close()
    p50, p95 = np.percentile(took, [50, 95])
    print(f"p50 {p50 * 1000:.1f} ms  p95 {p95 * 1000:.1f} ms")


def _question(random: np.random.Generator, texts: list[str]) -> str:
    """Some small words and some of one passage's, as people ask."""
    said = [word for word in texts[random.integers(len(texts))].split() if word not in STOP]
    return " ".join([*random.choice(STOP, 4), *random.choice(said, 5)]) + "?"


def sizes(url: str) -> None:
    with psycopg.connect(url, options=connect_options("")) as connection:
        for table in ("document_chunks", "search_postings", "search_sources"):
            [(size, rows)] = connection.execute(
                "SELECT pg_size_pretty(pg_total_relation_size(%s::regclass)), "
                "(SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass)",
                (table, table),
            ).fetchall()
            print(f"{table}: {rows} rows, {size}")


if __name__ == "__main__":
    main()
