"""Superscripts and subscripts of a PDF page, which its plain text joins with what stands before them.

“10⁷” is stored as “10” and a smaller, raised “7”: read one after the other they say 107.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, product
from math import hypot
from typing import Any

from pipeline_core.adapters.converters.pdf_objects import PageObject
from pipeline_core.adapters.converters.squashed import Squashed, squash

_SMALLER = 0.92  # of the size of the text beside it
_RAISED = (0.12, 0.75)  # of that size
_RAISED_ALIKE = 0.28  # of that size, where the raised digits are as large as the text beside them
_LOWERED = (-0.6, -0.06)
_GAP = 0.35
_GAP_LOWERED = 0.15  # a line number beside the text stands lower, too
_LONGEST = 12  # characters: more is a line of its own
_MOST_ALIKE = 3
_CONTEXT = 12
_ENOUGH = 5
_NO_SIZE = 0.1
_CELL = 24.0  # points
_MOST_IN_CELL = 60
_MOST_LINES = 800
_ROUNDED = 0.1

_SUPERSCRIPTS = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-−=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|ème)\.?", re.IGNORECASE)
_OWN_WORD = re.compile(r"tm|sm|r|mc", re.IGNORECASE)


_Line = tuple[float, float, int, int]
"""Which way the text runs, the height of its baseline and its size, in tenths of a point."""


@dataclass(frozen=True, slots=True)
class Script:
    """Raised or lowered text, and what stands before and after it on its line."""

    text: str
    is_raised: bool
    before: str
    after: str

    @property
    def written(self) -> str:
        """In Unicode's own characters where all have one, else marked: ``^ab^``, ``~ab~``."""
        table = _SUPERSCRIPTS if self.is_raised else _SUBSCRIPTS
        if all(char in table for char in self.text):
            return "".join(table[char] for char in self.text)
        mark = "^" if self.is_raised else "~"
        return f"{mark}{self.text}{mark}"

    @property
    def joins_number(self) -> bool:
        return self.is_raised and self.text[0].isdigit() and self.before[-1:].isdigit()


@dataclass(slots=True)
class _Piece:
    """A text object on its line: where it begins and ends along the line, and the height of its baseline."""

    object: PageObject
    direction: tuple[float, float]
    start: float
    end: float
    height: float
    size: float

    @property
    def line(self) -> _Line:
        return *self.direction, int(10 * self.height), int(10 * self.size)

    def follows(self, other: "_Piece", size: float, gap: float = _GAP) -> bool:
        return -gap * size < self.start - other.end < gap * size


class _Grid:
    """The pieces of a page by the places where they begin and where they end, so that neighbours are soon found."""

    def __init__(self, pieces: Sequence[_Piece]):
        self._beginning: dict[Any, list[_Piece]] = defaultdict(list)
        self._ending: dict[Any, list[_Piece]] = defaultdict(list)
        for piece in pieces:
            row = piece.direction, round(piece.height / _CELL)
            self._beginning[*row, round(piece.start / _CELL)].append(piece)
            self._ending[*row, round(piece.end / _CELL)].append(piece)

    def near(self, piece: _Piece, *, behind: bool) -> Iterator[_Piece]:
        """The pieces that begin where it ends, or end where it begins."""
        cells, along = (self._beginning, piece.end) if behind else (self._ending, piece.start)
        row, column = round(piece.height / _CELL), round(along / _CELL)
        for at in product((row - 1, row, row + 1), (column - 1, column, column + 1)):
            yield from islice(cells.get((piece.direction, *at), ()), _MOST_IN_CELL)


def scripts(page: Any, objects: Sequence[PageObject]) -> list[Script]:
    """The raised and lowered texts of the page, in the order of painting."""
    pieces = [_piece(one) for one in objects if one.is_text and one.size > _NO_SIZE]
    small = _beside_larger({piece.line for piece in pieces})
    if not small:
        return []
    grid = _Grid(pieces)
    found = [(one, *place) for one in pieces if one.line in small and (place := _place(one, grid)) is not None]
    if not found:
        return []
    with closing(page.get_textpage()) as text_page:
        return list(_read(found, grid, text_page.raw))


