"""Values that were erased or may be left: keyed fingerprints of them, and where a text is."""

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import sql

from pipeline_core.db.connection import SCHEMA
from pipeline_core.db.content_register import FINGERPRINTED, NO_CONTENT, REGISTER, Holds
from pipeline_core.db.session import Session
from pipeline_core.domain.erasing import Key, spellings


class Values:
    """Values of the columns of the register."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def erased(self, given: Mapping[str, Any], key: Key) -> dict[str, Any]:
        """Fingerprints of what these documents and banks say and nobody else does."""
        inner, outer = key.pads()
        params = {**given, "inner": inner, "outer": outer}
        found: dict[str, Any] = {"key": key.secret.hex(), "also_elsewhere": {}}
        for kind in FINGERPRINTED:
            rows = self._session.connection.execute(_values_of(kind), params).fetchall()
            found[kind.value] = sorted(value for value, is_elsewhere in rows if not is_elsewhere)
            found["also_elsewhere"][kind.value] = sum(is_elsewhere for _, is_elsewhere in rows)
        return found

    def stored(self, key: Key) -> Iterator[tuple[str, set[str]]]:
        """Fingerprints of every stored name, statement and passage, and of every text in what is kept about the work:
        by table and column."""
        inner, outer = key.pads()
        for name, table in REGISTER.items():
            for column in table.holding(*FINGERPRINTED, Holds.MENTIONS):
                values = _LEAVES if self._type(name, column) == "jsonb" else _TEXTS
                query = sql.SQL(_FINGERPRINTS) + sql.SQL(values).format(sql.Identifier(column), sql.Identifier(name))
                rows = self._session.connection.execute(query, {"inner": inner, "outer": outer}).fetchall()
                yield f"{name}.{column}", {value for (value,) in rows}

    def containing(self, text: str) -> tuple[int, dict[str, int]]:
        """The number of columns that may hold a text, and in how many rows of which this one is, however JSON spells
        it, and in whose statistics."""
        columns = self._session.connection.execute(_TEXT_COLUMNS, [sorted(NO_CONTENT)]).fetchall()
        wanted = spellings(text)
        found: dict[str, int] = {}
        for table, column, kind in columns:
            query = sql.SQL(_OF_BYTES if kind == "bytea" else _OF_TEXT)
            named = query.format(sql.Identifier(column), sql.Identifier(SCHEMA, table))
            given = {"wanted": wanted, "bytes": text.encode()}
            [(number,)] = self._session.connection.execute(named, given).fetchall()
            if number:
                found[f"{table}.{column}"] = number
        quoting = self._session.column("statistics_with", wanted=wanted)
        return len(columns), found | {f"statistics of {place}": 1 for place in quoting}

    def _type(self, table: str, column: str) -> str:
        [(kind,)] = self._session.connection.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s "
            "AND column_name = %s",
            [SCHEMA, table, column],
        ).fetchall()
        return str(kind)


_FINGERPRINTS = "SELECT DISTINCT keyed_fingerprint(v.said, %(inner)s, %(outer)s) FROM "
_TEXTS = "(SELECT {0} AS said FROM {1} WHERE {0} IS NOT NULL) v"
_LEAVES = """(SELECT DISTINCT leaf #>> '{{}}' AS said FROM {1}
    CROSS JOIN LATERAL jsonb_path_query({0}, 'strict $.**') AS leaf WHERE jsonb_typeof(leaf) = 'string') v"""
_OF_TEXT = "SELECT count(*) FROM {1} WHERE has_one_of({0}::text, %(wanted)s)"
_OF_BYTES = "SELECT count(*) FROM {1} WHERE position(%(bytes)s IN {0}) > 0"
_TEXT_COLUMNS = """SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'upload_pipeline' AND t.table_type = 'BASE TABLE' AND c.data_type <> ALL(%s)
        AND NOT (c.data_type = 'USER-DEFINED' AND c.udt_name = 'vector')
    ORDER BY c.table_name, c.column_name"""


def _values_of(kind: Holds) -> sql.Composed:
    """Fingerprints of what is erased, each with whether another row says the same and stays."""
    own, others = [], []
    for name, table in REGISTER.items():
        for column in table.holding(kind):
            where = sql.SQL(f"({table.where})")
            value = sql.SQL("SELECT said_plainly({0}) AS said FROM {1} WHERE {0} IS NOT NULL AND ").format(
                sql.Identifier(column), sql.Identifier(name)
            )
            own.append(value + where)
            others.append(value + sql.SQL("(") + where + sql.SQL(") IS NOT TRUE"))
    union = sql.SQL(" UNION ")
    return (
        sql.SQL("WITH own AS MATERIALIZED (")
        + union.join(own)
        + sql.SQL("), others AS MATERIALIZED (")
        + union.join(others)
        + sql.SQL(
            ") SELECT keyed_fingerprint(own.said, %(inner)s, %(outer)s), o.said IS NOT NULL FROM own "
            "LEFT JOIN others o ON o.said = own.said WHERE own.said <> ''"
        )
    )
