"""The words of a page with their places, and the lines that they stand in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from liteparse.types import TextItem

from pipeline_core.adapters.converters.boxes import Box, Word
from pipeline_core.adapters.converters.logical_order import in_logical_order, is_leftwards
from pipeline_core.domain.layout import reads_leftwards

_ONE_LINE = 0.5  # of the lower height: what overlaps by more stands in one line


@dataclass(slots=True)
class Line:
    """Words that stand side by side, from left to right."""

    words: list[Word]
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].box.left

    @property
    def right(self) -> float:
        return max(word.box.right for word in self.words)

    def segments(self, gap: float) -> list[list[Word]]:
        """The words in groups that a gap of more points parts."""
        groups: list[list[Word]] = []
        edge = 0.0
        for word in self.words:
            if groups and word.box.left - edge <= gap:
                groups[-1].append(word)
            else:
                groups.append([word])
            edge = max(edge, word.box.right) if len(groups[-1]) > 1 else word.box.right
        return groups


@dataclass(slots=True)
class PageText:
    """The upright text of a page. ``has_leftwards_page``: most of its words are read from right to left."""

    items: list[TextItem]
    words: list[Word] = field(default_factory=list)
    _within: dict[Box, list[Word]] = field(default_factory=dict, init=False, repr=False)
    has_leftwards_page: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.words = [
            Word(text, Box.of(one), number)
            for number, item in enumerate(self.items)
            for one in item.words or (item,)
            if (text := one.text.strip())
        ]
        self.has_leftwards_page = self.reads_leftwards(self.words)

    def within(self, box: Box) -> Sequence[Word]:
        if box not in self._within:
            self._within[box] = [word for word in self.words if box.holds(word.box)]
        return self._within[box]

    def reads_leftwards(self, words: Sequence[Word]) -> bool:
        """Return whether most of the words are in a script that is written from right to left."""
        return 2 * sum(reads_leftwards(word.text) for word in words) > sum(
            any(map(str.isalpha, word.text)) for word in words
        )

    def is_leftwards(self, words: Sequence[Word]) -> bool:
        """Return whether the line of the words is read from right to left, though names in it may not be."""
        if not any(reads_leftwards(word.text) for word in words):
            return False
        return self.has_leftwards_page or is_leftwards(" ".join(word.text for word in words))

    def said(self, words: Sequence[Word]) -> str:
        """The words as a text: line by line, each in the direction that its script is read in."""
        if len(words) == 1:  # most cells
            return _one_text([self._line(words)])
        return _one_text(self._line(line.words) for line in lines(words))

    def _line(self, words: Sequence[Word]) -> str:
        pieces: dict[int, list[Word]] = {}
        for word in words:
            pieces.setdefault(word.item, []).append(word)
        if self.is_leftwards(words):
            return in_logical_order(words, " ".join(self.items[number].text for number in pieces))
        return " ".join(self._piece(number, of_item) for number, of_item in pieces.items())

    def _piece(self, number: int, words: Sequence[Word]) -> str:
        item = self.items[number]
        return item.text.strip() if len(words) == max(1, len(item.words)) else " ".join(word.text for word in words)


_JOINED_HYPHENS = ("-", "\u2010")
_NOT_JOINED = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o", "e", "i", "en", "of", "bis", "to"})


def _one_text(parts: Iterable[str]) -> str:
    """Lines as one text. A word that a hyphen parts at the end of a line keeps its hyphen and loses the gap."""
    text = ""
    for part in filter(None, (" ".join(part.split()) for part in parts)):
        is_parted = (
            text.endswith(_JOINED_HYPHENS)
            and text[-2:-1].isalpha()
            and part[0].islower()
            and part.split()[0] not in _NOT_JOINED
        )
        text += part if is_parted or not text else f" {part}"
    return text


def lines(words: Iterable[Word]) -> list[Line]:
    """The words in lines, from top to bottom."""
    found: list[Line] = []
    for word in sorted(words, key=lambda one: (one.box.middle[1], one.box.left)):
        top, bottom = word.box.top, word.box.bottom
        height = bottom - top
        for line in found[:-4:-1]:
            over = (line.bottom if line.bottom < bottom else bottom) - (line.top if line.top > top else top)
            of_line = line.bottom - line.top
            if over > _ONE_LINE * max(0.1, height if height < of_line else of_line):
                line.words.append(word)
                if height > of_line:
                    line.top, line.bottom = top, bottom
                break
        else:
            found.append(Line([word], word.box.top, word.box.bottom))
    for line in found:
        line.words.sort(key=lambda one: one.box.left)
    return sorted(found, key=lambda line: line.top)
