"""Tables among the lines of a scanned page: rows whose cells stand in the same columns."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline_core.adapters.converters.boxes import parted
from pipeline_core.adapters.converters.escapes import pipe_table
from pipeline_core.adapters.converters.ocr_page import Line

_GAP = 1.3  # times the height of a line: a wider one stands between cells, not between words
_FEWEST_ROWS, _MOST_COLUMNS = 3, 12
_ROW_GAP = 2.5  # times the height of a line: rows further apart are of two tables
_USUAL = 0.5  # share of the rows that have a cell in each column, as they were read
_LEADERS = re.compile(r"(?:[.·…_]\s?){3,}")
_DIGIT = re.compile(r"\d")


def cells(line: Line) -> list[tuple[float, float]]:
    """The left and the right end of the line's parts between wide gaps, but for leaders."""
    gap = _GAP * line.height
    groups = parted(line.words, lambda before, after: after.box[0] - before.box[2] > gap)
    return [(group[0].box[0], group[-1].box[2]) for group in groups if _said(word.text for word in group)]


def _said(words: Iterable[str]) -> str:
    return _LEADERS.sub(" ", " ".join(words)).strip()


def table_at(lines: Sequence[Line], start: int) -> tuple[int, list[list[str]]] | None:
    """The index behind the table that begins with this line, and its rows; None: there is none."""
    if len(cells(lines[start])) < 2:
        return None
    end = start + 1
    while end < len(lines) and len(cells(lines[end])) > 1 and _follows(lines[end - 1], lines[end]):
        end += 1
    # a title or a head that spans columns fits into none of them: the table ends before such a row
    for stop in range(end, start + _FEWEST_ROWS - 1, -1):
        if (told := _in_columns(lines[start:stop])) is not None:
            return stop, told
    return None


def _follows(above: Line, line: Line) -> bool:
    return -line.height < line.box[1] - above.box[3] < _ROW_GAP * line.height


def _in_columns(lines: Sequence[Line]) -> list[list[str]] | None:
    """Each word in the column that most rows have where it stands; None if these rows are in no columns."""
    rows = [cells(line) for line in lines]
    [(usual, count)] = Counter(map(len, rows)).most_common(1)
    strips = _strips([row for row in rows if len(row) == usual])
    if not 2 <= usual <= _MOST_COLUMNS or len(strips) != usual or count < _USUAL * len(rows):
        return None
    bounds = [(before[1] + after[0]) / 2 for before, after in pairwise(strips)]
    table = []
    for line in lines:
        told: list[list[str]] = [[] for _ in strips]
        for word in line.words:
            first, last = bisect(bounds, word.box[0]), bisect(bounds, word.box[2])
            if first != last:
                return None
            told[first].append(word.text)
        table.append([*map(_said, told)])
    return table if all(sum(map(bool, row)) > 1 for row in table) else None


def _strips(rows: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """The strips that cells stand in: those that overlap are one."""
    strips: list[tuple[float, float]] = []
    for left, right in sorted(cell for row in rows for cell in row):
        if strips and left < strips[-1][1]:
            strips[-1] = strips[-1][0], max(strips[-1][1], right)
        else:
            strips.append((left, right))
    return strips


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """The table; its first row is the head unless it has figures beside a name, as every other row."""
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return pipe_table(rows, has_header=not any(_DIGIT.search(cell) for cell in rows[0][1:]))
