"""Order in which a reader follows the runs of words of one page: along the line, down the column, to the next one.

A place of two columns has no one order: what stands side by side is one line in a table and two in an article. So a
run may be followed by several others, and a text is contiguous where it follows any of these ways.
"""

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import tee

from pipeline_core.domain.page_words import Box, Run

WORD_GAP = 0.35
"""In heights of a line: what is wider may part more than two words."""
CHANCE_GAP = 0.6
LINE_GAP = 2.5
"""In heights of a line: what is wider parts the cells of a row; a text does not go on over it to the next line."""
LABEL_GAP = 4.0
LABEL_LETTERS = 4
"""A number, a letter or a mark that a line begins with stands apart from it and belongs to it all the same."""
COLUMN_LETTERS = 12
"""Side by side and shorter than this are a name and its value or cells of a table, not lines of two columns."""
_LINES_AROUND = 3
_FAR = 1.7
"""In heights of a line, from top to top: what is farther apart does not follow as the next line does."""
_OTHER_SIZE = 1.15


class Reach(Enum):
    """Extent of one line: a run alone, runs as near as words are, or all that no gap of cells or columns parts.

    Which of them a wide gap is cannot be seen, so each reading counts.
    """

    ALONE = auto()
    CLOSE = auto()
    WIDE = auto()


def squash(text: str) -> str:
    """Letters and digits alone, compatibility forms and case folded: the same for a page and its markdown."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def reads_leftwards(text: str) -> bool:
    """Returns whether any of the text is in a script that is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


@dataclass(frozen=True, slots=True)
class Part:
    """A run: ``text`` squashed, which leaves nothing of a dash; its edges as seen when its line is held upright."""

    run: Run
    text: str
    left: float
    top: float
    right: float
    bottom: float
    turn: int
    height: float
    middle: float


