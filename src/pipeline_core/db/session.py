"""One transaction on a psycopg connection that ``Database`` lends, with named queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import orjson
import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.rows import RowFactory, dict_row, tuple_row

from pipeline_core.db.listing import Listing, R, columns_of, rows_of
from pipeline_core.db.packed_rows import HEADER, TRAILER, framed
from pipeline_core.db.queries import load
from pipeline_core.db.vector_types import vector_type
from pipeline_core.domain.ids import CorrelationId
from pipeline_core.domain.realms import Person

Row = dict[str, Any]
T = TypeVar("T")
_PACKED = 256


def json_text(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """JSON for a ``jsonb`` parameter; ids and times become strings."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _statement(name: str, dims: int | None) -> bytes:
    statement = load()[name]
    return (statement if dims is None else statement.replace("{space}", vector_type(dims))).encode()


def _copy_into(table: str, columns: Iterable[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), names)


def _given(params: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in params.items() if value is not None)


class Session:
    """Runs named queries. Not thread-safe, and not to be kept longer than its unit of work."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        *,
        claims: str | None = None,
        correlation_id: CorrelationId | None = None,
        person: Person | None = None,
    ) -> None:
        """``claims`` (JSON) are set for the transaction, where row-level security reads whose it is, and so is the
        correlation id, for events that have none of their own. ``person`` acts in it, where there are no claims."""
        self._connection = connection
        self._ahead: dict[str, tuple[Mapping[str, Any], psycopg.Cursor[Any]]] = {}
        self._has_claims = claims is not None
        settings = {
            "request__jwt__claims": claims,
            "upload_pipeline__person": json_text(person.claims) if person is not None else None,
            "upload_pipeline__correlation_id": str(correlation_id) if correlation_id is not None else None,
        }
        # sent with the first statement, as each is a way to the server and back
        self._unsent = {name: value for name, value in settings.items() if value is not None}

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection, on which the claims are set."""
        self._send_settings()
        return self._connection

    def act_as(self, person: Person) -> None:
        """Have the events of this transaction say that this person acts, unless claims say who does."""
        self.configure(upload_pipeline__person=json_text(person.claims))

    def all(self, name: str, /, *, dims: int | None = None, **params: Any) -> list[Row]:
        """Run a query and fetch its rows. ``dims`` is the length of the vectors whose type replaces ``{space}``."""
        return self._fetched(dict_row, name, params, _statement(name, dims))

    def column(self, name: str, /, **params: Any) -> list[Any]:
        """The values of the query's one column."""
        return [value for (value,) in self._tuples(name, params)]

    def mapping(self, name: str, /, **params: Any) -> dict[Any, Any]:
        """The query's second and last column by its first."""
        return dict(self._tuples(name, params))

    def _tuples(self, name: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._fetched(tuple_row, name, params, _statement(name, None))

    def rows(self, kind: type[R], name: str, /, **params: Any) -> list[R]:
        """As ``all``, each row as one of this kind, whose fields are the query's columns."""
        return self._fetched(rows_of(kind), name, params, _statement(name, None))

    def first(self, kind: type[R], name: str, /, **params: Any) -> R | None:
        """The first of ``rows``; None if there is none."""
        return next(iter(self.rows(kind, name, **params)), None)

    def select(self, listing: Listing[R], **params: Any) -> list[R]:
        """The rows of a list for which these parameters hold; those that are None filter nothing."""
        return self._fetched(rows_of(listing.kind), "", params, listing.statement(_given(params)))

    def select_columns(self, listing: Listing[R], **params: Any) -> list[Row]:
        """As ``select``, but what is selected of each row by name: of a kind that has more than its columns."""
        return self._fetched(columns_of(listing.kind), "", params, listing.statement(_given(params)))

    def ahead(self, *names: str, **params: Any) -> None:
        """Send these queries now, in their order and together: they wait for the server once. Whoever then asks for one
        by its name, with those of these parameters that it has, is given what it brought."""
        with self.connection.pipeline():
            for name in names:
                # binary, as whatever asks for rows
                cursor = self._connection.cursor(binary=True)
                self._ahead[name] = (params, cursor.execute(_statement(name, None), params))

    def _fetched(self, kind: RowFactory[T], name: str, params: Mapping[str, Any], statement: bytes) -> list[T]:
        sent, waiting = self._ahead.pop(name, ({}, None))
        if waiting is not None and params.items() <= sent.items():
            with waiting:
                waiting.row_factory = kind
                return waiting.fetchall()
        with self._connection.cursor(row_factory=kind, binary=True) as cursor:
            with self._connection.pipeline() if self._unsent else nullcontext():
                self._send_settings()
                cursor.execute(statement, params)
            return cursor.fetchall()

    def each(self, name: str, every: Sequence[Mapping[str, Any]], /, *, dims: int | None = None) -> list[list[Row]]:
        """The rows of the query with each of these parameters, in their order. All are sent at once: however many
        there are, they wait for the server once."""
        if len(every) == 1:
            return [self.all(name, dims=dims, **every[0])]
        statement = _statement(name, dims)
        with self.connection.pipeline() as pipeline, ExitStack() as open_cursors:
            cursors = [open_cursors.enter_context(self._cursor()) for _ in every]
            for cursor, params in zip(cursors, every, strict=True):
                cursor.execute(statement, params)
            pipeline.sync()
            return [cursor.fetchall() for cursor in cursors]

    def configure(self, **settings: str) -> None:
        """Settings of PostgreSQL for the rest of the transaction; a dot in a name is written ``__``."""
        self._unsent |= settings
        self._send_settings()

    def _send_settings(self) -> None:
        if not self._unsent:
            return
        unsent, self._unsent = self._unsent, {}
        values = [part for name, value in unsent.items() for part in (name.replace("__", "."), value)]
        calls = ", ".join(["set_config(%s, %s, true)"] * len(unsent))
        self._connection.execute(f"SELECT {calls}".encode(), values)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements that are executed within, and fetch nothing, wait for the server once, at the end."""
        with self.connection.pipeline():
            yield

    def _cursor(self) -> psycopg.Cursor[Row]:
        # binary results: vectors and ids need no parsing
        return self.connection.cursor(row_factory=dict_row, binary=True)

    def execute(self, name: str, /, **params: Any) -> int:
        """Run a statement; returns the number of rows it changed."""
        return self.connection.execute(load()[name].encode(), params).rowcount

    def copy(self, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Binary COPY of the rows into the table. ``columns`` are name -> PostgreSQL type, in the rows' order.

        Where claims are set they are inserted: PostgreSQL does not copy into a table with row-level security.
        """
        if not rows:
            return
        if self._has_claims:
            self._insert(table, columns, rows)
            return
        with self.connection.cursor() as cursor, cursor.copy(_copy_into(table, columns)) as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)

    def copy_packed(self, table: str, columns: Sequence[str], parts: Iterable[bytes]) -> None:
        """Binary COPY of rows that are packed already. Not where claims are set: see ``copy``."""
        with self.connection.cursor() as cursor, cursor.copy(_copy_into(table, columns)) as copy:
            for part in framed(parts):
                copy.write(part)

    def _insert(self, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.SQL("%s::") + sql.SQL(kind) for kind in columns.values()),
        )
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def copy_out_blocks(
        self, name: str, row: np.dtype[np.void], rows: int, /, **params: Any
    ) -> Iterator[npt.NDArray[np.void]]:
        """The query's rows by binary COPY in arrays of ``rows``: for columns of fixed length that are not null.

        ``row`` has a field of the wire's type for each column, in order; numbers are big-endian on the wire. The last
        array may be empty. The connection is busy until the last one.
        """
        fields: list[tuple[str, Any]] = [("_fields", ">i2")]
        for column in row.names or ():
            fields += [(f"_length_{column}", ">i4"), (column, row[column])]
        wire = np.dtype(fields)
        statement = f"COPY ({load()[name].rstrip().rstrip(';')}) TO STDOUT (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(statement.encode(), params) as copy:
            data, start = bytearray(), len(HEADER)
            for part in copy:
                data += part
                end = start + rows * wire.itemsize
                if len(data) >= end + len(TRAILER):
                    rest = data[end:]
                    yield np.frombuffer(memoryview(data)[start:end], dtype=wire)
                    # another array: the one handed out is still looked at
                    data, start = rest, 0
            yield np.frombuffer(memoryview(data)[start : -len(TRAILER)], dtype=wire)

    def stream_packed(
        self, name: str, row: np.dtype[np.void], rows: int, /, **params: Any
    ) -> Iterator[npt.NDArray[np.void]]:
        """The query's one column ``packed``, bytes of one length, in arrays of at least ``rows`` but for the last.

        Many rows travel as one value: for short rows that is four times as fast as COPY, whose cost here is by row.
        The connection is busy until the last array.
        """
        statement = (
            f"SELECT string_agg(packed, ''::bytea) FROM (SELECT packed, row_number() OVER () / {_PACKED} AS part "  # noqa: S608
            f"FROM ({load()[name].rstrip().rstrip(';')}) AS rows) AS parts GROUP BY part"
        )
        with self.connection.cursor() as cursor:
            parts: list[bytes] = []
            for (part,) in cursor.stream(statement.encode(), params, binary=True):
                parts.append(part)
                if len(parts) * _PACKED >= rows:
                    yield np.frombuffer(b"".join(parts), dtype=row)
                    parts = []
            yield np.frombuffer(b"".join(parts), dtype=row)


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Teach a new connection pgvector's types, where the extension is there already."""
    try:
        register_vector(connection)
    except psycopg.ProgrammingError:
        connection.rollback()
    else:
        connection.commit()
