"""Tables without any drawn line: lines of words that stand in the same three columns or more."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from liteparse.types import TextItem

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_tables.columns import Columns, seed
from pipeline_core.adapters.converters.pdf_tables.rows import rows_of
from pipeline_core.adapters.converters.pdf_tables.table import Table, made_of
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText, lines

_LEAST_COLUMNS = 3
_LEAST_ROWS = 3
_SAME_LEVEL = 3.0  # points
_MOST_LINES = 10_000
"""Looked at on a page, those that are looked at again counted again."""
_FAR = 3.0
"""In heights of a line: what stands farther below is no part of the table."""
_PROSE = 5
"""Words side by side in a line of a column, most of the time: two such columns are columns of a text."""
_LEADERS = re.compile(r"(?:[.·…]\s?){4,}")


def may_be_aligned(items: Sequence[TextItem]) -> bool:
    """The cheap look: whether a few lines have pieces that stand apart from each other."""
    rows = Counter(round((item.y + item.height / 2) / _SAME_LEVEL) for item in items)
    return sum(count > 1 for count in rows.values()) >= _LEAST_ROWS


def aligned_tables(text: PageText, taken: Sequence[Box]) -> Iterator[Table]:
    """``taken``: the places of tables that are known already."""
    page = lines(word for word in text.words if not any(box.holds(word.box) for box in taken))
    at = 0
    left = _MOST_LINES
    while at < len(page) and left > 0:
        found = _from(page, at)
        table = _table(text, *found) if found else None
        left -= len(found[0]) if found else 1
        if found and table:
            yield table
        at += len(found[0]) if found and table else 1


def _from(page: Sequence[Line], at: int) -> tuple[list[Line], Columns] | None:
    """The lines from this one on that stand in its columns."""
    columns = seed(page[at])
    if columns.count < _LEAST_COLUMNS or _LEADERS.search(page[at].text):
        return None
    found = [page[at]]
    for line in page[at + 1 :]:
        if line.top - found[-1].bottom > _FAR * line.height or not columns.fits(line):
            break
        if columns.is_heading(line, found[-1]):
            break
        found.append(line)
    return columns.without_text_below(found), columns


def _table(text: PageText, found: Sequence[Line], columns: Columns) -> Table | None:
    whole = [line for line in found if columns.filled(line) >= _LEAST_COLUMNS]
    if len(whole) < _LEAST_ROWS or _is_prose(found, columns):
        return None
    rows = rows_of(text, found, columns, ())
    if len(rows) < _LEAST_ROWS:
        return None
    return made_of(text, found, rows, columns.edges())


def _is_prose(found: Sequence[Line], columns: Columns) -> bool:
    split = [columns.split(line) for line in found]
    lengths = [[sum(map(len, cells[column])) for cells in split if cells[column]] for column in range(columns.count)]
    return sum(bool(of_column) and median(of_column) >= _PROSE for of_column in lengths) > 1
