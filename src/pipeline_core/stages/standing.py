"""Context of a row, proved on its page: whole, or the parts in which the page has it.

A conversion puts the words of several header rows into one cell ("Teachers Control Public"), which stand above each
other and apart. Each part of them is then evidence by itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline_core.domain.contiguity import Piece
from pipeline_core.domain.facts import Evidence

Prove = Callable[[str, int, int], tuple[int | None, tuple[Piece, ...]]]
"""The page of a quote and its range, and where its parts stand if it is not there in one piece."""

_CELL = re.compile(r"(?:\\.|[^|\\\s])(?:(?:\\.|[^|\\])*(?:\\.|[^|\\\s]))?")
_WORD = re.compile(r"\S+")


def standing(span: Evidence, prove: Prove) -> list[tuple[Evidence, tuple[Piece, ...]]]:
    """The span with its page, or its longest parts that stand there in one piece, in order.

    With each comes where its pieces stand if it does not: a word that the page does not have.
    """
    whole = _proved(span, 0, len(span.quote), prove)
    if not whole[1]:
        return [whole]
    parts: list[tuple[Evidence, tuple[Piece, ...]]] = []
    for cell in _CELL.finditer(span.quote):
        proved = _proved(span, *cell.span(), prove)
        words = [match.span() for match in _WORD.finditer(span.quote, *cell.span())]
        parts += [proved] if not proved[1] else _runs(span, words, prove)
    return parts


def _runs(
    span: Evidence, words: Sequence[tuple[int, int]], prove: Prove
) -> Iterator[tuple[Evidence, tuple[Piece, ...]]]:
    """The longest runs of words that the page has."""
    at = 0
    while at < len(words):
        for upto in range(len(words), at, -1):
            proved = _proved(span, words[at][0], words[upto - 1][1], prove)
            if not proved[1] or upto == at + 1:
                yield proved
                at = upto
                break


def _proved(span: Evidence, begin: int, end: int, prove: Prove) -> tuple[Evidence, tuple[Piece, ...]]:
    quote, start = span.quote[begin:end], span.char_from + begin
    page, pieces = prove(quote, start, start + len(quote))
    return replace(span, quote=quote, char_from=start, char_to=start + len(quote), page=page), pieces
