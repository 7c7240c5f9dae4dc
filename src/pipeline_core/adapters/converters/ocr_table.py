"""Tables among the lines of a scanned page: rows whose cells stand in the same columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline_core.adapters.converters.ocr_layout import Line

_GAP = 1.3  # times the height of a line: a wider one stands between cells, not between words
_FEWEST_ROWS, _MOST_COLUMNS = 3, 12
_ROW_GAP = 2.5  # times the height of a line: rows further apart are of two tables
_SPAN = 0.3
"""Share of the rows that may have fewer cells than most: a name over several rows, a cell left empty."""
_LEADERS = re.compile(r"(?:[.·…_]\s?){3,}")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    left: float
    right: float


def cells(line: "Line") -> list[Cell]:
    """The line's parts between wide gaps."""
    groups = [[line.words[0]]]
    for before, after in pairwise(line.words):
        if after.box[0] - before.box[2] > _GAP * line.height:
            groups.append([])
        groups[-1].append(after)
    found = []
    for group in groups:
        text = _LEADERS.sub(" ", " ".join(word.text for word in group)).strip()
        found.append(Cell(text, group[0].box[0], group[-1].box[2]))
    return [cell for cell in found if cell.text]


def table_at(lines: "Sequence[Line]", start: int) -> "tuple[int, list[list[str]]] | None":
    """The index behind the table that begins with this line, and its rows; None: there is none."""
    rows = [cells(lines[start])]
    if len(rows[0]) < 2:
        return None
    end = start + 1
    while end < len(lines):
        line, above = lines[end], lines[end - 1]
        found = cells(line)
        if len(found) < 2 or not -line.height < line.box[1] - above.box[3] < _ROW_GAP * line.height:
            break
        rows.append(found)
        end += 1
    # a title or a head that spans columns fits into none of them: the table ends before the first such row
    for stop in range(len(rows), _FEWEST_ROWS - 1, -1):
        if (told := _in_columns(rows[:stop])) is not None:
            return start + stop, told
    return None


def _in_columns(rows: Sequence[Sequence[Cell]]) -> list[list[str]] | None:
    columns = _columns(rows)
    if not 2 <= len(columns) <= _MOST_COLUMNS:
        return None
    if sum(len(row) < len(columns) for row in rows) > max(_SPAN * len(rows), 1):
        return None
    table = []
    for row in rows:
        told = [""] * len(columns)
        for cell in row:
            at = next(index for index, (left, right) in enumerate(columns) if left <= cell.left and cell.right <= right)
            if told[at]:
                return None
            told[at] = cell.text
        table.append(told)
    return table


def _columns(rows: Sequence[Sequence[Cell]]) -> list[tuple[float, float]]:
    """The strips that cells stand in: those that overlap are one."""
    strips: list[tuple[float, float]] = []
    for left, right in sorted((cell.left, cell.right) for row in rows for cell in row):
        if strips and left < strips[-1][1]:
            strips[-1] = strips[-1][0], max(strips[-1][1], right)
        else:
            strips.append((left, right))
    return strips


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """The table; its first row is the head unless it has figures beside a name, as every other row."""
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    has_head = not any(_DIGIT.search(cell) for cell in rows[0][1:])
    head, body = (rows[0], rows[1:]) if has_head else ([""] * len(rows[0]), rows)
    told = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in told)
