"""Columns that gaps between the words make: places that the lines of a table leave free, one below the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline_core.adapters.converters.boxes import Word
from pipeline_core.adapters.converters.pdf_tables.words import Line

GAP = 0.8
"""In heights of a line: words that stand farther apart may be of two columns."""
_NARROWEST = 0.3
"""In heights of a line: a free place that is left of a gap when all lines have been looked at."""
_LARGER = 1.12
_MOST_ACROSS = 0.25
"""Share of the lines that may reach over a gap, as titles and notes within a table do."""


Extents = list[tuple[float, float]]
"""Beginnings and ends of the groups of words of a line, from left to right."""


def _extents(line: Line) -> Extents:
    return [(group[0].box.left, max(word.box.right for word in group)) for group in line.segments(GAP * line.height)]


@dataclass(slots=True)
class _Gap:
    left: float
    right: float
    across: int = 0
    beside: int = 1
    """Lines that reach over it, and lines that have words on both its sides."""

    def take(self, extents: Extents, narrowest: float) -> bool:
        """Make it as narrow as the line leaves it; False if the line reaches over it."""
        left, right = self.left, self.right
        first = max(0, bisect_left(extents, (left, left)) - 1)
        for start, end in extents[first:]:
            if start >= right:
                break
            if end <= left:
                continue
            if start - self.left <= self.right - end:
                left = max(left, end)
            else:
                right = min(right, start)
        if right - left < narrowest:
            return False
        self.left, self.right = left, right
        return True


@dataclass(slots=True)
class Columns:
    """``gaps`` part them, from left to right."""

    gaps: list[_Gap] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.gaps) + 1

    def edges(self) -> tuple[float, ...]:
        return tuple((gap.left + gap.right) / 2 for gap in self.gaps)

    def split(self, line: Line) -> list[list[list[Word]]]:
        """For each column the line's words in it, in groups."""
        cells: list[list[list[Word]]] = [[] for _ in range(self.count)]
        edges = self.edges()
        for segment in line.segments(GAP * line.height):
            part: list[Word] = []
            for word in segment:
                # words as near as words of one text are parted where a gap is
                if part and _has_edge(edges, part[-1].box.right - 1, word.box.left + 1):
                    cells[_column(edges, part)].append(part)
                    part = []
                part.append(word)
            cells[_column(edges, part)].append(part)
        return cells

    def filled(self, line: Line) -> int:
        """In how many of them the line has words."""
        return sum(map(bool, self.split(line)))

    def without_text_below(self, lines: list[Line]) -> list[Line]:
        """The lines of a table without those at their end that begin the text below it."""
        while lines and self.filled(lines[-1]) < 2 and self.split(lines[-1])[0]:
            lines.pop()
        return lines

    def fits(self, line: Line) -> bool:
        """Return whether no words reach over a gap; the gaps become as narrow as the line leaves them."""
        extents = _extents(line)
        kept = [_Gap(gap.left, gap.right, gap.across, gap.beside) for gap in self.gaps]
        if not all(gap.take(extents, _NARROWEST * line.height) for gap in kept):
            return False
        self.gaps = kept
        return True

    def is_heading(self, line: Line, above: Line) -> bool:
        """Return whether it stands alone in its row in larger letters: the heading of what follows the table."""
        return line.height > _LARGER * above.height and self.filled(line) == 1

    def spanned(self, line: Line) -> bool:
        """Return whether words of the line reach over a gap."""
        edges = self.edges()
        return any(
            _has_edge(edges, segment[0].box.left + 1, max(word.box.right for word in segment) - 1, inside=True)
            for segment in line.segments(_NARROWEST * line.height)
        )


def _has_edge(edges: Sequence[float], start: float, end: float, *, inside: bool = False) -> bool:
    """Return whether an edge lies between the two; ``inside``: on neither of them."""
    at = (bisect_right if inside else bisect_left)(edges, start)
    return at < len(edges) and (edges[at] < end if inside else edges[at] <= end)


def _column(edges: Sequence[float], words: Sequence[Word]) -> int:
    """The column that the words stand in; what spans several stands in the first of them."""
    start, end = words[0].box.left, max(word.box.right for word in words)
    for number in range(bisect_right(edges, start), len(edges)):
        if (start + end) / 2 < edges[number] or start + 1 < edges[number] < end - 1:
            return number
    return len(edges)


def seed(line: Line) -> Columns:
    """The columns as one line, a header for instance, has them."""
    segments = line.segments(GAP * line.height)
    return Columns(
        [_Gap(max(word.box.right for word in before), behind[0].box.left) for before, behind in pairwise(segments)]
    )


def columns_in(lines: Sequence[Line]) -> Columns:
    """The columns of lines that are known to be one table's; one where there are no gaps."""
    if not lines:
        return Columns()
    first = max(lines, key=lambda line: len(line.segments(GAP * line.height)))
    found = seed(first)
    for line in lines:
        if line is first:
            continue
        extents = _extents(line)
        for gap in found.gaps:
            if not gap.take(extents, _NARROWEST * line.height):
                gap.across += 1
            elif extents[0][0] < gap.left and extents[-1][1] > gap.right:
                gap.beside += 1
    found.gaps = [gap for gap in found.gaps if gap.across <= _MOST_ACROSS * len(lines) and gap.across < gap.beside]
    return found
