"""Parts of a page to draw: all of it, the lines of a quote, or its surroundings at twice the size."""

from collections.abc import Callable, Sequence

from pipeline_core.domain.page_views import PageWords
from pipeline_core.domain.page_words import Box

_AROUND = 40.0
"""Points above and below the marks in a crop."""
_TALLEST_CROP = 320.0
_MARGIN = 24.0
"""Points around the words of a page."""
Look = Callable[[Sequence[Box], PageWords], tuple[str, int]]
"""The part of a page to draw about these boxes, as a ``viewBox``, and the percent of the width of its place."""


def whole(_boxes: Sequence[Box], page: PageWords) -> tuple[str, int]:
    """The page without its margins."""
    return _view(_with_margin(page.printed, page, _MARGIN)), 100


def cropped(boxes: Sequence[Box], page: PageWords) -> tuple[str, int]:
    """The lines of the boxes."""
    left, top, right, bottom = _around(boxes, page)
    return _view(_with_margin((min(page.printed[0], left), top, max(page.printed[2], right), bottom), page, 0)), 100


def larger_part(boxes: Sequence[Box], page: PageWords) -> tuple[str, int]:
    """The surroundings of the boxes at twice the size of the whole page: half of its width, or as much as they take."""
    page_part = _with_margin(page.printed, page, _MARGIN)
    own = _with_margin(_around(boxes, page), page, 0)
    half = (page_part[2] - page_part[0]) / 2
    width = max(half, own[2] - own[0])
    left = max(0.0, min((own[0] + own[2] - width) / 2, page.width - width))
    return _view((left, own[1], left + width, own[3])), round(100 * width / half)


def _around(boxes: Sequence[Box], page: PageWords) -> Box:
    """The boxes with the lines about them; of those far apart, the last, which is the fact's own place."""
    bottom = min(page.height, max(box[3] for box in boxes) + _AROUND)
    top = max(0.0, min(box[1] for box in boxes) - _AROUND, bottom - _TALLEST_CROP)
    return min(box[0] for box in boxes), top, max(box[2] for box in boxes), bottom


def _with_margin(part: Box, page: PageWords, above: float) -> Box:
    """A part of the page with a margin at its sides, and another ``above`` and below it."""
    left, top, right, bottom = part
    return (
        max(0.0, left - _MARGIN),
        max(0.0, top - above),
        min(page.width, right + _MARGIN),
        min(page.height, bottom + above),
    )


def _view(part: Box) -> str:
    left, top, right, bottom = part
    return f"{left:.1f} {top:.1f} {right - left:.1f} {bottom - top:.1f}"
