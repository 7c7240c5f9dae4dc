"""Rows of a table whose rows no line parts: which lines of text begin one, and which go on with the one above."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline_core.adapters.converters.pdf_tables.columns import Columns
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText, Word
from pipeline_core.domain.tables import VALUES, kind_of

_LOOSE = 1.25
"""Times the usual distance of lines: what is farther apart stands in two rows."""
_RULED = 0.3
"""Lines drawn between so many of the lines of text part the rows, and nothing else does."""


def rows_of(text: PageText, lines: Sequence[Line], columns: Columns, rules: Sequence[float]) -> list[list[str]]:
    """The cells of each row; ``rules`` are the heights of the lines that are drawn across the table."""
    split = [columns.split(line) for line in lines]
    if text.reads_leftwards([word for line in lines for word in line.words]):
        split = [cells[::-1] for cells in split]
        return [row[::-1] for row in _rows(text, lines, split, columns, rules)]
    return _rows(text, lines, split, columns, rules)


def _rows(
    text: PageText,
    lines: Sequence[Line],
    split: Sequence[list[list[list[Word]]]],
    columns: Columns,
    rules: Sequence[float],
) -> list[list[str]]:
    starts = _starts(text, lines, split, columns, rules)
    rows = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        words = [
            [word for cells in split[start:end] for group in cells[column] for word in group]
            for column in range(columns.count)
        ]
        rows.append([text.said(cell) if cell else "" for cell in words])
    return rows


def _starts(
    text: PageText,
    lines: Sequence[Line],
    split: Sequence[list[list[list[Word]]]],
    columns: Columns,
    rules: Sequence[float],
) -> list[int]:
    ruled = [_is_between(rules, above, below) for above, below in pairwise(lines)]
    inner = sum(ruled)
    only_rules = inner >= 3 and inner >= _RULED * (len(lines) - 1)
    header = next((at + 1 for at, is_ruled in enumerate(ruled) if is_ruled), 0) if inner <= 2 else 0
    steps = [below.top - above.top for above, below in pairwise(lines)]
    tight = sorted(steps)[len(steps) // 5] if steps else 0.0
    is_loose = [step > _LOOSE * tight and not ruled[at] for at, step in enumerate(steps)]
    parts_rows = sum(is_loose[header:]) >= 2
    starts = [0]
    for at in range(1, len(lines)):
        if ruled[at - 1]:
            starts.append(at)
        elif only_rules:
            continue
        elif columns.spanned(lines[at]) or columns.spanned(lines[at - 1]):
            starts.append(at)
        elif at < header:
            if steps[at - 1] > 1.6 * lines[at].height:
                starts.append(at)
        elif is_loose[at - 1] or not _goes_on(text, split[at - 1], split[at], parts_rows):
            starts.append(at)
    return starts


def _is_between(rules: Sequence[float], above: Line, below: Line) -> bool:
    start, end = above.bottom - 0.3 * above.height, below.top + 0.3 * below.height
    return any(start < rule < end for rule in rules)


def _goes_on(text: PageText, above: list[list[list[Word]]], here: list[list[list[Word]]], parts_rows: bool) -> bool:
    """Whether a line close below another is of the same row: texts go on, values do not.

    Args:
        parts_rows: the table's rows stand farther apart than the lines within them.
    """
    filled = [at for at, cell in enumerate(here) if cell]
    values = [at for at in filled if kind_of(text.said([word for group in here[at] for word in group])) in VALUES]
    if 0 in filled:
        # a label of several lines, or all cells going on
        return parts_rows and not [at for at in values if at] and all(above[at] for at in filled)
    if not above[0] and not parts_rows and len(filled) > 1:
        return False
    return (parts_rows or len(filled) <= len(here) / 2) and len(values) < max(1, len(filled))
