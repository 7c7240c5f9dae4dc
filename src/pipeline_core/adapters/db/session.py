"""One transaction on a psycopg connection that SQLAlchemy's pool lends, with named queries."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.rows import dict_row

from pipeline_core.adapters.db.queries import load

Row = dict[str, Any]
# https://www.postgresql.org/docs/18/sql-copy.html: signature, flags and extension length; a field count of -1
_COPY_HEADER = 11 + 4 + 4
_COPY_TRAILER = 2


def json_text(value: Mapping[str, Any]) -> str:
    """JSON for a ``jsonb`` parameter; ids and times become strings."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class Session:
    """Runs named queries. Not thread-safe, and not to be kept longer than its unit of work."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def all(self, name: str, /, *, dims: int | None = None, **params: Any) -> list[Row]:
        """Run a query and fetch its rows. ``dims`` replaces ``{dims}``, where a type needs a literal."""
        statement = load()[name] if dims is None else load()[name].replace("{dims}", str(int(dims)))
        # binary results: vectors and ids need no parsing
        with self.connection.cursor(row_factory=dict_row, binary=True) as cursor:
            cursor.execute(statement.encode(), params)
            return cursor.fetchall()

    def execute(self, name: str, /, **params: Any) -> int:
        """Run a statement; answers with the number of rows it changed."""
        return self.connection.execute(load()[name].encode(), params).rowcount

    def copy(self, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Binary COPY of the rows into the table. ``columns`` are name -> PostgreSQL type, in the rows' order."""
        if not rows:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), names)
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)

    def copy_out(self, name: str, row: np.dtype[np.void], /, **params: Any) -> npt.NDArray[np.void]:
        """The query's rows by binary COPY, straight into an array: for columns of fixed length that are not null.

        ``row`` has a field of the wire's type for each column, in order; numbers are big-endian on the wire.
        """
        fields: list[tuple[str, Any]] = [("_fields", ">i2")]
        for column in row.names or ():
            fields += [(f"_length_{column}", ">i4"), (column, row[column])]
        wire = np.dtype(fields)
        statement = f"COPY ({load()[name].rstrip().rstrip(';')}) TO STDOUT (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(statement.encode(), params) as copy:
            data = b"".join(copy)
        body = memoryview(data)[_COPY_HEADER:-_COPY_TRAILER]
        return np.frombuffer(body, dtype=wire)


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Teach a new connection pgvector's types, where the extension is there already."""
    try:
        register_vector(connection)
    except psycopg.ProgrammingError:
        connection.rollback()
    else:
        connection.commit()
