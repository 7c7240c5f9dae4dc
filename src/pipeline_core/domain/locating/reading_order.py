"""Order in which words are read where they are written from right to left; a page has them as they stand."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pipeline_core.domain.layout import reads_leftwards
from pipeline_core.domain.locating.word import Word

_GAP = 1.0
"""In heights of a line: words that are farther apart are cells, and not words of one phrase."""
_SHARE = 0.3
"""Share of the words with letters from which on a page is read from right to left: it may have many foreign ones."""


def as_read(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words as they are read: on a page from right to left each line from its right end, but for phrases of
    another script in it."""
    leftwards = sum(reads_leftwards(word.text) for word in words)
    if not leftwards or leftwards < _SHARE * sum(any(map(str.isalpha, word.text)) for word in words):
        return words
    return [word for line in _lines(words) for word in _from_the_right(line)]


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        if line and not _is_beside(line[-1], word):
            yield line
            line = []
        line.append(word)
    yield line


def _is_beside(one: Word, other: Word) -> bool:
    (_, top, _, bottom), (_, its_top, _, its_bottom) = one.box, other.box
    return min(bottom, its_bottom) - max(top, its_top) > 0.5 * min(bottom - top, its_bottom - its_top)


def _from_the_right(line: Sequence[Word]) -> Iterator[Word]:
    ordered = sorted(line, key=lambda word: -word.box[2])
    number, phrases = 0, []
    for at, word in enumerate(ordered):
        if at and not _is_phrase(ordered[at - 1], word):
            number += 1
        phrases.append(number)
    for _, phrase in groupby(zip(phrases, ordered, strict=True), key=lambda one: one[0]):
        yield from reversed([word for _, word in phrase])


def _is_phrase(right: Word, left: Word) -> bool:
    """Return whether both are of one phrase that is written from left to right."""
    height = max(right.box[3] - right.box[1], left.box[3] - left.box[1])
    is_near = right.box[0] - left.box[2] < _GAP * height
    return is_near and not reads_leftwards(right.text) and not reads_leftwards(left.text)
