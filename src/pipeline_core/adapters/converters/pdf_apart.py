"""Text that stands beside a page's text, and was read into it line by line: both are read again, each by itself.

The parser knows columns; a few lines in a margin (a licence, an editor, a summary) it takes for parts of the lines
that stand beside them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from liteparse.types import ParsedPage, TextItem

from pipeline_core.adapters.converters.squashed import Squashed, squash

Crop = tuple[float, float, float, float]
"""Top, right, bottom, left: the share of the page that is cut off on each side."""

_FEWEST_LEFT, _FEWEST_RIGHT = 4, 8
"""Lines on the narrow and on the wide side, or the other way round."""
_SWITCHES = 4
"""So often the markdown goes from one side to the other: once or twice is a reading order."""
_ROW = 0.6  # points: cells of a row stand on one line, lines of two texts only now and then
_ROWS = 0.5  # share of the lines on one side that may stand on a line with the other side: more are a table
_ROWS_OF_CELLS = 0.2
_GUTTER = 4.0  # points
_NARROW = 0.6  # of the other side's width: a margin, which is read first, so that the text goes on over the page
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_EDGE = 2.0  # points by which the beginnings of lines differ


@dataclass(frozen=True, slots=True)
class Apart:
    """Two texts side by side: left and right of ``x``, from ``top`` to ``bottom``, in points."""

    x: float
    top: float
    bottom: float
    is_right_first: bool
    is_margin: bool

    def crops(self, width: float, height: float) -> Iterator[Crop]:
        """The parts of the page in reading order: what stands above, the two sides, what stands below."""
        above, below = self.top / height, self.bottom / height
        sides = [(above, 1 - self.x / width, 1 - below, 0.0), (above, 0.0, 1 - below, self.x / width)]
        if above > 0:
            yield 0.0, 0.0, 1 - above, 0.0
        yield from reversed(sides) if self.is_right_first else sides
        if below < 1:
            yield below, 0.0, 0.0, 0.0


def read_apart(
    page: ParsedPage, items: Sequence[TextItem], read: Callable[[int, Crop], ParsedPage | None]
) -> list[ParsedPage]:
    """The parts of a page whose lines were mixed, in reading order; nothing if they were not."""
    found = find(page.markdown, items, page.height)
    if found is None:
        return []
    parts = [read(page.page_num, crop) for crop in found.crops(page.width, page.height)]
    whole = [part for part in parts if part is not None]
    if len(whole) < len(parts):
        return []
    if found.is_margin:  # what stands in a margin heads nothing of the text
        margin = whole[1 if found.top > 0 else 0]
        margin.markdown = _HEADING.sub("", margin.markdown)
    return [part for part in whole if part.text_items]


def find(markdown: str, items: Sequence[TextItem], height: float) -> Apart | None:
    """Find two texts side by side on the page that the markdown mixes; None: there are none."""
    for x in _candidates(items):
        left = [item for item in items if item.x + item.width <= x]
        right = [item for item in items if item.x >= x - _EDGE]
        if min(len(left), len(right)) < _FEWEST_LEFT or max(len(left), len(right)) < _FEWEST_RIGHT:
            continue
        fewer = min(left, right, key=len)
        crossing = [item for item in items if item.x < x - _EDGE and item.x + item.width > x]
        top, bottom = min(item.y for item in fewer), max(_end(item) for item in fewer)
        if any(top < _middle(item) < bottom for item in crossing):
            continue
        top = max((_end(item) for item in crossing if _middle(item) <= top), default=0.0)
        bottom = min((item.y for item in crossing if _middle(item) >= bottom), default=height)
        sides = [[item for item in side if top <= _middle(item) <= bottom] for side in (left, right)]
        if _are_rows(*sides) or _switches(markdown, *sides) < _SWITCHES:
            continue
        widths = [max(item.x + item.width for item in side) - min(item.x for item in side) for side in sides]
        return Apart(x - _EDGE, top, bottom, widths[1] < _NARROW * widths[0], min(widths) < _NARROW * max(widths))
    return None


def _candidates(items: Sequence[TextItem]) -> list[float]:
    """Left edges that many lines share, with an empty strip before them, the commonest first."""
    edges = Counter(round(item.x) for item in items)
    first = min(edges, default=0)
    wanted = [edge for edge, count in edges.items() if count >= _FEWEST_LEFT and edge > first + _GUTTER]
    found = []
    for edge in sorted(wanted, key=lambda edge: -edges[edge])[:4]:
        exact = min(item.x for item in items if round(item.x) == edge)
        if all(item.x + item.width <= exact - _GUTTER or item.x + item.width > exact for item in items):
            found.append(exact)
    return found


def _are_rows(left: Sequence[TextItem], right: Sequence[TextItem]) -> bool:
    fewer, more = sorted((left, right), key=len)
    if _beside(fewer, more) > _ROWS * len(fewer):
        return True
    # cells side by side on one line are of a table, whose last rows ("Total | 90") may have nothing on the other side
    pairs = ((left, right), (right, left))
    return any(_are_cells(one) and _beside(one, other) > _ROWS_OF_CELLS * len(one) for one, other in pairs)


def _beside(items: Sequence[TextItem], others: Sequence[TextItem]) -> int:
    """Count the items that stand on one line with one of the others."""
    return sum(any(abs(_middle(one) - _middle(other)) < _ROW for other in others) for one in items)


def _are_cells(items: Sequence[TextItem]) -> bool:
    """Return whether most lines have several pieces that stand apart from each other."""
    levels: dict[int, list[TextItem]] = {}
    for item in items:
        levels.setdefault(round(_middle(item)), []).append(item)
    several = [sorted(line, key=lambda item: item.x) for line in levels.values() if len(line) > 1]
    apart = [line for line in several if all(b.x - a.x - a.width > _GUTTER for a, b in pairwise(line))]
    return 2 * len(apart) > len(levels)


def _switches(markdown: str, left: Sequence[TextItem], right: Sequence[TextItem]) -> int:
    """Count how often the markdown goes from one side to the other."""
    page = Squashed(markdown)
    places = []
    for side, items in enumerate((left, right)):
        for item in items:
            if (found := page.only(squash(item.text))) is not None:
                places.append((found[0], side))
    return sum(before[1] != after[1] for before, after in pairwise(sorted(places)))


def _end(item: TextItem) -> float:
    return item.y + item.height


def _middle(item: TextItem) -> float:
    return item.y + item.height / 2
