"""Exact positions in the document of the captions, units and headers that are the context of a chunk's rows."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Around, Evidence, MatchKind
from pipeline_core.domain.markdown_lines import headings
from pipeline_core.domain.text import strip_markdown

_MARKS = " \t>#*"
"""Characters that may precede a paragraph or a row on its line."""


class Surroundings:
    """A document's text, looked through from its beginning, chunk by chunk.

    What stands in another chunk is the nearest of its kind: a header that a table repeats on each page counts from
    there on. Each text is looked for once in what was added since it was last asked for, however long its table is.
    """

    def __init__(self, text: str, begins_at: int = 0):
        self._text = text
        self._begins_at = begins_at
        self._nearest: dict[str, tuple[int, int]] = {}

    def place(self, around: Sequence[Around], chunk: Chunk) -> tuple[Evidence, ...] | None:
        """Returns the positions of all of it, in its order; None if any of it is not found.

        A paragraph whose lines have marks of a quote between them is so many pieces.
        """
        found: dict[Evidence, None] = {}
        for one in around:
            if one.heading:
                # one that stands in no line of its own is known by the path of headings alone
                found |= dict.fromkeys(self._heading(one.quote, chunk.char_from))
                continue
            whole = self._found(one, chunk)
            spans = [whole] if whole else [self._found(line, chunk) for line in _lines(one)]
            for span in spans:
                if span is None:
                    return None
                found[span] = None
        return tuple(found)

    def _found(self, one: Around, chunk: Chunk) -> Evidence | None:
        if one.start is not None:
            at = chunk.char_from + one.start - self._begins_at
            if not self._text.startswith(one.quote, at):
                return None
        else:
            within = chunk.char_to if one.below else chunk.char_from
            at = self._below(one.quote, within) if one.below else self._above(one.quote, within - self._begins_at)
        if at < 0 or not one.quote.strip():
            return None
        start = self._begins_at + at
        return Evidence(one.quote, start, start + len(one.quote), match=MatchKind.EXACT)

    def _above(self, quote: str, end: int) -> int:
        """The last place before ``end`` where a line begins with the quote and ends with it; -1 without one."""
        known, upto = self._nearest.get(quote, (-1, 0))
        if end < upto:
            known, upto = -1, 0
        at = self._text.rfind(quote, max(0, upto - len(quote)), end)
        while at >= 0 and not self._is_whole(at, quote):
            at = self._text.rfind(quote, max(0, upto - len(quote)), at + len(quote) - 1)
        found = max(at, known)
        self._nearest[quote] = (found, end)
        return found

    @cached_property
    def _headings(self) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        for heading in headings(self._text):
            span = (heading.title_start, heading.title_start + len(heading.title))
            found.setdefault(_words(heading.title), []).append(span)
        return found

    def _heading(self, words: str, end: int) -> Iterator[Evidence]:
        """The last heading before ``end`` that says this, without its marks."""
        places = self._headings.get(_words(words), [])
        at = bisect_left(places, (end - self._begins_at, 0)) - 1
        if at >= 0:
            begin, finish = places[at]
            quote = self._text[begin:finish]
            yield Evidence(quote, self._begins_at + begin, self._begins_at + finish, match=MatchKind.EXACT)

    def _below(self, quote: str, begin: int) -> int:
        at = self._text.find(quote, max(0, begin - self._begins_at))
        while at >= 0 and not self._is_whole(at, quote):
            at = self._text.find(quote, at + 1)
        return at

    def _is_whole(self, at: int, quote: str) -> bool:
        """Returns whether nothing else is on its lines."""
        line = self._text.rfind("\n", 0, at) + 1
        end = self._text.find("\n", at + len(quote))
        rest = self._text[at + len(quote) : end if end >= 0 else len(self._text)]
        return not self._text[line:at].strip(_MARKS) and not rest.strip(_MARKS)


def _words(heading: str) -> str:
    return " ".join(strip_markdown(heading).split()).casefold()


def _lines(one: Around) -> Iterator[Around]:
    at = one.start
    for line in one.quote.split("\n"):
        said = line.strip(" \t>")
        if said:
            yield Around(said, None if at is None else at + line.index(said), one.below)
        at = None if at is None else at + len(line) + 1
