"""A quote in parts: cells of a row, lines and sentences, each looked up by itself and placed near the others."""

from collections.abc import Sequence

from pipeline_core.domain.locating.letters import occurrences
from pipeline_core.domain.locating.page_text import PageText, Span

_MOST_PLACES = 60
_MOST_PARTS = 60
_LINE_COST = 4.0
"""A point further down counts as much as so many letters further on: cells of one row stand in one line."""
_LETTER_COST = 0.05
_PLACE_COST = 0.01
_LONG = 12
"""Letters of a part that says by itself where it belongs."""
_NEAR = 60.0
"""Points from line to line: a shorter part, such as a number, is of a row only so near to what else is of it."""


def in_parts(parts: Sequence[str], page: PageText, near: float) -> list[Span]:
    """The spans of the parts that the page has, nearest to each other. ``near``: the letter about which they stand."""
    if not 2 <= len(parts) <= _MOST_PARTS:
        return []
    options = [[Span(at, at + len(part)) for at in occurrences(part, page.text, most=_MOST_PLACES)] for part in parts]
    options = [places for places in options if places]
    if not options:
        return []
    # the part that stands at the fewest places says where the others are
    anchors = min(options, key=lambda places: (len(places), places[0].start - places[0].end))
    _, spans = min((_around(anchor, options, page, near) for anchor in anchors), key=lambda found: found[0])
    return spans


def _around(anchor: Span, options: Sequence[Sequence[Span]], page: PageText, near: float) -> tuple[float, list[Span]]:
    height = page.height_at(anchor.start)
    chosen: list[Span] = []
    cost, last = _PLACE_COST * abs(anchor.start - near), anchor.start

    def distance(span: Span) -> float:
        return _LINE_COST * abs(page.height_at(span.start) - height) + _LETTER_COST * abs(span.start - last)

    for places in options:
        best = min((one for one in places if one not in chosen), key=distance, default=None)
        if best is None or (best.end - best.start < _LONG and abs(page.height_at(best.start) - height) > _NEAR):
            continue
        cost += distance(best)
        last = best.end
        chosen.append(best)
    return cost, chosen
