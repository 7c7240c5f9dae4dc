"""The second proof of evidence: a quote stands on its page in one piece, as a reader of the page would read it."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_core.domain.layout import Layout, squash
from pipeline_core.domain.packing import packed
from pipeline_core.domain.page_words import Box, PageWords

_ADDED = re.compile(
    r"(?<=\])\((?:[^()\s]|\([^()\s]*+\))*+(?:\s++\"[^\"]*+\")?\)"
    r"|</?(?:a|b|br|code|del|em|i|img|ins|kbd|mark|p|s|small|span|strong|sub|sup|u)\b[^<>\n]*+>",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_CELLS = re.compile(r"(?<!\\)\|")
_MOST_PLACES = 200
"""Of one cell: a digit stands everywhere in a long table."""
_SHORTEST_PIECE = 4


@packed
@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a quote and where it stands on the page; ``box`` is None for words that the page does not have."""

    text: str
    page: int
    box: Box | None

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "page": self.page, "box": None if self.box is None else [round(x) for x in self.box]}


@dataclass(frozen=True, slots=True)
class _Found:
    """A text's way over the page: the parts that it goes through, in order, and where in the first it begins."""

    parts: tuple[int, ...]
    offset: int


class Pages:
    """The pages of one document, each laid out once and only if something is to be proved on it."""

    def __init__(self, words: PageWords) -> None:
        self._words = words
        self._layouts: dict[int, Layout] = {}

    def layout(self, number: int) -> Layout | None:
        """None for a page whose words were not read."""
        if number not in self._words:
            return None
        if number not in self._layouts:
            self._layouts[number] = Layout(self._words[number])
        return self._layouts[number]

    def scattered(self, quote: str, first: int, last: int) -> tuple[Piece, ...]:
        """Returns the positions of the quote's parts if it is not in one piece on its page; nothing if it is.

        ``first`` and ``last`` are the pages that it begins and ends on. A row of a table is in one piece if each of
        its cells is and they stand side by side. What has neither letters nor digits, and pages whose words are not
        known, prove nothing and disprove nothing.
        """
        layouts = [(number, layout) for number in range(first, last + 1) if (layout := self.layout(number))]
        if len(layouts) < last - first + 1:
            return ()
        cells = [text for cell in _CELLS.split(quote) if (text := squash(plain(cell)))]
        whole = "".join(cells)
        if not whole or any(_stands(whole, layout) for _, layout in layouts):
            return ()
        if len(cells) > 1 and any(_is_row(cells, layout) for _, layout in layouts):
            return ()
        if len(layouts) > 1 and _runs_over(whole, layouts[0][1], layouts[1][1]):
            return ()
        return tuple(_pieces(whole, layouts))


def plain(text: str) -> str:
    """The quote without what markdown adds to its words: targets of links, tags, escapes and entities."""
    return html.unescape(_ESCAPE.sub(r"\1", _ADDED.sub(" ", text)))


def _stands(text: str, layout: Layout) -> bool:
    return next(_places(text, layout), None) is not None


def _places(text: str, layout: Layout) -> Iterator[_Found]:
    """Every way in which the text stands on the page in one piece."""
    for at, offset in layout.beginnings(text):
        dead: set[tuple[int, int]] = set()
        way = _follow(text, layout, at, offset, dead, lambda _part, upto: upto == len(text))
        if way is not None:
            yield _Found(way, offset)


def _follow(
    text: str,
    layout: Layout,
    at: int,
    offset: int,
    dead: set[tuple[int, int]],
    is_end: Callable[[int, int], bool],
) -> tuple[int, ...] | None:
    """The parts that the text goes through from here on; ``dead`` are parts and positions that led nowhere."""
    upto = _step(text, 0, layout.parts[at].text[offset:])
    if upto is None:
        return None
    way, ends, choices = [at], [upto], [layout.following(at)]
    if is_end(at, upto):
        return (at,)
    while way:
        upto = ends[-1]
        following = next(choices[-1], None) if upto < len(text) and len(way) < _LONGEST_WAY else None
        if following is None:
            way.pop(), ends.pop(), choices.pop()
        elif (following, upto) not in dead:
            dead.add((following, upto))
            after = _step(text, upto, layout.parts[following].text)
            if after is not None:
                way.append(following)
                if is_end(following, after):
                    return tuple(way)
                ends.append(after)
                choices.append(layout.following(following))
    return None


