"""Places of words and lines on a page, and groups of what stands close."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from liteparse.types import AnnotationRect, TextItem, WordBox

from pipeline_core.domain import page_words

T = TypeVar("T")


class Box(NamedTuple):
    """In points from the upper left corner of the page."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, item: TextItem | WordBox | AnnotationRect) -> "Box":
        return cls(item.x, item.y, item.x + item.width, item.y + item.height)

    @classmethod
    def around(cls, boxes: "Iterable[page_words.Box]") -> "Box":
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return cls(min(lefts), min(tops), max(rights), max(bottoms))

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def is_beside(self, other: "Box") -> bool:
        """Return whether what stands in the two is of one line."""
        over = min(self.bottom, other.bottom) - max(self.top, other.top)
        return over > 0.5 * min(self.height, other.height)

    def shares_column(self, other: "Box") -> bool:
        return min(self.right, other.right) - max(self.left, other.left) > 0

    def holds(self, other: "Box") -> bool:
        """Return whether the middle of the other lies in it."""
        across, down = other.left + other.right, other.top + other.bottom
        return 2 * self.left <= across <= 2 * self.right and 2 * self.top <= down <= 2 * self.bottom

    def touches(self, other: "Box", by: float = 1.0) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > by and down > by

    def share_of(self, other: "Box") -> float:
        """Share of the other's area that lies in it, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        size = (other.right - other.left) * (other.bottom - other.top)
        return across * down / size if across > 0 and down > 0 and size > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Word:
    """``item`` is the number of the line of text, as the parser has them, that it belongs to."""

    text: str
    box: Box
    item: int


def parted(items: Iterable[T], are_apart: Callable[[T, T], bool]) -> list[list[T]]:
    """The items in groups, in order: a new one begins where an item is apart from the one before it."""
    groups: list[list[T]] = []
    for item in items:
        if groups and not are_apart(groups[-1][-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups
