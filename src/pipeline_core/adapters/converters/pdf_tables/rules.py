"""The lines that are drawn on a page, level or upright, as whole lines."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from liteparse.types import VectorGraphics

T = TypeVar("T")
NEAR = 2.5  # points: what lies closer is one line, and ends that are closer meet
_SHORTEST = 6.0
_THIN = 3.0  # points: what is filled and no wider is a line
_MOST = 4_000
"""Pieces of lines on a page that are looked at; where there are more, they are a drawing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn line: ``at`` is its height on the page, or for upright ones its distance from the left."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start

    def covers(self, start: float, end: float, share: float = 0.6) -> bool:
        """Return whether it runs along most of the stretch."""
        return min(self.end, end) - max(self.start, start) >= share * (end - start)


@dataclass(frozen=True, slots=True)
class Rules:
    """Drawn lines; ``edges`` are those and the sides of the areas that are filled with a colour."""

    level: tuple[Rule, ...] = ()
    upright: tuple[Rule, ...] = ()
    edges: "Rules | None" = None


def drawn_rules(graphics: VectorGraphics | None) -> Rules:
    """The page's level and upright lines."""
    if graphics is None or len(graphics.lines) + len(graphics.shapes) > _MOST:
        return Rules()
    level: list[Rule] = []
    upright: list[Rule] = []
    for line in graphics.lines:
        if line.stroke and _is_seen(line.stroke_color):
            _sort_in(level, upright, line.x1, line.y1, line.x2, line.y2)
    areas: list[tuple[float, float, float, float]] = []
    for shape in graphics.shapes:
        left, top, wide, high = shape.bbox
        if not shape.fill or shape.has_curve or not _is_seen(shape.fill_color):
            continue
        if min(wide, high) <= _THIN:
            middle = (left + wide / 2, top + high / 2)
            if wide > high:
                _sort_in(level, upright, left, middle[1], left + wide, middle[1])
            else:
                _sort_in(level, upright, middle[0], top, middle[0], top + high)
        else:
            areas.append((left, top, left + wide, top + high))
    lines = tuple(_whole(level)), tuple(_whole(upright))
    for left, top, right, bottom in areas:
        level += [Rule(top, left, right), Rule(bottom, left, right)]
        upright += [Rule(left, top, bottom), Rule(right, top, bottom)]
    return Rules(*lines, Rules(tuple(_whole(level)), tuple(_whole(upright))) if areas else None)


def _is_seen(argb: str | None) -> bool:
    if argb is None:
        return True
    return not argb.startswith("00") and any(argb[at : at + 2].lower() < "fa" for at in (2, 4, 6))


def _sort_in(level: list[Rule], upright: list[Rule], x1: float, y1: float, x2: float, y2: float) -> None:
    if abs(y1 - y2) <= 1 and abs(x1 - x2) > 1:
        level.append(Rule((y1 + y2) / 2, min(x1, x2), max(x1, x2)))
    elif abs(x1 - x2) <= 1 and abs(y1 - y2) > 1:
        upright.append(Rule((x1 + x2) / 2, min(y1, y2), max(y1, y2)))


def _whole(pieces: Iterable[Rule]) -> Iterator[Rule]:
    """Pieces that lie in one line and touch are one rule."""
    for level in clusters(pieces, lambda rule: rule.at):
        at = sum(rule.at for rule in level) / len(level)
        whole: list[Rule] = []
        for rule in sorted(level, key=lambda one: one.start):
            if whole and rule.start <= whole[-1].end + NEAR:
                whole[-1] = Rule(at, whole[-1].start, max(whole[-1].end, rule.end))
            else:
                whole.append(Rule(at, rule.start, rule.end))
        yield from (rule for rule in whole if rule.length >= _SHORTEST)


def clusters(values: Iterable[T], key: Callable[[T], float]) -> Iterator[list[T]]:
    """The values in groups, each no farther from the group's first than ``NEAR``."""
    group: list[T] = []
    for value in sorted(values, key=key):
        if group and key(value) - key(group[0]) > NEAR:
            yield group
            group = []
        group.append(value)
    if group:
        yield group