def _beside_larger(lines: Set[_Line]) -> Set[_Line]:
    """The lines that stand, at any place along them, a little above or below the baseline of larger text."""
    import numpy as np

    if not 1 < len(lines) <= _MOST_LINES:
        return lines if len(lines) > 1 else frozenset()
    rows = list(lines)
    x, y, height, size = np.array(rows).T
    rise = (height[:, None] - height[None, :]) / np.maximum(size, 1.0)[None, :]
    above = (rise > _RAISED[0] - _ROUNDED) & (rise < _RAISED[1] + _ROUNDED)
    below = (rise > _LOWERED[0] - _ROUNDED) & (rise < _LOWERED[1] + _ROUNDED)
    same_way = (x[:, None] == x[None, :]) & (y[:, None] == y[None, :])
    larger = size[None, :] * _SMALLER > size[:, None] - 1
    alike = (np.abs(size[:, None] - size[None, :]) <= 1) & above & (rise > _RAISED_ALIKE - _ROUNDED)
    found = (same_way & ((larger & (above | below)) | alike)).any(axis=1)
    return {row for row, is_near in zip(rows, found, strict=True) if is_near}


def _piece(one: PageObject) -> _Piece:
    a, b, _, _, e, f = one.matrix.get()
    left, bottom, right, top = one.box
    if b == 0 and a > 0:
        return _Piece(one, (1.0, 0.0), left, right, f, one.size)
    length = hypot(a, b) or 1.0
    x, y = round(a / length, 2), round(b / length, 2)
    along = [px * x + py * y for px in (left, right) for py in (bottom, top)]
    return _Piece(one, (x, y), min(along), max(along), f * x - e * y, one.size)


def _place(small: _Piece, grid: _Grid) -> tuple[bool, _Piece | None, _Piece | None] | None:
    """Tell if the piece is raised (or lowered), with the larger text before and after it; None: it is neither."""
    before = after = None
    raised = None
    for other in grid.near(small, behind=False):
        if (is_raised := _rise(small, other)) is None:
            continue
        if small.follows(other, other.size, _GAP if is_raised else _GAP_LOWERED):
            before, raised = other, is_raised
    for other in grid.near(small, behind=True):
        if other.follows(small, other.size) and (is_raised := _rise(small, other)) is not None:
            after = other
            raised = is_raised if raised is None else raised
    if raised is None or (before is None and not raised):
        return None
    return raised, before, after


def _rise(small: _Piece, other: _Piece) -> bool | None:
    """Tell if the piece is raised or lowered beside a larger one; None: neither."""
    if other is small or other.size < 0.99 * small.size:
        return None
    rise = (small.height - other.height) / other.size
    if other.size * _SMALLER < small.size:
        return True if _RAISED_ALIKE < rise < _RAISED[1] else None
    if _RAISED[0] < rise < _RAISED[1]:
        return True
    return False if _LOWERED[0] < rise < _LOWERED[1] else None


def _read(found: Sequence[Any], grid: _Grid, text_page: Any) -> Iterator[Script]:
    for small, is_raised, before, after in found:
        # a mark of a note behind the digits stays as it is
        text = small.object.text(text_page).strip().rstrip("*†‡§¶,;")
        is_alike = before is not None and before.size * _SMALLER < small.size
        if is_alike and not (text.lstrip("+-−").isdecimal() and len(text) <= _MOST_ALIKE):
            continue
        if not text or len(text) > _LONGEST or " " in text or not any(map(str.isalnum, text)):
            continue
        leading = _line(before, grid, text_page, forward=False) if before else ""
        if before and not leading.strip():
            continue
        if _OWN_WORD.fullmatch(text) or (leading[-1:].isdigit() and _ORDINAL.fullmatch(text)):
            continue
        yield Script(text, is_raised, leading, _line(after, grid, text_page, forward=True) if after else "")


