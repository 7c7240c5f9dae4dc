"""A partial HNSW index for each embedding model, built once there is enough for it to pay."""

import hashlib

import psycopg
from psycopg import sql

from pipeline_core.adapters.db.engine import connect
from pipeline_core.adapters.db.errors import translated

TABLES = ("all_questions", "document_chunks")
MIN_ROWS = 50_000
"""Below this an exact scan takes a few hundredths of a second, and keeping an index costs more than it saves."""


def index_name(table: str, model: str) -> str:
    """The index of one table for one model."""
    return f"{table}_hnsw_{hashlib.sha256(model.encode()).hexdigest()[:12]}"


def ensure(url: str, *, model: str, dims: int, min_rows: int = MIN_ROWS) -> list[str]:
    """Build the model's missing indexes on tables with at least ``min_rows`` of its vectors, without blocking writers.

    Connects as the login itself: only the tables' owner can make an index. Answers with the names of those built.
    """
    built = []
    with translated(), connect(url, autocommit=True) as connection:
        for table in TABLES:
            name = index_name(table, model)
            if _exists(connection, name) or _rows(connection, table, model, min_rows) < min_rows:
                continue
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute(
                sql.SQL(
                    "CREATE INDEX CONCURRENTLY {} ON {} USING hnsw ((embedding::vector({})) vector_cosine_ops) "
                    "WHERE embed_model = {}"
                ).format(sql.Identifier(name), sql.Identifier(table), sql.Literal(dims), sql.Literal(model))
            )
            built.append(name)
    return built


def _exists(connection: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    # one that was interrupted while it was built is there, but not valid: it is made anew
    row = connection.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (f"upload_pipeline.{name}",)
    ).fetchone()
    if row is not None and not row[0]:
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(name)))
        return False
    return row is not None


def _rows(connection: psycopg.Connection[tuple[object, ...]], table: str, model: str, enough: int) -> int:
    statement = sql.SQL("SELECT count(*) FROM (SELECT FROM {} WHERE embed_model = %s LIMIT %s) AS counted")
    row = connection.execute(statement.format(sql.Identifier(table)), (model, enough)).fetchone()
    return int(str(row[0])) if row else 0
