"""Labels over several columns of a table, put over the first of them: their middle tells which they are."""

from collections.abc import Sequence
from itertools import combinations

from pipeline_core.adapters.converters.pdf_tables.words import Word

Cells = list[list[list[Word]]]
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
    ways = sorted((_off(middles, extents, starts), starts) for starts in _starts(len(labels), len(extents)))
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


def _starts(labels: int, columns: int) -> list[tuple[int, ...]]:
    """The ways to give all columns to the labels, by the first column of each."""
    return [(0, *rest) for rest in combinations(range(1, columns), labels - 1)]


def _off(middles: Sequence[float], extents: Sequence[tuple[float, float]], starts: Sequence[int]) -> float:
    """Return the distance from the label to the farthest middle of its columns."""
    ends = [*starts[1:], len(extents)]
    return max(
        abs(middle - (extents[start][0] + extents[end - 1][1]) / 2)
        for middle, start, end in zip(middles, starts, ends, strict=True)
    )


def _extent(cell: Sequence[Sequence[Word]]) -> tuple[float, float]:
    boxes = [word.box for group in cell for word in group]
    return min(box.left for box in boxes), max(box.right for box in boxes)