def _line(piece: _Piece, grid: _Grid, text_page: Any, *, forward: bool) -> str:
    """The text of the piece and of those that join it, until it is enough to find the place by."""
    text = piece.object.text(text_page)
    while len(squash(text)) < _CONTEXT:
        beside = next(
            (other for other in grid.near(piece, behind=forward) if _joins(other, piece, forward=forward)), None
        )
        if beside is None:
            break
        more = beside.object.text(text_page)
        text = text + more if forward else more + text
        piece = beside
    return text


def _joins(other: _Piece, piece: _Piece, *, forward: bool) -> bool:
    left, right = (piece, other) if forward else (other, piece)
    is_level = abs(other.height - piece.height) < 0.05 * piece.size
    return is_level and left.start < right.start and right.follows(left, piece.size)


def write_scripts(markdown: str, found: Sequence[Script]) -> tuple[str, list[Script]]:
    """The markdown with the scripts written as such, and those whose place in it was not found."""
    if not found:
        return markdown, []
    page = Squashed(markdown)
    edits: list[tuple[int, int, str]] = []
    lost: list[Script] = []
    taken: set[int] = set()
    for script in found:
        place = _find(page, script, taken)
        if place is None:
            lost.append(script)
            continue
        taken.add(place[0])
        edits.append((*place, script.written))
    for start, end, written in sorted(edits, reverse=True):
        markdown = markdown[:start] + written + markdown[end:]
    return markdown, lost


def _find(page: Squashed, script: Script, taken: set[int]) -> tuple[int, int] | None:
    """Find the script in the markdown: with all of its surroundings, or with fewer at one place only."""
    wanted, before, after = squash(script.text), squash(script.before), squash(script.after)
    for left, right in ((_CONTEXT, _CONTEXT), (_CONTEXT, 0), (_ENOUGH, _ENOUGH), (_ENOUGH, 0), (0, _CONTEXT)):
        head, tail = before[-left:] if left else "", after[:right] if right else ""
        if len(head) + len(tail) < _ENOUGH - 1:
            continue
        places = [*page.places(head + wanted + tail)]
        places = [at + len(head) for at in places if _is_itself(page, at + len(head), wanted, script)]
        if len(places) > 1 and len(head) + len(tail) < _CONTEXT:
            return None
        for at in places:
            start, end = page.raw_span(at, at + len(wanted))
            if start not in taken:
                return _widened(page, at, start, script), _without_gap(page.text, end, script)
    return None


def _is_itself(page: Squashed, at: int, wanted: str, script: Script) -> bool:
    """Return whether the markdown has exactly these characters there, and none behind them that would join them."""
    start, end = page.raw_span(at, at + len(wanted))
    said = "".join(page.text[start:end].split())
    behind, after = page.text[end : end + 1], script.after[:1]
    is_joined = behind.isalnum() and squash(behind)[:1] != squash(after)[:1]
    return said == script.text.lstrip("+-−–").strip("()[]") and not is_joined


def _widened(page: Squashed, at: int, start: int, script: Script) -> int:
    """The sign of an exponent, and a space that only the layout put before it, belong to the script."""
    if not script.before or at == 0:
        return start
    previous = page.raw_span(at - 1, at)[1]
    between = page.text[previous:start]
    sign = script.text[: len(script.text) - len(script.text.lstrip("+-−–"))]
    base_end = script.before.rstrip()
    plain = base_end[len(base_end.rstrip(")]}.,;:%’'\"")) :]
    return previous + len(plain) if between.replace(" ", "") == plain + sign else start


def _without_gap(text: str, end: int, script: Script) -> int:
    """Layout leaves a space where the script ends; none belongs before the full stop that follows."""
    follows = script.after[:1]
    return end + 1 if follows in tuple(".,;:)") and text[end : end + 2] == f" {follows}" else end
