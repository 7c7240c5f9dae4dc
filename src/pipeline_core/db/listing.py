"""Lists that people filter and page: selects over the models, whose columns are the fields of a row type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from psycopg import Cursor, sql
from sqlalchemy import BindParameter, ColumnElement, FromClause, Integer, Select, bindparam, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.types import TypeEngine

from pipeline_core.domain.errors import UnexpectedError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
R = TypeVar("R", bound="DataclassInstance")
Read = Callable[[Any], Any]
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def parameter(name: str, kind: TypeEngine[T] | type[TypeEngine[T]]) -> BindParameter[T]:
    """A value that is given when the list is asked for."""
    return bindparam(name, None, type_=kind)


class Listing(Generic[R]):
    """Rows of one kind, in one order."""

    def __init__(
        self,
        kind: type[R],
        columns: Mapping[str, ColumnElement[Any]],
        source: FromClause,
        *,
        filters: Mapping[str, ColumnElement[bool]],
        always: Sequence[ColumnElement[bool]] = (),
        order: Sequence[UnaryExpression[Any]] = (),
    ) -> None:
        """Compile nothing yet.

        Args:
            kind: has fields; each that ``columns`` knows is selected, the others are for the caller to add.
            columns: what each field is.
            source: the tables.
            filters: conditions, by the parameter for which one holds if it is given.
            always: conditions that hold whatever is given.
            order: of the rows.
        """
        self.kind = kind
        self._select = select(*(columns[f.name].label(f.name) for f in fields(kind) if f.name in columns))
        self._source, self._filters, self._always, self._order = source, filters, always, order
        self._compiled: dict[frozenset[str], bytes] = {}

    def statement(self, given: frozenset[str]) -> bytes:
        """The statement with the filters of these parameters. Each combination is compiled once."""
        if given not in self._compiled:
            compiled = self._filtered(given).compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
            text = str(compiled)
            for name, value in compiled.params.items():
                if value is not None:
                    # a constant that the planner sees lets it use an index of these rows alone
                    text = text.replace(f"%({name})s", sql.Literal(value).as_string(None))
            self._compiled[given] = text.encode()
        return self._compiled[given]

    def _filtered(self, given: frozenset[str]) -> Select[Any]:
        wanted = [condition for name, condition in self._filters.items() if name in given]
        statement = self._select.select_from(self._source).where(*self._always, *wanted).order_by(*self._order)
        return statement.limit(parameter("limit", Integer)) if "limit" in given else statement


def columns_of(kind: type[R]) -> Callable[[Cursor[Any]], Callable[[Sequence[Any]], dict[str, Any]]]:
    """A row factory for psycopg: what is selected by name, for ``kind`` to be made of with more."""
    readers = readers_of(kind)

    def factory(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], dict[str, Any]]:
        names = [column.name for column in cursor.description or ()]
        return lambda values: {
            name: value if value is None or name not in readers else readers[name](value)
            for name, value in zip(names, values, strict=True)
        }

    return factory


def rows_of(kind: type[R]) -> Callable[[Cursor[Any]], Callable[[Sequence[Any]], R]]:
    """A row factory for psycopg.

    Raises:
        UnexpectedError: the columns are not the fields.
    """
    readers = readers_of(kind)

    def factory(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], R]:
        names = [column.name for column in cursor.description or ()]
        if differ := {field.name for field in fields(kind)} ^ set(names):
            raise UnexpectedError(f"The columns of a query are not those of {kind.__name__}: {sorted(differ)}.")
        # past __init__, which takes as long again as reading the row does
        puts = [(getattr(kind, name).__set__, readers.get(name)) for name in names]

        def make(values: Sequence[Any]) -> R:
            row = object.__new__(kind)
            for (put, read), value in zip(puts, values, strict=True):
                put(row, value if read is None or value is None else read(value))
            return row

        return make

    return factory


def _reader(hint: Any) -> Read | None:
    kinds = [
        one for one in (get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)) if one is not NoneType
    ]
    if get_origin(kinds[0]) is list:
        each = _reader(*get_args(kinds[0]))
        return each and (lambda values: list(map(each, values)))
    words = [one for one in kinds if isinstance(one, type) and issubclass(one, Enum)]
    members: dict[Any, Enum] = {member.value: member for one in words for member in one}
    if not members:
        return None
    return members.__getitem__ if words == kinds else lambda value: members.get(value, value)


@cache
def readers_of(kind: "type[DataclassInstance]") -> dict[str, Read]:
    """The members by their values, for each field whose values are words of an enumeration, or lists of such."""
    return {name: read for name, hint in get_type_hints(kind).items() if (read := _reader(hint))}
