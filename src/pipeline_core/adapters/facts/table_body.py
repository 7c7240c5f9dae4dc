"""A table by its header, its own or that of the table with which it goes on, and the rows of its body.

Of these it tells which are data, and under which names, group and title each stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.table_context import Context, Source, titled
from pipeline_core.adapters.facts.table_grid import MARKS, Grid, Row, is_crowded, plain
from pipeline_core.domain.tables import VALUES, Columns, columns_of, goes_on, inner_header, is_empty, kind_of


@dataclass(frozen=True, slots=True)
class Table:
    """A table as far as it was read, for what may go on with it.

    ``head`` and ``group_source`` are where its names and its group stand.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kept: tuple[int, ...] = ()
    context: Context = Context()
    group: str = ""
    certain: bool = False
    has_groups: bool = False
    head: tuple[Source, ...] = ()
    group_source: tuple[Source, ...] = ()


def headed(
    grid: Grid, context: Context, before: Table | None, *, begins_within: bool, is_next: bool
) -> tuple[Table, list[Row]]:
    """The table by its header, its own or that of the table it goes on with, and the rows of data.

    ``is_next``: nothing stands between it and the table ``before`` it, as where a page ends between the two.
    """
    cells = [row.cells for row in grid.rows]
    if grid.has_header and len(cells) == 1:  # its rows are in the next chunk
        return Table(cells[0], (), grid.kept, context), []
    columns = columns_of(cells, declared=grid.has_header)
    body = grid.rows[columns.rows :]
    certain = (
        columns.are_named
        and columns.is_whole
        and columns.is_told
        and grid.has_header
        and len({*filter(None, columns.names)}) == sum(map(bool, columns.names))
    )
    context = (not context.is_caption and columns.title and titled(columns.title)) or context
    own = Table(columns.names, (), grid.kept, context, certain=certain)
    if before is None or len(before.names) != grid.width:
        return own, body
    if is_next and own.names == before.names and columns.are_named and not context.is_caption:
        return replace(own, context=before.context), body  # its header is said again on another page
    found = context if context.is_caption else before.context
    if begins_within and not grid.has_header:
        # the same table: another would have a line below its first row
        if before.rows:
            return replace(before, context=found), grid.rows
        columns = columns_of([before.names, *cells])
        certain = columns.are_named and columns.is_told
        own = replace(before, names=columns.names, context=found, certain=certain)
        return own, grid.rows[max(0, columns.rows - 1) :]
    turns_page = is_next and not grid.has_header
    if not columns.are_named and goes_on(before.rows, [row.cells for row in body], turns_page=turns_page):
        return replace(before, kept=grid.kept, rows=(), context=found, certain=False), body
    return own, body


TOTAL = re.compile(
    r"(?:grand |sub)?(?:total|sum|all|gesamt|summe|insgesamt|ensemble|somme|totale|totaal|итого|всего|合计|总计)", re.I
)

_FEWEST_OF_A_BILL = 4
_DASHES = frozenset("-–—")
"""In a column of check marks a dash says no."""


_NONE = "none"


@dataclass(frozen=True, slots=True)
class Said:
    """A row and what is known of it: its name, and the values with their columns' names (blank without).

    ``table`` is the one in which it stands, with the names, group and title that hold there. ``named_by``: the row
    above that has its name, if it has none itself. ``notes``: what notes say of it, and where they stand;
    ``aside`` is what one says of all rows of the table.
    """

    row: Row
    name: str
    name_of_name: str
    pairs: list[tuple[str, str]]
    table: Table
    is_last: bool
    named_by: Row | None = None
    notes: tuple[tuple[str, Source], ...] = ()
    aside: str = ""

    @property
    def is_named(self) -> bool:
        """Return whether each value has its column's name."""
        return all(column for column, _ in self.pairs)


