"""Production of one user, filled by COPY: copies of one document that was published, each with words of its own."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Json, Jsonb

from pipeline_core.db import session
from pipeline_core.db.packed_rows import half
from pipeline_core.db.session import Session
from pipeline_core.db.staging import Staging
from pipeline_core.domain.ids import sha256_hex, text_sha256
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.ports.embedder import Embedder

FACTS = (5, 20)
"""Of a document."""
_AT_A_TIME = 500
_SCHEMA = "upload_pipeline"
# of a document one row each, then rows for each fact, in the order of their foreign keys
_OF_DOCUMENT = ("documents", "document_sources", "upload_jobs", "document_processing_stages", "upload_batches")
_OF_FACT = ("staged_chunks", "staged_questions", "document_chunks", "all_questions")
_STRICTLY_JSON = {"json": Json, "jsonb": Jsonb}

Row = dict[str, Any]


@dataclass(frozen=True)
class _Table:
    columns: dict[str, str]
    template: list[Row]


class Production:
    """Fills the tables of a database in which one document of the user has been published."""

    def __init__(self, connection: psycopg.Connection[Any], template: UUID, embedder: Embedder) -> None:
        session.prepare(connection)
        self._session = Session(connection)
        self._embedder = embedder
        self._tables = {name: self._table(name, template) for name in (*_OF_DOCUMENT, *_OF_FACT)}
        self._cache = self._table("embedding_cache", None)
        self.documents = 0
        self.facts = 0

    def fill(self, documents: int, sentences: Iterable[str], seed: int, facts: tuple[int, int] = FACTS) -> None:
        """Add so many documents with so many facts each, from the least to the most, of these sentences."""
        chooser, words = random.Random(seed), iter(sentences)
        connection = self._session.connection
        # triggers hold who moves what: nobody does, these rows are at rest
        connection.execute("SET session_replication_role = replica")
        for start in range(0, documents, _AT_A_TIME):
            counts = [chooser.randint(*facts) for _ in range(min(_AT_A_TIME, documents - start))]
            self._copy([[next(words) for _ in range(count)] for count in counts])
        connection.execute("SET session_replication_role = origin")
        connection.commit()

    def _copy(self, documents: Sequence[Sequence[str]]) -> None:
        texts = [text for facts in documents for text in facts]
        questions = [f"What is said about {' '.join(text.split()[:4])}?" for text in texts]
        embedded = [f"{question}\n{text}" for question, text in zip(questions, texts, strict=True)]
        vectors = self._embedder.embed(embedded).vectors
        keys = match_keys(Staging(self._session), texts)
        made = iter(zip(questions, texts, embedded, keys, vectors, strict=True))
        rows: dict[str, list[Row]] = {name: [] for name in self._tables}
        cached: dict[str, Row] = {}
        for facts in documents:
            own = {"document_id": uuid4(), "batch_id": uuid4(), "upload_batch_id": None}
            own["upload_batch_id"] = own["batch_id"]
            sha256 = sha256_hex(own["document_id"].bytes)
            name = f"{own['document_id']}.md"
            own |= {"file_sha256": sha256, "source_uri": f"bench:{name}", "filename": name, "file_name": name}
            for table in _OF_DOCUMENT:
                of_job = {"job_id": uuid4()} if table == "upload_jobs" else {}
                rows[table] += [{**row, **own, **of_job} for row in self._tables[table].template]
            for ordinal, _ in enumerate(facts):
                question, text, said, key, vector = next(made)
                span = {"quote": text, "char_from": 0, "char_to": len(text), "page": None}
                fact = {
                    **own, "question_id": uuid4(), "chunk_id": uuid4(), "ordinal": ordinal, "text": text,
                    "question": question, "answer": text, "statement": text, "evidence": [span],
                    "match_text": text, "match_sha256": key.sha256, "match_trigrams": key.trigrams,
                    "match_signature": key.signature, "embedding": half(vector), "char_from": 0, "char_to": len(text),
                    "content_sha256": text_sha256(text),
                }  # fmt: skip
                for table in _OF_FACT:
                    rows[table].append({**self._tables[table].template[0], **fact})
                sha = text_sha256(said)
                cached[sha] = {**self._cache.template[0], "content_sha256": sha, "vector": half(vector)}
        for table, (of_table, values) in {name: (self._tables[name], rows[name]) for name in rows}.items():
            self._write(table, of_table, values)
        self._write("embedding_cache", self._cache, list(cached.values()))
        self._session.connection.commit()
        self.documents += len(documents)
        self.facts += len(texts)

    def _write(self, name: str, table: _Table, rows: Sequence[Row]) -> None:
        wrap = {column: _STRICTLY_JSON[kind] for column, kind in table.columns.items() if kind in _STRICTLY_JSON}
        values = [
            tuple(
                wrap[column](row[column]) if column in wrap and row[column] is not None else row[column]
                for column in table.columns
            )
            for row in rows
        ]
        self._session.copy(name, table.columns, values)

    def _table(self, name: str, document_id: UUID | None) -> _Table:
        connection = self._session.connection
        columns = dict(
            connection.execute(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass "
                "AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = '' ORDER BY attnum",
                (f"{_SCHEMA}.{name}",),
            ).fetchall()
        )
        where = sql.SQL("WHERE document_id = %s" if document_id else "LIMIT 1")
        statement = sql.SQL("SELECT {} FROM {} {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(_SCHEMA, name), where
        )
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(statement, (document_id,) if document_id else ()).fetchall()
        return _Table(columns, rows)
