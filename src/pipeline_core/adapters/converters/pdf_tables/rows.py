"""Rows of a table whose rows no line parts: which lines of text begin one, and which go on with the one above."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from pipeline_core.adapters.converters.boxes import Word
from pipeline_core.adapters.converters.pdf_tables.columns import Columns
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText
from pipeline_core.domain.tables import VALUES, kind_of

Cells = list[list[list[Word]]]
"""The words of a line in each column, in groups."""
_LOOSE = 1.25
"""Times the usual distance of lines: what is farther apart stands in two rows."""
_TEXT = 4
"""Words in a line of a cell that is a text."""
_RULED = 0.3
"""Lines drawn between so many of the lines of text part the rows, and nothing else does."""


def rows_of(text: PageText, lines: Sequence[Line], columns: Columns, rules: Sequence[float]) -> list[list[str]]:
    """The cells of each row; ``rules`` are the heights of the lines that are drawn across the table."""
    way = -1 if text.reads_leftwards([word for line in lines for word in line.words]) else 1
    split = [columns.split(line)[::way] for line in lines]
    starts = _starts(text, lines, split, columns, rules)
    rows = [
        [[group for cells in split[start:end] for group in cells[column]] for column in range(columns.count)]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    if len(rows) > 2:
        rows[0] = over_their_first(rows[0], rows[1])
    return [
        [text.said([word for group in cell for word in group]) if cell else "" for cell in row][::way] for row in rows
    ]


def _starts(
    text: PageText, lines: Sequence[Line], split: Sequence[Cells], columns: Columns, rules: Sequence[float]
) -> list[int]:
    ruled = [_is_between(rules, above, below) for above, below in pairwise(lines)]
    inner = sum(ruled)
    only_rules = inner >= 3 and inner >= _RULED * (len(lines) - 1)
    header = next((at + 1 for at, is_ruled in enumerate(ruled) if is_ruled), 0) if inner <= 2 else 0
    steps = [below.top - above.top for above, below in pairwise(lines)]
    tight = sorted(steps)[len(steps) // 5] if steps else 0.0
    is_loose = [step > _LOOSE * tight and not ruled[at] for at, step in enumerate(steps)]
    parts_rows = sum(is_loose[header:]) >= 2
    sides = [_extent([group for line in split for group in line[at]]) for at in range(columns.count)]
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
        elif is_loose[at - 1] or not _goes_on(text, split[at - 1], split[at], sides, parts_rows=parts_rows):
            starts.append(at)
    return starts


def _is_between(rules: Sequence[float], above: Line, below: Line) -> bool:
    start, end = above.bottom - 0.3 * above.height, below.top + 0.3 * below.height
    return any(start < rule < end for rule in rules)


def _goes_on(
    text: PageText, above: Cells, here: Cells, sides: Sequence[tuple[float, float]], *, parts_rows: bool
) -> bool:
    """Return whether a line close below another is of the same row: texts go on, values do not.

    Args:
        sides: where each column's words begin and end in the whole table.
        parts_rows: the table's rows stand farther apart than the lines within them.
    """
    filled = [at for at, cell in enumerate(here) if cell]
    said = {at: text.said([word for group in here[at] for word in group]) for at in filled}
    values = [at for at in filled if kind_of(said[at]) in VALUES]
    if parts_rows and 0 in filled:  # a label of several lines, or all cells going on
        return not [at for at in values if at] and all(above[at] for at in filled)
    if parts_rows:
        return len(values) < max(1, len(filled))
    if values or not all(above[at] and _is_full(above[at], here[at], sides[at]) for at in filled):
        return False
    if 0 not in filled:
        return True
    # a label that goes on beside texts that do: short cells are full by chance
    has_text = any(sum(map(len, above[at])) >= _TEXT for at in filled if at)
    return said[0][:1].islower() and (filled == [0] or has_text)


def _is_full(above: Sequence[list[Word]], here: Sequence[list[Word]], side: tuple[float, float]) -> bool:
    """Return whether the line above had no room for the first word of this one: a text is broken where it must be."""
    first = here[0][0].box
    left, right = side
    used = above[-1][-1].box.right - above[0][0].box.left
    return used + (first.right - first.left) + _SPACE * (first.bottom - first.top) > right - left - 1


_SPACE = 0.2  # of the height of a line


_MOST_LABELS = 4
_NEAR, _FAR = 0.2, 0.35
"""In distances of columns: how near the middle of a label is to that of its columns, and how far from other ones."""


def over_their_first(row: Cells, below: Cells) -> Cells:
    """The row of a header with each label in the first column that it is for; as it is where that is not certain.

    Args:
        row: the words of each column, in groups.
        below: those of the row of the header below, which names each column.
    """
    labels = [at for at in range(1, len(row)) if row[at]]
    if not 2 <= len(labels) <= _MOST_LABELS or row[0] or not all(below[1:]):
        return row
    extents = [_extent(cell) for cell in below[1:]]
    middles = [sum(_extent(row[at])) / 2 for at in labels]
    step = (sum(extents[-1]) - sum(extents[0])) / 2 / max(1, len(extents) - 1)
    stand_over_first = labels[0] == 1 and all(_is_over(_extent(row[at]), extents[at - 1], step) for at in labels)
    if len(labels) == len(extents) or step <= 0 or stand_over_first:
        return row
    # all columns given to the labels, by the first column of each
    shares = [(0, *rest) for rest in combinations(range(1, len(extents)), len(labels) - 1)]
    ways = sorted((_off(middles, extents, starts), starts) for starts in shares)
    (off, starts), others = ways[0], ways[1:]
    if off > _NEAR * step or (others and others[0][0] < _FAR * step):
        return row
    placed: Cells = [[] for _ in row]
    for at, start in zip(labels, starts, strict=True):
        placed[start + 1] = row[at]
    return placed


def _is_over(label: tuple[float, float], name: tuple[float, float], step: float) -> bool:
    """Return whether the label is set over the one column, by its left edge or its middle."""
    return min(abs(label[0] - name[0]), abs(sum(label) - sum(name)) / 2) < _NEAR * step


def _off(middles: Sequence[float], extents: Sequence[tuple[float, float]], starts: Sequence[int]) -> float:
    """Return the distance from the label to the farthest middle of its columns."""
    ends = [*starts[1:], len(extents)]
    return max(
        abs(middle - (extents[start][0] + extents[end - 1][1]) / 2)
        for middle, start, end in zip(middles, starts, ends, strict=True)
    )


def _extent(groups: Sequence[Sequence[Word]]) -> tuple[float, float]:
    boxes = [word.box for group in groups for word in group]
    return min((box.left for box in boxes), default=0.0), max((box.right for box in boxes), default=0.0)
