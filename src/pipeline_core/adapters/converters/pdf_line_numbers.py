"""Line numbers in the margin of a draft: taken out before the page is read, as they tear its sentences apart."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline_core.adapters.converters.pdf_objects import PageObject

_NUMBER = re.compile(r"\d{1,5}")
_FEWEST = 8
_FEWEST_AS_LARGE = 15
"""Numbers in a column: as large as the text it may be the first column of a table, and more is asked of it."""
_SMALLER = 0.85  # of the text's size
_STEPS = frozenset({1, 2, 5, 10})
_WIDEST = 3.6  # times the size of the letters: five digits
_ALIGNED = 2.0  # points
_LONG = 0.45  # of the page's width: a line of text, not the cells of a table
_GAP = 2.0  # times the size of the letters: a wider one stands between cells


def line_numbers(objects: "Sequence[PageObject]", text_page: Any, width: float) -> "list[PageObject]":
    """The objects of the page that are its line numbers: a column of them that counts on, beside nothing but text."""
    texts = [one for one in objects if one.is_text]
    columns: dict[int, list[PageObject]] = defaultdict(list)
    for one in texts:
        if 0 < one.box[2] - one.box[0] <= _WIDEST * one.size:
            columns[round(one.box[2] / _ALIGNED)].append(one)
    for at in sorted(columns, key=lambda key: -len(columns[key]) - len(columns.get(key + 1, ()))):
        column = [*columns[at], *columns.get(at + 1, ())]
        if len(column) < _FEWEST:
            break
        numbered = [one for one in column if _NUMBER.fullmatch(one.text(text_page).strip())]
        if len(numbered) >= _FEWEST and _counts_on(numbered, text_page) and _is_margin(numbered, texts, width):
            return numbered
    return []


def _counts_on(column: "list[PageObject]", text_page: Any) -> bool:
    column.sort(key=lambda one: -one.box[3])
    numbers = [int(one.text(text_page)) for one in column]
    steps = {after - before for before, after in pairwise(numbers)}
    return len(steps) == 1 and steps <= _STEPS


def _is_margin(column: "Sequence[PageObject]", texts: "Sequence[PageObject]", width: float) -> bool:
    """Whether the numbers are smaller than the lines beside them, or these are lines of text and no cells."""
    own = {id(one) for one in column}
    left, right = min(one.box[0] for one in column), max(one.box[2] for one in column)
    rows = []
    for number in column:
        middle = (number.box[1] + number.box[3]) / 2
        beside = [one for one in texts if id(one) not in own and one.box[1] <= middle <= one.box[3]]
        behind = [one for one in beside if one.box[0] >= right]
        # in a margin on the right the text stands before the numbers
        rows.append(behind or [one for one in beside if one.box[2] <= left])
    told = [row for row in rows if row]
    if len(told) < len(column) / 2:
        return False
    size, theirs = median(one.size for one in column), median(one.size for row in told for one in row)
    if size <= _SMALLER * theirs:
        return True
    return len(column) >= _FEWEST_AS_LARGE and median(map(_length, told)) >= _LONG * width


def _length(row: "Sequence[PageObject]") -> float:
    """How far the row goes without a gap as between cells; none if it has one."""
    parts = sorted(row, key=lambda one: one.box[0])
    if any(after.box[0] - before.box[2] > _GAP * before.size for before, after in pairwise(parts)):
        return 0.0
    return parts[-1].box[2] - parts[0].box[0]
