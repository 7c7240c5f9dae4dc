"""A sheet's rows as markdown: one table for each that stands on the sheet, titles and remarks as paragraphs.

Where an empty row parts two blocks, the second is a table of its own if its first row can be a header. If it only
goes on with values it belongs to the table above. Where neither can be told it gets an empty header row, so that
nothing is said under a name that is not its own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.converters.boxes import parted
from pipeline_core.adapters.converters.escapes import pipe_table
from pipeline_core.adapters.converters.sheet_cells import MAX_CELLS, Area, Cell, Kind, Row, Sheet, SheetTooLargeError

_LONG = 40
_PIPE = re.compile(r"(?<!\\)\|")
_REMARK_BEGINS = ("*", "\\*", "†", "¹", "Note", "NB", "Source")


@dataclass(slots=True)
class Table:
    """Rows of one table; the first is its header unless it has none."""

    rows: list[Row]
    has_header: bool = True

    @property
    def columns(self) -> list[int]:
        return sorted({column for row in self.rows for column in row.cells})


Block = Table | str


def sheet_markdown(sheet: Sheet) -> str:
    """The sheet's blocks in reading order, below its name if it has one; empty if it shows nothing.

    Raises:
        SheetTooLargeError: a table has too many cells.
    """
    blocks = [_written(block) for block in _blocks(sheet)] + sheet.texts
    heading = [f"## {sheet.name}"] if sheet.name else []
    return "\n\n".join(heading + blocks) if blocks else ""


def _blocks(sheet: Sheet) -> Iterator[Block]:
    named = [(area, Table([], area.has_header)) for area in sheet.areas]
    rest = _without_areas(sheet.rows, named) if named else sheet.rows
    placed: list[tuple[int, int, Block]] = [(area.top, area.left, table) for area, table in named if table.rows]
    placed += _tables(rest)
    placed.sort(key=lambda entry: entry[:2])
    for at, (_, _, block) in enumerate(placed):
        below = placed[at + 1][2] if at + 1 < len(placed) else None
        if isinstance(block, str):
            yield block
        elif _is_title(block, below):
            yield from (cell.text for row in block.rows for cell in row.cells.values())
        else:
            yield from _with_remarks(block)


_MOST_TITLES = 3


def _is_title(block: Table, below: Block | None) -> bool:
    """Return whether a few lines of words above a table, parted by an empty row, give its subject and unit."""
    cells = [cell for row in block.rows for cell in row.cells.values()]
    return (
        len(block.columns) == 1
        and len(cells) <= _MOST_TITLES
        and all(cell.kind is Kind.WORDS for cell in cells)
        and isinstance(below, Table)
        and len(below.columns) > 1
        and block.columns[0] <= below.columns[0]
        and block.rows[-1].number < below.rows[0].number
    )


def _without_areas(rows: Sequence[Row], named: Sequence[tuple[Area, Table]]) -> list[Row]:
    """Move the cells of named tables into those; what is left of each row."""
    rest = []
    for row in rows:
        cells = row.cells
        for area, table in named:
            if area.top <= row.number <= area.bottom:
                within = {c: cell for c, cell in cells.items() if area.left <= c <= area.right}
                cells = {c: cell for c, cell in cells.items() if c not in within}
                if within:
                    table.rows.append(Row(row.number, row.place, within))
        if cells:
            rest.append(Row(row.number, row.place, cells))
    return rest


# --- where one table ends and the next begins --------------------------------------------------------------


def _tables(rows: Sequence[Row]) -> Iterator[tuple[int, int, Block]]:
    """The tables and lone lines, each with its first row and column."""
    open_tables: list[Table] = []
    for region in _regions(rows):
        titles = _titles(region)
        table = Table(region.rows[len(titles) :])
        left = region.columns[0]
        right = region.columns[-1]
        above = next((t for t in reversed(open_tables) if t.columns[0] <= right and left <= t.columns[-1]), None)
        verdict = _verdict(table, above)
        if verdict == "continues" and above is not None:
            above.rows += region.rows
            continue
        lines = region.rows if verdict == "line" else titles
        yield from ((row.number, left, cell.text) for row in lines for cell in row.cells.values())
        if verdict != "line":
            table.has_header = verdict == "header"
            open_tables.append(table)
            yield table.rows[0].number, left, table


def _regions(rows: Sequence[Row], *, is_part: bool = False) -> Iterator[Table]:
    for run in parted(rows, lambda above, row: row.place > above.place + 1):
        groups = _side_by_side(run)
        if len(groups) == 1:
            yield Table(list(run))
            continue
        for group in groups:
            within = _within(run, group)
            yield from (Table(within),) if is_part else _regions(within, is_part=True)


def _side_by_side(rows: Sequence[Row]) -> list[set[int]]:
    """The columns of each table in these rows: more than one group only where an empty column parts two tables."""
    used = sorted({column for row in rows for column in row.cells})
    groups = [*map(set, parted(used, lambda left, right: right > left + 1))]
    tables = groups[:1]
    for group in groups[1:]:
        if _are_two(rows, tables[-1], group):
            tables.append(group)
        else:
            tables[-1] |= group
    return tables


def _are_two(rows: Sequence[Row], left: set[int], right: set[int]) -> bool:
    """Return whether the columns on the right are a table with row names of its own, not columns of the left one."""
    lefts, rights = _within(rows, left), _within(rows, right)
    if min(len(left), len(right), len(lefts), len(rights)) < 2:
        return False
    names = [row.cells.get(min(right)) for row in rights]
    if any(name is None or not name.may_head for name in names):
        return False
    if _first_words(lefts) & _first_words(rights):
        return True
    distinct = len({name.text for name in names if name is not None}) == len(names)
    has_values = any(cell.kind is Kind.VALUE for row in rights[1:] for cell in row.cells.values())
    other_extent = (lefts[0].number, lefts[-1].number) != (rights[0].number, rights[-1].number)
    return distinct and (other_extent or has_values)


def _within(rows: Sequence[Row], columns: set[int]) -> list[Row]:
    return [Row(r.number, r.place, cells) for r in rows if (cells := {c: r.cells[c] for c in r.cells if c in columns})]


def _first_words(rows: Sequence[Row]) -> set[str]:
    first = rows[0].cells
    return {first[min(first)].text}


def _verdict(region: Table, above: Table | None) -> str:
    """Classify a block under the table above it: ``continues``, its own ``header`` or ``no header``, or a ``line``."""
    first = region.rows[0].cells
    if len(region.rows) == 1 and len(first) == 1:
        [cell] = first.values()
        return "continues" if above is not None and cell.kind is Kind.VALUE else "line"
    inside = above is not None and {*region.columns} <= {*above.columns}
    if above is None or not inside:
        return "header" if len(region.rows) > 1 else "no header"
    if _is_header(region, above):
        return "header"
    if len(region.rows) == 1 or any(not cell.may_head for cell in first.values()):
        return "continues"
    return "no header"


def _is_header(region: Table, above: Table) -> bool:
    """Return whether the first row names columns: words where values follow or stand above, or bold above plain."""
    first = region.rows[0].cells
    if len(region.rows) == 1 or not all(cell.may_head for cell in first.values()):
        return False
    if [c.text for c in first.values()] == [c.text for c in above.rows[0].cells.values()]:
        return True
    if all(cell.bold for cell in first.values()) and not all(c.bold for c in region.rows[1].cells.values()):
        return True
    below, before = _value_columns(region.rows[1:]), _value_columns(above.rows[1:])
    return any(column in first for column in below | before)


def _value_columns(rows: Sequence[Row]) -> set[int]:
    """Columns of which more than half of the cells are values."""
    values: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for row in rows:
        for column, cell in row.cells.items():
            filled[column] += 1
            values[column] += cell.kind is Kind.VALUE
    return {column for column in filled if values[column] * 2 > filled[column]}


# --- titles and remarks ------------------------------------------------------------------------------------


def _titles(region: Table) -> list[Row]:
    """The rows before the first with more than one cell, if they are words at the left edge of a table."""
    columns = region.columns
    alone = next((at for at, row in enumerate(region.rows) if not _is_alone(row, columns[0])), 0)
    return region.rows[:alone] if len(columns) > 1 else []


def _with_remarks(table: Table) -> Iterator[Block]:
    """Remarks in the last rows are paragraphs; so are sentences one below the other."""
    rows, left, width = table.rows, table.columns[0], len(table.columns)
    if width == 1:
        texts = [cell.text for row in rows for cell in row.cells.values()]
        if any(len(text) > _LONG and text.endswith((".", "!", "?", ":")) for text in texts):
            yield from texts
        else:
            yield table
        return
    end = len(rows)
    while end > 2 and _is_alone(rows[end - 1], left) and _is_remark(rows[end - 1].cells[left]):
        end -= 1
    yield Table(rows[:end], table.has_header)
    yield from (row.cells[left].text for row in rows[end:])


def _is_alone(row: Row, left: int) -> bool:
    return len(row.cells) == 1 and left in row.cells and row.cells[left].kind is Kind.WORDS


def _is_remark(cell: Cell) -> bool:
    return len(cell.text) > _LONG or cell.text.endswith(".") or cell.text.startswith(_REMARK_BEGINS)


# --- markdown ----------------------------------------------------------------------------------------------


def _written(block: Block) -> str:
    if isinstance(block, str):
        return block
    columns = block.columns
    if len(columns) * len(block.rows) > MAX_CELLS:
        raise SheetTooLargeError(f"a table of {len(block.rows):,} rows and {len(columns):,} columns")
    rows = [[_PIPE.sub(r"\|", row.cells[c].text) if c in row.cells else "" for c in columns] for row in block.rows]
    return pipe_table(rows, has_header=block.has_header)