def _step(text: str, upto: int, part: str) -> int | None:
    """Returns the position in the text after the part, read from ``upto``; None if the part says something else."""
    if text.startswith(part, upto):
        return upto + len(part)
    return len(text) if upto < len(text) and part.startswith(text[upto:]) else None


_LONGEST_WAY = 400


def _is_row(cells: Sequence[str], layout: Layout) -> bool:
    """Returns whether the cells are side by side, in either direction."""
    options = []
    for cell in cells:
        found = []
        for place in _places(cell, layout):
            found.append(_extent(layout, place))
            if len(found) == _MOST_PLACES:
                break
        if not found:
            return False
        options.append(found)
    leftwards = [[(top, bottom, -left, offset) for top, bottom, left, offset in found] for found in options]
    return any(_goes_on(first, ways[1:]) for ways in (options, leftwards) for first in ways[0])


_Extent = tuple[float, float, float, int]
"""Top, bottom, left edge, and the offset within the part."""


def _extent(layout: Layout, place: _Found) -> _Extent:
    parts = [layout.parts[at] for at in place.parts]
    return (
        min(part.top for part in parts),
        max(part.bottom for part in parts),
        min(part.left for part in parts),
        place.offset,
    )


def _goes_on(first: _Extent, options: Sequence[Sequence[_Extent]]) -> bool:
    """Returns whether each cell is right of the one before, at a height that those before it reach."""
    top, bottom, left, offset = first
    for found in options:
        beside = [one for one in found if one[0] < bottom and one[1] > top and (one[2], one[3]) > (left, offset)]
        if not beside:
            return False
        one = min(beside, key=lambda extent: (extent[2], extent[3]))
        top, bottom = min(top, one[0]), max(bottom, one[1])
        left, offset = one[2], one[3]
    return True


def _runs_over(text: str, first: Layout, second: Layout) -> bool:
    """Returns whether the text continues from the end of one page at the beginning of the next."""
    heads: set[int] = set()

    def note(part: int, upto: int) -> bool:
        if first.ends_block(part):
            heads.add(upto)
        return False

    for at, offset in first.beginnings(text):
        _follow(text, first, at, offset, set(), note)
    return any(_begins_page(text[upto:], second) for upto in heads if upto < len(text))


def _begins_page(text: str, layout: Layout) -> bool:
    return any(place.offset == 0 and layout.begins_block(place.parts[0]) for place in _places(text, layout))


def _pieces(text: str, layouts: Sequence[tuple[int, Layout]]) -> Iterator[Piece]:
    """The longest parts of the text that the pages have, in the text's order, and what they have not."""
    at, missing = 0, 0
    while at < len(text):
        length, number, box = _longest(text, at, layouts)
        if length >= min(_SHORTEST_PIECE, len(text)) and box is not None:
            if missing < at:
                yield Piece(text[missing:at], layouts[0][0], None)
            yield Piece(text[at : at + length], number, box)
            at += length
            missing = at
        else:
            at += 1
    if missing < at:
        yield Piece(text[missing:at], layouts[0][0], None)


def _longest(text: str, at: int, layouts: Sequence[tuple[int, Layout]]) -> tuple[int, int, Box | None]:
    best: tuple[int, int, Box | None] = (0, layouts[0][0], None)
    for number, layout in layouts:
        for part in layout.parts:
            offset = part.text.find(text[at : at + _SHORTEST_PIECE])
            while offset >= 0:
                length = _common(text, at, part.text, offset)
                if length > best[0]:
                    best = (length, number, part.run.box)
                offset = part.text.find(text[at : at + _SHORTEST_PIECE], offset + 1)
    return best


def _common(one: str, at: int, other: str, offset: int) -> int:
    length = 0
    while at + length < len(one) and offset + length < len(other) and one[at + length] == other[offset + length]:
        length += 1
    return length
