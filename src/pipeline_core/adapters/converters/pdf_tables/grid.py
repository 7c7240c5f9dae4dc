"""Cells that drawn lines make: a grid of the lines that cross each other, and what no line parts is one cell."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_tables.rules import NEAR, Rule, Rules, clusters

_MOST_CROSSINGS = 250_000
_MOST_CELLS = 20_000
_NARROWEST = 4.0  # points of a column or row


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and the rows and columns that it spans; the last ones are not part of it.

    Cells that stand side by side in one row only are of the same column: see ``_without_lone_edges``.
    """

    box: Box
    row: int
    column: int
    end_row: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Grid:
    box: Box
    rows: int
    columns: int
    cells: tuple[Cell, ...]


def grids(rules: Rules) -> list[Grid]:
    """The grids of at least two columns, from top to bottom."""
    if len(rules.level) * len(rules.upright) > _MOST_CROSSINGS:
        return []
    found = [grid for level, upright in _joined(rules) if (grid := _grid(level, upright)) is not None]
    return sorted(found, key=lambda grid: grid.box.top)


def _joined(rules: Rules) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """The lines in groups, each of lines that cross or meet."""
    count = len(rules.level)
    group = _Groups(count + len(rules.upright))
    for number, level in enumerate(rules.level):
        for other, upright in enumerate(rules.upright):
            if (
                level.start - NEAR <= upright.at <= level.end + NEAR
                and upright.start - NEAR <= level.at <= upright.end + NEAR
            ):
                group.join(number, count + other)
    members: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for number, level in enumerate(rules.level):
        members[group.of(number)][0].append(level)
    for other, upright in enumerate(rules.upright):
        members[group.of(count + other)][1].append(upright)
    yield from members.values()


class _Groups:
    def __init__(self, count: int):
        self._above = list(range(count))

    def of(self, one: int) -> int:
        while self._above[one] != one:
            self._above[one] = self._above[self._above[one]]
            one = self._above[one]
        return one

    def join(self, one: int, other: int) -> None:
        self._above[self.of(other)] = self.of(one)


def _edges(at: Sequence[float], ends: Sequence[float]) -> list[float]:
    """Find where the lines are, and where those that cross them end: a table may be open at its sides."""
    edges = [sum(group) / len(group) for group in clusters(at, lambda one: one)]
    if ends and min(ends) < edges[0] - _NARROWEST:
        edges.insert(0, min(ends))
    if ends and max(ends) > edges[-1] + _NARROWEST:
        edges.append(max(ends))
    apart = [edges[0]]
    for edge in edges[1:]:
        if edge - apart[-1] >= _NARROWEST:
            apart.append(edge)
        elif edge == edges[-1] and len(apart) > 1:
            apart[-1] = edge
    return apart


def _grid(level: Sequence[Rule], upright: Sequence[Rule]) -> Grid | None:
    if not level or not upright:
        return None
    xs = _edges([rule.at for rule in upright], [end for rule in level for end in (rule.start, rule.end)])
    ys = _edges([rule.at for rule in level], [end for rule in upright for end in (rule.start, rule.end)])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 2 or rows * columns > _MOST_CELLS:
        return None
    group = _Groups(rows * columns)
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            if column + 1 < columns and not _is_wall(upright, xs[column + 1], ys[row], ys[row + 1]):
                group.join(here, here + 1)
            if row + 1 < rows and not _is_wall(level, ys[row + 1], xs[column], xs[column + 1]):
                group.join(here, here + columns)
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in range(rows):
        for column in range(columns):
            parts[group.of(row * columns + column)].append((row, column))
    cells = tuple(_cell(part, xs, ys) for part in parts.values())
    if len({(cell.column, cell.end_column) for cell in cells}) < 2 or any(
        (cell.end_row - cell.row) * (cell.end_column - cell.column) != len(part)
        for cell, part in zip(cells, parts.values(), strict=True)
    ):
        return None  # not cells, but a drawing or a frame about something else
    return _without_lone_edges(Grid(Box(xs[0], ys[0], xs[-1], ys[-1]), rows, columns, cells))


_LEAST_BANDS = 3


def _without_lone_edges(grid: Grid) -> Grid:
    """The grid without edges that part the cells of one row only, while all the others reach over them.

    A row of "label 3 | label 2" between a header and a text that each span both is a row of cells with two remarks,
    and no name stands over either. Columns that would be the only ones stay.
    """
    bands = _bands(grid)
    if len(bands) < _LEAST_BANDS:
        return grid
    kept = [
        edge
        for edge in range(1, grid.columns)
        if sum(any(edge in (cell.column, cell.end_column) for cell in band) for band in bands) > 1
    ]
    if not kept or len(kept) + 1 == grid.columns:
        return grid
    return replace(
        grid,
        columns=len(kept) + 1,
        cells=tuple(
            replace(
                cell,
                column=bisect_right(kept, cell.column),
                end_column=bisect_left(kept, cell.end_column) + 1,
            )
            for cell in grid.cells
        ),
    )


def _bands(grid: Grid) -> list[list[Cell]]:
    """The cells in rows; rows that a cell spans are one."""
    group = _Groups(grid.rows)
    for cell in grid.cells:
        for row in range(cell.row + 1, cell.end_row):
            group.join(cell.row, row)
    bands: dict[int, list[Cell]] = defaultdict(list)
    for cell in grid.cells:
        bands[group.of(cell.row)].append(cell)
    return [*bands.values()]


def _is_wall(rules: Sequence[Rule], at: float, start: float, end: float) -> bool:
    return any(abs(rule.at - at) <= _NARROWEST and rule.covers(start, end) for rule in rules)


def _cell(part: Sequence[tuple[int, int]], xs: Sequence[float], ys: Sequence[float]) -> Cell:
    rows, columns = [row for row, _ in part], [column for _, column in part]
    row, column, end_row, end_column = min(rows), min(columns), max(rows) + 1, max(columns) + 1
    return Cell(Box(xs[column], ys[row], xs[end_column], ys[end_row]), row, column, end_row, end_column)
