"""Letters and digits: what a page and its markdown have in common, whatever their marks, spaces, case and ligatures."""

import re
import unicodedata
from collections.abc import Iterator

from pipeline_core.domain.contiguity import plain

_LEFT_OUT = str.maketrans("", "", "\u0640\u0627")
"""The line that stretches an Arabic word, which counts as a letter and says nothing; and alef, which is one sign with
lam on paper: readers of PDFs take the two apart in either order."""
_BREAK = re.compile(r"\s*\|\s*|\n+|(?<=[.;:])\s+")
_WORD = re.compile(r"\w+")


def letters(text: str) -> str:
    """The letters and digits of the text, folded: ligatures apart, accents, marks and alefs off, forms plain."""
    plain_text = text if text.isascii() else unicodedata.normalize("NFKD", text).translate(_LEFT_OUT)
    folded = plain_text.casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def letters_of_quote(quote: str) -> str:
    """The letters of a piece of markdown, without the targets of links, tags and entities."""
    return letters(plain(quote))


def parts_of_quote(quote: str) -> list[str]:
    """The letters of each part that a layout may set apart: cells of a row, lines, sentences."""
    return [part for piece in _BREAK.split(plain(quote)) if (part := letters(piece))]


def words_of_quote(quote: str) -> Iterator[tuple[str, int]]:
    """The letters of each word, and where they begin among the letters of the quote."""
    at = 0
    for match in _WORD.finditer(plain(quote)):
        if word := letters(match[0]):
            yield word, at
            at += len(word)


def occurrences(wanted: str, text: str, *, most: int) -> list[int]:
    """The places where the text has what is wanted, from its beginning; no more than ``most``."""
    found: list[int] = []
    at = text.find(wanted)
    while at >= 0 and len(found) < most:
        found.append(at)
        at = text.find(wanted, at + 1)
    return found
