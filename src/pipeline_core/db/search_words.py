"""After a migration: the words of what was published before are read, some documents at a time.

So they are where a server reads words otherwise than the one that kept them: after an upgrade, or on another machine.
"""

from typing import Any

from pipeline_core.db.connection import SCHEMA, connect
from pipeline_core.domain.languages import language_of

_AT_A_TIME = 20
"""Sources of a transaction: whoever publishes one of them meanwhile waits for no more than these."""

_TAKE = """
DELETE FROM unread_sources WHERE source_id IN (
    SELECT source_id FROM unread_sources ORDER BY source_id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING source_id
"""
# as who publishes does it, and in the same order
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(d::text, 0)) FROM (SELECT unnest(%s::uuid[]) AS d ORDER BY 1) o"
_TEXTS = """
SELECT document_id, array_agg(text ORDER BY ordinal) FROM document_chunks WHERE document_id = ANY(%s) GROUP BY 1
"""
# of one document, and of a few, should that be the one which somebody changes at this moment
_OTHERWISE = """
SELECT count(*) > 0 AND bool_and(is_other) FROM (
    SELECT EXISTS (SELECT FROM upload_pipeline.read_words(ARRAY[s.source_id]) r
        LEFT JOIN upload_pipeline.search_postings p USING (source_id, ordinal)
        WHERE (p.terms, p.counts) IS DISTINCT FROM (r.terms, r.counts)) AS is_other
    FROM (SELECT source_id FROM upload_pipeline.search_sources WHERE passages < 200 LIMIT 3) s
) o
"""
_ALL = """
INSERT INTO upload_pipeline.unread_sources SELECT source_id FROM upload_pipeline.search_sources ON CONFLICT DO NOTHING
"""
_READ_IN = "UPDATE documents SET words_language = %s WHERE document_id = %s AND words_language <> %s"


def are_unread(connection: Any) -> bool:
    """True if something published has words that were never read, or that this server reads otherwise."""
    found = connection.execute(f"SELECT to_regclass('{SCHEMA}.unread_sources') IS NOT NULL").fetchone()
    if not found[0]:
        return False
    if connection.execute(f"SELECT FROM {SCHEMA}.unread_sources LIMIT 1").fetchone() is not None:
        return True
    return _are_other(connection)


def _are_other(connection: Any) -> bool:
    return bool(connection.execute(_OTHERWISE).fetchone()[0])


def read_words(url: str) -> int:
    """Read the words of all that is left to read, each step in its own transaction; returns how many sources.

    Who is interrupted goes on with the rest the next time; two at once take different ones.
    """
    count = 0
    with connect(url) as connection:
        if _are_other(connection):
            connection.execute(_ALL)
        connection.commit()
        while done := _read_some(connection):
            connection.commit()
            count += done
    return count


def _read_some(connection: Any) -> int:
    connection.execute(f"SET LOCAL search_path = {SCHEMA}, public")
    sources = [row[0] for row in connection.execute(_TAKE, (_AT_A_TIME,)).fetchall()]
    if not sources:
        return 0
    connection.execute(_LOCK, (sources,))
    for document_id, texts in connection.execute(_TEXTS, (sources,)).fetchall():
        language = language_of(texts)
        connection.execute(_READ_IN, (language, document_id, language))
    connection.execute("SELECT index_words(%s)", (sources,))
    return len(sources)
