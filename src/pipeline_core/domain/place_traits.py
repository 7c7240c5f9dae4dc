"""Traits of a fact that follow from its position in its document, whichever generator found it.

The first paragraph below a heading is written for readers who begin there, and says what it speaks of; one further down
leans on it. What an example tells is true of the example. Where a page's marks stand before their words, its words are
out of order as well.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Fact
from pipeline_core.domain.markdown_lines import heading_of
from pipeline_core.domain.place_words import is_example

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# a closing mark belongs to the word before it; ".NET" and ":name" are few
_MARK = re.compile(r"(?P<behind>(?<=\w)[.,:;،؛؟](?=\s|$))|(?P<before>(?<!\S)[.,:;،؛؟](?=[^\W\d]))")
_SOME, _MUCH_DISORDER = 3, 0.1
_USUAL_CHARS = 500
"""One fact in so many characters of a chunk is usual."""


class Places:
    """The document around its facts."""

    def __init__(self, chunks: Sequence[Chunk]):
        self._end = max((chunk.char_to for chunk in chunks), default=0)
        self._line_above = {chunk.chunk_id: _last_line(before.text) for before, chunk in pairwise(chunks)}
        self._disorder = {chunk.chunk_id: float(_is_out_of_order(chunk.text)) for chunk in chunks}

    def traits(self, chunk: Chunk, fact: Fact, *, facts: int) -> dict[str, float]:
        """Returns the traits of a fact's position; ``facts`` is the number of facts in its chunk."""
        # what it says stands below its lead-in, header or heading
        told = max(fact.own, key=lambda span: span.char_from)
        start = told.char_from - chunk.char_from
        above = chunk.text[: _paragraph_start(chunk.text, start)].rstrip()
        line_above = _last_line(above) if above else self._line_above.get(chunk.chunk_id, "")
        usual = max(1.0, len(chunk.text) / _USUAL_CHARS)
        return {
            "position": round(told.char_from / max(1, self._end), 4),
            "below_heading": float(heading_of(line_above) is not None),
            "in_example": float(any(map(is_example, chunk.heading_path[-2:]))),
            "neighbours": round(min(1.0, facts / usual / 2), 4),
            "disorder": self._disorder[chunk.chunk_id],
        }


def _paragraph_start(text: str, at: int) -> int:
    return max((blank.end() for blank in _BLANK_LINE.finditer(text, 0, at)), default=0)


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]


def _is_out_of_order(text: str) -> bool:
    """Returns whether some of the marks that close a word or a sentence come before a word instead of after one."""
    found = [mark.lastgroup for mark in _MARK.finditer(text)]
    before = found.count("before")
    return before >= _SOME and before / len(found) > _MUCH_DISORDER