class Layout:
    """A page's parts; what follows each is worked out when it is asked for."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.parts = _parts(runs)
        self._index: dict[str, list[tuple[int, int]]] | None = None
        self._right: dict[int, int | None] = {}
        self._following: dict[int, Iterator[int]] = {}
        self._lines: dict[Reach, list[tuple[int, int]]] = {}
        # by turn, in order from top to bottom
        self._frames: dict[int, list[int]] = defaultdict(list)
        for at, part in enumerate(self.parts):
            self._frames[part.turn].append(at)
        for frame in self._frames.values():
            frame.sort(key=lambda at: self.parts[at].middle)
        self._middles = {turn: [self.parts[at].middle for at in frame] for turn, frame in self._frames.items()}
        self._tallest = {turn: max(self.parts[at].height for at in frame) for turn, frame in self._frames.items()}

    # --- where a text may begin ---------------------------------------------------------------------------

    def beginnings(self, text: str) -> list[tuple[int, int]]:
        """Parts and offsets at which the text's first letters stand, as far as the part goes on."""
        if self._index is None:
            self._index = defaultdict(list)
            for at, part in enumerate(self.parts):
                for offset in range(len(part.text)):
                    self._index[part.text[offset : offset + _GRAM]].append((at, offset))
        if len(text) < _GRAM:
            places = [(at, offset) for at, part in enumerate(self.parts) for offset in range(len(part.text))]
        else:
            # what is shorter than the others stands at a part's end
            places = [place for length in range(1, _GRAM + 1) for place in self._index.get(text[:length], ())]
        found = []
        for at, offset in places:
            rest = self.parts[at].text[offset:]
            if text.startswith(rest) or rest.startswith(text):
                found.append((at, offset))
        return found

    # --- what follows -------------------------------------------------------------------------------------

    def following(self, at: int) -> Iterator[int]:
        """The parts with which a text may go on behind this one, the likeliest first."""
        if at not in self._following:
            [self._following[at]] = tee(self._find_following(at), 1)
        return copy(self._following[at])  # worked out once, and only as far as somebody asks

    def _find_following(self, at: int) -> Iterator[int]:
        right = self._next_in_line(at)
        if right is not None:
            yield right
        for reach in Reach:
            for one in self._nearest(at, reach, down=True):
                yield from self._line_beginnings(one, reach)
        if self.ends_block(at):
            for other in self._block_beginnings:
                if self._is_next_block(at, other):
                    yield other

    def ends_block(self, at: int) -> bool:
        """Returns whether nothing follows below as the next line of the same text would."""
        return all(self._is_apart(at, other) for other in self._nearest(at, Reach.CLOSE, down=True))

    def begins_block(self, at: int) -> bool:
        return all(self._is_apart(other, at) for other in self._nearest(at, Reach.CLOSE, down=False))

    def _is_apart(self, upper: int, lower: int) -> bool:
        one, other = self.parts[upper], self.parts[lower]
        heights = sorted((one.height, other.height))
        return other.top - one.top > _FAR * heights[0] or heights[1] > _OTHER_SIZE * heights[0]

    def _is_next_block(self, at: int, other: int) -> bool:
        one, two = self.parts[at], self.parts[other]
        if other == at or one.turn != two.turn:
            return False
        lie_over = self._overlap(at, other, Reach.CLOSE)
        is_below = two.top > one.middle and lie_over
        is_beside = two.left > one.left and two.top < one.top and not lie_over
        return is_below or is_beside

    @cached_property
    def _block_beginnings(self) -> list[int]:
        return [at for at in range(len(self.parts)) if self._begins_line(at) and self.begins_block(at)]

    # --- lines --------------------------------------------------------------------------------------------

    def _next_in_line(self, at: int) -> int | None:
        """The nearest part to the right on the same line, unless a gap between columns lies between them."""
        if at not in self._right:
            one = self.parts[at]
            beside = [
                other
                for other in self._around(at, 0.5)
                if self._same_line(at, other) and self.parts[other].left >= one.right - 0.2 * one.height
            ]
            nearest = min(beside, key=lambda other: self.parts[other].left, default=None)
            self._right[at] = None if nearest is None or self._is_gutter(at, nearest) else nearest
        return self._right[at]

    def _gap(self, at: int, right: int) -> float:
        """In heights of a line."""
        one, other = self.parts[at], self.parts[right]
        return (other.left - one.right) / max(one.height, other.height)

    def _is_close(self, at: int, right: int) -> bool:
        """Returns whether the two are as near as words of one line, or as a line and its number."""
        gap, text = self._gap(at, right), self.parts[at].text
        return gap <= WORD_GAP or (gap <= LABEL_GAP and _is_label(text))

    def _is_reached(self, at: int, right: int, reach: Reach) -> bool:
        return self._is_close(at, right) or (reach is Reach.WIDE and self._gap(at, right) <= LINE_GAP)

    def _same_line(self, at: int, other: int) -> bool:
        one, two = self.parts[at], self.parts[other]
        common = min(one.bottom, two.bottom) - max(one.top, two.top)
        return at != other and common >= 0.5 * min(one.height, two.height)

    def _is_gutter(self, at: int, right: int) -> bool:
        """Returns whether the gap continues above or below, as that between two columns does."""
        one, other = self.parts[at], self.parts[right]
        gap = self._gap(at, right)
        if self._is_close(at, right) or min(len(one.text), len(other.text)) < COLUMN_LETTERS:
            return False
        margin = (other.left - one.right) / 5
        left, far = one.right + margin, other.left - margin
        open_lines = covered = 0
        for members in self._lines_around(at):
            if any(self.parts[m].left < far and self.parts[m].right > left for m in members):
                covered += 1
            elif any(self.parts[m].right <= left for m in members) and any(self.parts[m].left >= far for m in members):
                open_lines += 1
        # words of justified lines may happen to part at one place on two lines
        return open_lines > covered + (gap <= CHANCE_GAP)

    def _lines_around(self, at: int) -> list[list[int]]:
        """The lines above and below, each as the parts at its height."""
        one = self.parts[at]
        lines: dict[int, list[int]] = defaultdict(list)
        for other in self._around(at, _LINES_AROUND):
            step = round((self.parts[other].middle - one.middle) / (0.9 * one.height))
            if step:
                lines[step].append(other)
        return list(lines.values())

    def _line(self, at: int, reach: Reach) -> tuple[int, int]:
        """The first and the last part of the line that this one belongs to."""
        if reach is Reach.ALONE:
            return at, at
        lines = self._lines.get(reach)
        if lines is None:
            after = {
                at: right
                for at in range(len(self.parts))
                if (right := self._next_in_line(at)) is not None and self._is_reached(at, right, reach)
            }
            before = {right: at for at, right in after.items()}
            lines = [(_end(at, before), _end(at, after)) for at in range(len(self.parts))]
            self._lines[reach] = lines
        return lines[at]

    def _begins_line(self, at: int) -> bool:
        return any(at in self._line_beginnings(at, reach) for reach in (Reach.CLOSE, Reach.WIDE))

    def _line_beginnings(self, at: int, reach: Reach) -> list[int]:
        """The line's first part; and what stands behind a number or mark at its beginning."""
        one: int | None = self._line(at, reach)[0]
        found: list[int] = []
        while one is not None and one not in found:
            found.append(one)
            if not _is_label(self.parts[one].text):
                break
            one = self._next_in_line(one)
        return found

    def _overlap(self, at: int, other: int, reach: Reach) -> bool:
        """Returns whether the part's line, as far as this part, and the other's line overlap horizontally at all."""
        first, (other_first, other_last) = self._line(at, reach)[0], self._line(other, reach)
        parts = self.parts
        common = min(parts[at].right, parts[other_last].right) - max(parts[first].left, parts[other_first].left)
        return common > 0.1

    # --- near ---------------------------------------------------------------------------------------------

    def _around(self, at: int, heights: float) -> list[int]:
        one = self.parts[at]
        frame, middles = self._frames[one.turn], self._middles[one.turn]
        reach = one.height * heights + self._tallest[one.turn] / 2
        return frame[bisect_left(middles, one.middle - reach) : bisect_left(middles, one.middle + reach)]

    def _nearest(self, at: int, reach: Reach, *, down: bool) -> list[int]:
        """The parts of the next line below (or above) that lie over this one's line."""
        one = self.parts[at]
        near = self._around(at, _LINES_AROUND)
        here = bisect_left(near, one.middle, key=lambda other: self.parts[other].middle)
        others = near[here:] if down else reversed(near[:here])
        found: list[int] = []
        limit = 0.0
        for other in others:
            distance = abs(self.parts[other].middle - one.middle)
            if found and distance > limit:
                break
            is_beside = distance < 0.35 * one.height or self._same_line(at, other)
            if is_beside or not self._overlap(at, other, reach):
                continue
            if not found:
                limit = distance + 0.5 * self.parts[other].height
            found.append(other)
        return found


