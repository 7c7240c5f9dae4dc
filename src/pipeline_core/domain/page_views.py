"""Pages of documents as people see them: a picture, and words with their boxes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_words import Box


class ImageKind(StrEnum):
    """Format of a page's picture; its value is the ending of a file's name."""

    WEBP = "webp"
    PNG = "png"
    SMALL = "small.webp"
    """To tell the pages apart, not to read them."""

    @property
    def mime(self) -> str:
        return f"image/{self.value.rpartition('.')[2]}"


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page's size in points, as it is shown, and its words in the order in which the file has them."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def printed(self) -> Box:
        """Return the part of the page within which its words stand; the whole page if it has none."""
        if not self.words:
            return 0.0, 0.0, self.width, self.height
        lefts, tops, rights, bottoms = zip(*(word.box for word in self.words), strict=True)
        return max(0.0, min(lefts)), max(0.0, min(tops)), min(self.width, max(rights)), min(self.height, max(bottoms))

    def as_json(self) -> dict[str, Any]:
        rows = [[word.text, *(round(edge, 2) for edge in word.box)] for word in self.words]
        return {"width": self.width, "height": self.height, "words": rows}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "PageWords":
        words = tuple(Word(text, (x0, y0, x1, y1)) for text, x0, y0, x1, y1 in value["words"])
        return cls(value["width"], value["height"], words)


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as it was read: its words, and its picture where one was asked for."""

    words: PageWords
    image: bytes | None = None
