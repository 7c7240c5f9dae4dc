"""Tables whose cells are drawn."""

from collections.abc import Iterator, Sequence

from pipeline_core.adapters.converters.boxes import Word
from pipeline_core.adapters.converters.pdf_tables.columns import GAP
from pipeline_core.adapters.converters.pdf_tables.grid import Grid, grids
from pipeline_core.adapters.converters.pdf_tables.rules import Rules
from pipeline_core.adapters.converters.pdf_tables.table import Table, made
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText, lines

_LEAST_FILLED = 0.2
_MOST_CUT = 0.1
"""Share of the words that may lie across a drawn line; in drawings many do."""
_MOST_LOOKED_AT = 2_000_000
"""Cells of a grid times words in it."""
_OVER = 2.0  # points on each side of a line


def ruled_tables(text: PageText, rules: Rules) -> Iterator[Table]:
    """Cells that lines make; where there are none, cells that areas of colour make."""
    found: list[Table] = []
    for drawn in (rules, rules.edges):
        for grid in grids(drawn) if drawn is not None else []:
            words = [] if any(grid.box.touches(table.box) for table in found) else text.within(grid.box)
            if not words or len(words) * len(grid.cells) > _MOST_LOOKED_AT:
                continue
            if (table := _table(text, grid, words)) is not None:
                found.append(table)
                yield table


def _table(text: PageText, grid: Grid, words: Sequence[Word]) -> Table | None:
    rows = [[""] * grid.columns for _ in range(grid.rows)]
    filled = cut = 0
    lefts = [
        min((cell.box.left for cell in grid.cells if cell.column == at), default=grid.box.right)
        for at in range(grid.columns)
    ]
    for cell in sorted(grid.cells, key=lambda one: one.box.left, reverse=text.reads_leftwards(words)):
        within = [word for word in words if cell.box.holds(word.box)]
        cut += sum(word.box.left < cell.box.left - _OVER or word.box.right > cell.box.right + _OVER for word in within)
        filled += bool(within)
        for column, part in _parted(within, lefts[cell.column + 1 : cell.end_column], cell.column):
            rows[cell.row][column] = "; ".join(filter(None, [rows[cell.row][column], text.said(part)]))
    if filled < _LEAST_FILLED * len(grid.cells) or cut > _MOST_CUT * len(words):
        return None
    return made(text, grid.box, rows, words, [*lefts, grid.box.right])


def _parted(words: Sequence[Word], edges: Sequence[float], column: int) -> Iterator[tuple[int, list[Word]]]:
    """The words of a cell that spans columns, parted where each line leaves room at the side of a column.

    The lines that part its columns are drawn in the header only, or in every other row.
    """
    rest = list(words)
    first = column
    for number, edge in enumerate(edges, start=column + 1):
        left = [word for word in rest if word.box.middle[0] < edge]
        right = [word for word in rest if word.box.middle[0] >= edge]
        if all(_leaves_room(line, edge) for line in lines(rest)):
            if left:
                yield first, left
            rest, first = right, number
    if rest:
        yield first, rest


def _leaves_room(line: Line, edge: float) -> bool:
    before = max((word.box.right for word in line.words if word.box.middle[0] < edge), default=None)
    behind = min((word.box.left for word in line.words if word.box.middle[0] >= edge), default=None)
    return before is None or behind is None or behind - before > GAP * line.height
