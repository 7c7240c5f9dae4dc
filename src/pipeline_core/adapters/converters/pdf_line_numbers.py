"""Line numbers in the margin of a draft: taken out before the page is read, as they tear its sentences apart."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as pdfium

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
_MOST_READ = 20_000_000
"""Objects that are read times characters of the page, all of which PDFium goes through for each: about half a second.
A page with more, as where each letter is an object, keeps the numbers of columns that were not come to.
"""


def line_numbers(page: Any, objects: Sequence[PageObject]) -> list[PageObject]:
    """The objects of the page that are its line numbers: a column of them that counts on, beside nothing but text."""
    texts = [one for one in objects if one.is_text]
    columns: dict[int, list[PageObject]] = defaultdict(list)
    for one in texts:
        if 0 < one.box[2] - one.box[0] <= _WIDEST * one.size:
            columns[round(one.box[2] / _ALIGNED)].append(one)
    if all(len(column) + len(columns.get(at + 1, ())) < _FEWEST for at, column in columns.items()):
        return []
    with closing(page.get_textpage()) as text_page:
        return _counting_column(columns, texts, text_page.raw, page.get_width())


def _counting_column(
    columns: Mapping[int, list[PageObject]], texts: Sequence[PageObject], text_page: Any, width: float
) -> list[PageObject]:
    """Of columns by their right edges, the longest first, the numbers of the one that counts on in a margin."""
    read: dict[int, str] = {}
    most = _MOST_READ // max(1, pdfium.FPDFText_CountChars(text_page))
    for at in sorted(columns, key=lambda key: -len(columns[key]) - len(columns.get(key + 1, ()))):
        column = [*columns[at], *columns.get(at + 1, ())]
        new = [one for one in column if id(one) not in read]
        if len(column) < _FEWEST or len(read) + len(new) > most:
            break
        read |= {id(one): one.text(text_page).strip() for one in new}
        numbered = [one for one in column if _NUMBER.fullmatch(read[id(one)])]
        numbered.sort(key=lambda one: -one.box[3])
        steps = {int(read[id(after)]) - int(read[id(before)]) for before, after in pairwise(numbered)}
        counts_on = len(numbered) >= _FEWEST and len(steps) == 1 and steps <= _STEPS
        if counts_on and _is_margin(numbered, texts, width):
            return numbered
    return []


def _is_margin(column: Sequence[PageObject], texts: Sequence[PageObject], width: float) -> bool:
    """Return whether the numbers are smaller than the lines beside them, or those are lines of text, not cells."""
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


def _length(row: Sequence[PageObject]) -> float:
    """Return the length of the row if it has no gap as between cells; 0 if it has one."""
    parts = sorted(row, key=lambda one: one.box[0])
    if any(after.box[0] - before.box[2] > _GAP * before.size for before, after in pairwise(parts)):
        return 0.0
    return parts[-1].box[2] - parts[0].box[0]