_GRAM = 3


def _is_label(text: str) -> bool:
    return len(text) <= 1 or (len(text) <= LABEL_LETTERS and not text.isalpha())


def _end(at: int, step: Mapping[int, int]) -> int:
    seen = {at}
    while (following := step.get(at)) is not None and following not in seen:
        seen.add(following)
        at = following
    return at


def _parts(runs: Sequence[Run]) -> list[Part]:
    squashed = [(run, squash(run.text)) for run in runs if run.text.strip()]
    leftwards = sum(len(text) for run, text in squashed if reads_leftwards(run.text))
    mirrored = leftwards * 2 > sum(len(text) for _, text in squashed)
    return [_part(run, text, mirrored) for run, text in squashed]


def _part(run: Run, text: str, mirrored: bool) -> Part:
    left, top, right, bottom = upright(run.box, run.turn)
    if mirrored:
        left, right = -right, -left
    bottom = max(bottom, top + 0.1)
    return Part(run, text, left, top, right, bottom, run.turn, bottom - top, (top + bottom) / 2)


def upright(box: Box, turn: int) -> Box:
    """The box as it lies when the page is turned so that a line turned by so many degrees is level."""
    x0, y0, x1, y1 = box
    quarters = round(turn / 90) % 4 if min(turn % 90, 90 - turn % 90) <= 2 else 0
    return (box, (y0, -x1, y1, -x0), (-x1, -y1, -x0, -y0), (-y1, x0, -y0, x1))[quarters]