class Body:
    """Goes through the rows of a table's body. ``table`` has the names, group and title in force where it is."""

    def __init__(self, table: Table, body: Sequence[Row]):
        self._body = body
        self._cells = [row.cells for row in body]
        self._marked = {at for row in body for at, cell in enumerate(row.cells[1:]) if plain(cell) in MARKS}
        self.table = replace(table, has_groups=table.has_groups or _begins_with_group(body))

    def rows(self) -> Iterator[Said]:
        """The rows of data, each with the names in force where it stands."""
        skipped, name = 0, ""
        named_by: Row | None = None
        for at, row in enumerate(self._body):
            if skipped or row.is_blank:
                skipped, name = max(0, skipped - 1), "" if row.is_blank else name
                continue
            if inner := self._inner_header(at):
                head = tuple(span for one in self._body[at : at + inner.rows] for span in one.spans)
                self.table = replace(self.table, names=inner.names, certain=False, group="", head=head)
                skipped = inner.rows - 1
            elif title := self._title(at):
                self.table = replace(self.table, context=Context(title, sources=row.spans), group="")
            elif self._is_below_the_rows(at):
                name, value = (plain(cell) for cell in row.cells[-2:])
                yield Said(row, name.rstrip(" .:"), "", [(self.table.names[-1], value)], self.table, is_last=True)
                name = ""
            elif group := self._group(at):
                self.table = replace(self.table, group=group, group_source=row.spans)
            else:
                name = row.cells[0] or (name if self._may_share_name(row) else "")
                named_by = row if row.cells[0] else named_by
                said = self._said(row, plain(name))
                yield said if row.cells[0] or not name else replace(said, named_by=named_by)

    def _inner_header(self, at: int) -> Columns | None:
        """New names of the columns, where the row begins a table below another."""
        if (at or not any(self.table.names)) and (inner := inner_header(self._cells, at, self.table.names)):
            return inner
        if at and self._body[at - 1].is_blank and not self._cells[at][0]:
            found = columns_of(self._cells[at:], declared=False)
            return found if found.are_named else None
        return None

    def _title(self, at: int) -> str:
        """Return the subject of a table below another: words alone, a blank row, and then its header."""
        if at + 2 >= len(self._body) or not self._body[at + 1].is_blank or self._cells[at + 2][0]:
            return ""
        said = [plain(self._cells[at][column]) for column in self._body[at].filled]
        words = " ".join(said)
        return words if len(words.split()) <= 10 and all(kind_of(cell) == "words" for cell in said) else ""

    def _group(self, at: int) -> str:
        """The heading that the row is for those below it; blank if it is none.

        A row with a name and no values may as well be one of which nothing is known: only where a table begins with
        such a row, or the row looks like a heading, does it head others.
        """
        row = self._body[at]
        distinct = {row.cells[column] for column in row.filled}
        if len(distinct) != 1 or not (row.filled == [0] or (len(row.filled) == len(row.cells) > 2)):
            return ""
        said = plain(row.cells[0])
        looks = row.cells[0].startswith("**") or said.endswith(":") or len(row.filled) > 1
        if at + 1 < len(self._body) and (self.table.has_groups or looks) and kind_of(said) not in VALUES:
            return said.strip(" :")
        return ""

    def _is_below_the_rows(self, at: int) -> bool:
        """Return whether only the last two cells are filled in it and all rows below: what a bill adds up below them.

        "Net | 90 €", "VAT | 17 €" are named in the last column but one, and are of no row above.
        """
        last = [len(self.table.names) - 2, len(self.table.names) - 1]
        return (
            len(self.table.names) >= _FEWEST_OF_A_BILL
            and at > 0
            and all(
                row.filled == last
                and kind_of(plain(row.cells[-1])) in VALUES
                and kind_of(plain(row.cells[-2])) != "blank"
                for row in self._body[at:]
                if not row.is_blank
            )
        )

    def _may_share_name(self, row: Row) -> bool:
        """Return whether a row without a name is one of several that the name above spans: its second cell tells it."""
        second = plain(row.cells[1]) if len(row.cells) > 2 else ""
        return bool(second) and kind_of(second) in ("words", "year", "date", "code") and not TOTAL.match(second)

    def _said(self, row: Row, name: str) -> Said:
        names = self.table.names
        has_values = any(not is_empty(plain(cell)) for cell in row.cells[1:])
        pairs = [
            (column, value)
            for at, (column, cell) in enumerate(zip(names[1:], row.cells[1:], strict=True))
            if not is_empty(value := plain(cell))
            or (value in _DASHES and at in self._marked)
            # beside other values it says something: "Covered: yes; Excess: none"
            or (has_values and column and value.casefold() == _NONE)
        ]
        crowded = any(is_crowded(value) for _, value in pairs)
        if crowded or not all(column for column, _ in pairs):
            pairs = [("", value) for _, value in pairs]
        return Said(row, name.rstrip(" :"), names[0], pairs, self.table, row is self._body[-1])


def _begins_with_group(body: Sequence[Row]) -> bool:
    first = next((row for row in body if not row.is_blank), None)
    return first is not None and first.filled == [0] and len(body) > 1
