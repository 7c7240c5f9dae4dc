"""After a migration: rows whose hash an older version of the strict form made are given that of the present one."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pipeline_core.db.connection import SCHEMA, connect
from pipeline_core.domain.languages import languages_of
from pipeline_core.domain.same_words import VERSION, exact_key

_AT_A_TIME = 2000

_ROWS = {
    # in the order of what is said together: a document's or a bank's rows tell its language
    "staged_questions": "SELECT question_id, coalesce(match_text, statement) AS match_text, upload_batch_id AS said_in "
    "FROM staged_questions "
    "WHERE match_version < %(version)s ORDER BY upload_batch_id, question_id",
    "all_questions": "SELECT a.question_id, coalesce(a.match_text, a.statement) AS match_text, "
    "coalesce(a.document_id, s.upload_batch_id, a.question_id) AS said_in "
    "FROM all_questions a LEFT JOIN staged_questions s USING (question_id) "
    "WHERE a.match_version < %(version)s ORDER BY 3, a.question_id",
}
_OUTDATED = f"SELECT FROM {{table}} WHERE match_version < {VERSION} LIMIT 1"
_OLD_KEYS = (
    "UPDATE renewed_keys r SET old_key = q.match_sha256 FROM {table} q "
    "WHERE r.table_name = '{table}' AND q.question_id = r.question_id"
)
_RENEWED = (
    "UPDATE {table} q SET match_sha256 = r.key, language = r.language, match_version = %(version)s "
    "FROM renewed_keys r WHERE r.table_name = '{table}' AND r.question_id = q.question_id"
)
# Of a row that was left out: the words of the one that it repeats, where those are the words that it repeated. A row
# that the system took for the same words, and that says others by now, keeps the old ones: it has lost its duplicate.
_LEFT_ALONE = """
UPDATE staged_questions q SET duplicate_of_sha256 = r.key
FROM renewed_keys r
WHERE r.question_id = q.duplicate_of AND r.old_key = q.duplicate_of_sha256
    AND NOT EXISTS (SELECT FROM renewed_keys o WHERE o.question_id = r.question_id AND o.old_key = r.old_key
        AND o.table_name < r.table_name)
    AND NOT EXISTS (SELECT FROM staging_duplicates p
        WHERE p.staged_question_id = q.question_id AND p.existing_question_id = q.duplicate_of
            AND p.method = 'exact' AND p.resolved_by = 'system' AND q.match_sha256 <> r.key)
"""
_DECISIONS = """
WITH decided AS (
    SELECT p.realm_id, s.match_sha256 AS staged, coalesce(e.match_sha256, a.match_sha256) AS existing, p.resolution,
        p.resolved_by, p.resolved_at, p.resolution_notes
    FROM staging_duplicates p
    JOIN staged_questions s ON s.question_id = p.staged_question_id
    LEFT JOIN staged_questions e ON e.question_id = p.existing_question_id
    LEFT JOIN all_questions a ON a.question_id = p.existing_question_id
    WHERE decided_by_person(p.resolution, p.resolved_by)
        AND coalesce(e.match_sha256, a.match_sha256) IS NOT NULL
)
INSERT INTO duplicate_decisions (realm_id, first_sha256, second_sha256, resolution, decided_by, decided_at, notes)
SELECT DISTINCT ON (realm_id, first, second) realm_id, first, second,
    CASE
        WHEN resolution IN ('keep_both', 'not_duplicate') THEN resolution
        WHEN (resolution = 'replace_existing') = (staged = first) THEN 'keep_first'
        ELSE 'keep_second'
    END, resolved_by, resolved_at, resolution_notes
FROM decided CROSS JOIN LATERAL (
    SELECT least(staged COLLATE "C", existing COLLATE "C") AS first,
           greatest(staged COLLATE "C", existing COLLATE "C") AS second) ends
ORDER BY realm_id, first, second, resolved_at DESC
ON CONFLICT DO NOTHING
"""


def are_outdated(connection: Any) -> bool:
    """True if a row has the hash of an older version. Partial indexes answer this at no cost where there is none."""
    return any(connection.execute(_OUTDATED.format(table=table)).fetchone() is not None for table in _ROWS)


def renew_match_keys(url: str) -> int:
    """Compute the hashes of outdated rows anew, in one transaction; returns how many there were.

    Whoever compares at the same moment waits for its user's rows, and finds them renewed.
    """
    with connect(url) as connection:
        connection.execute(f"SET LOCAL search_path = {SCHEMA}, public")
        if not are_outdated(connection):
            return 0
        connection.execute(
            "CREATE TEMPORARY TABLE renewed_keys (table_name text, question_id uuid, old_key text, key text, "
            "language text) ON COMMIT DROP"
        )
        for table in _ROWS:
            _collect(connection, table)
        connection.execute("CREATE INDEX ON renewed_keys (question_id)")
        connection.execute("ANALYZE renewed_keys")
        count = 0
        for table in _ROWS:
            connection.execute(_OLD_KEYS.format(table=table))
            count += connection.execute(_RENEWED.format(table=table), {"version": VERSION}).rowcount
        connection.execute(_LEFT_ALONE)
        connection.execute(_DECISIONS)
    return count


def _collect(connection: Any, table: str) -> None:
    with connection.cursor(name="outdated") as rows, connection.cursor() as writing:
        rows.itersize = _AT_A_TIME
        rows.execute(_ROWS[table], {"version": VERSION})
        for key_rows in _renewed(rows):
            writing.executemany(
                "INSERT INTO renewed_keys (table_name, question_id, key, language) VALUES (%s, %s, %s, %s)",
                [(table, *row) for row in key_rows],
            )


def _renewed(rows: Any) -> Iterator[list[tuple[Any, str, str]]]:
    for _, together in groupby(rows, key=lambda row: row[2]):
        said = [(question_id, text) for question_id, text, _ in together]
        languages = languages_of([text for _, text in said])
        yield [
            (question_id, exact_key(text), language)
            for (question_id, text), language in zip(said, languages, strict=True)
        ]
