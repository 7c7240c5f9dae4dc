"""A page as its letters in one row, each belonging to a word that has a box."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline_core.domain.locating.letters import letters
from pipeline_core.domain.locating.reading_order import as_read
from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_words import Box

MOST_LETTERS = 60_000
"""Letters of a page that are looked at: a page that is read has a tenth of it at most."""


class Span(NamedTuple):
    """Letters of a page, from the first up to but not with the last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PageText:
    """The letters of a page. ``starts`` has where the letters of each word begin, of those that have any."""

    text: str
    starts: Sequence[int] = field(repr=False)
    boxes: Sequence[Box] = field(repr=False)

    @classmethod
    def of(cls, words: Sequence[Word]) -> "PageText":
        """The page with these words in its own order, but where lines run from right to left, as they are read."""
        texts: list[str] = []
        starts: list[int] = []
        boxes: list[Box] = []
        length = 0
        for word in as_read(words):
            own = letters(word.text)
            if not own or length + len(own) > MOST_LETTERS:
                continue
            starts.append(length)
            boxes.append(word.box)
            texts.append(own)
            length += len(own)
        return cls("".join(texts), starts, boxes)

    def word_at(self, letter: int) -> int:
        """The number of the word that the letter belongs to."""
        return bisect_right(self.starts, letter) - 1

    def ends_at(self, word: int) -> int:
        """The letter behind the word's last."""
        return self.starts[word + 1] if word + 1 < len(self.starts) else len(self.text)

    def box_at(self, letter: int) -> Box:
        """The box of the word that the letter belongs to."""
        return self.boxes[self.word_at(letter)]

    def height_at(self, letter: int) -> float:
        """The position of the letter's line: points from the top of the page to its middle."""
        _, top, _, bottom = self.box_at(letter)
        return (top + bottom) / 2

    def has_word(self, span: Span) -> bool:
        """Return whether the span is a whole word, or several."""
        first = self.word_at(span.start)
        return self.starts[first] == span.start and self.ends_at(self.word_at(span.end - 1)) == span.end
