"""Partial HNSW indexes: one for each table and embedding model, built once there is enough for it to pay."""

import hashlib
from typing import Any

import psycopg
from psycopg import sql

from pipeline_core.db.connection import connect
from pipeline_core.db.errors import translated
from pipeline_core.db.vector_types import COSINE_OPERATORS, vector_type
from pipeline_core.domain.embedding_models import EmbeddingModel

PRODUCTION = {"all_questions": "embedding", "document_chunks": "embedding"}
NEXT = {"next_vectors": "vector"}
"""Tables with vectors, and their column."""
MIN_ROWS = 50_000
"""Below this an exact scan takes a few hundredths of a second, and keeping an index costs more than it saves."""
_MARK = "_hnsw_"


def index_name(table: str, model: str) -> str:
    """The index of one table for one model."""
    return f"{table}{_MARK}{hashlib.sha256(model.encode()).hexdigest()[:12]}"


def ensure(
    url: str, model: EmbeddingModel, tables: dict[str, str] = PRODUCTION, *, min_rows: int = MIN_ROWS
) -> list[str]:
    """Build the model's missing indexes on tables with at least ``min_rows`` of its vectors, without blocking writers.

    Connects as the login itself: only the tables' owner can make an index. Returns the names of those built.
    """
    built = []
    with translated(), connect(url, autocommit=True) as connection:
        for table, column in tables.items():
            name = index_name(table, model.name)
            if _exists(connection, name) or _rows(connection, table, model.name, min_rows) < min_rows:
                continue
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute(
                sql.SQL("CREATE INDEX CONCURRENTLY {} ON {} USING hnsw (({}::{}) {}) WHERE embed_model = {}").format(
                    sql.Identifier(name),
                    sql.Identifier(table),
                    sql.Identifier(column),
                    sql.SQL(vector_type(model.dims)),
                    sql.SQL(COSINE_OPERATORS),
                    sql.Literal(model.name),
                )
            )
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
            built.append(name)
    return built


def exists(url: str, table: str, model: str) -> bool:
    """True if the model's index on the table exists and is valid."""
    with translated(), connect(url, autocommit=True) as connection:
        return _exists(connection, index_name(table, model))


def drop_others(url: str, active: str) -> list[str]:
    """Drop every such index that is not one of production's for the active model; returns their names."""
    kept = {index_name(table, active) for table in PRODUCTION}
    dropped = []
    with translated(), connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'upload_pipeline' AND tablename = ANY(%s) "
            "AND strpos(indexname, %s) > 0",
            ([*PRODUCTION, *NEXT], _MARK),
        ).fetchall()
        for (name,) in rows:
            if name not in kept:
                connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))
                dropped.append(name)
    return dropped


def _exists(connection: psycopg.Connection[Any], name: str) -> bool:
    # one that was interrupted while it was built is there, but not valid: it is made anew
    row = connection.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (f"upload_pipeline.{name}",)
    ).fetchone()
    if row is not None and not row[0]:
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(name)))
        return False
    return row is not None


def _rows(connection: psycopg.Connection[Any], table: str, model: str, enough: int) -> int:
    statement = sql.SQL("SELECT count(*) FROM (SELECT FROM {} WHERE embed_model = %s LIMIT %s) AS counted")
    row = connection.execute(statement.format(sql.Identifier(table)), (model, enough)).fetchone()
    return int(str(row[0])) if row else 0
