"""The words of a source text with their places: what a person marks in it, by the first word and the last."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline_core.domain.errors import RefusedError

# from Thai on, scripts that write words without spaces: each of their letters is one
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")


class Place(NamedTuple):
    """Characters of a text, from the first up to but not with the last."""

    char_from: int
    char_to: int


def word_places(text: str) -> list[Place]:
    """The place of each word, in order: everything but blanks belongs to one."""
    return [Place(*match.span()) for match in _WORD.finditer(text)]


def place_of_words(text: str, first: int, last: int) -> Place:
    """The place from the beginning of one word to the end of another, by their numbers from 0, in whatever order.

    Raises:
        RefusedError: the text has no such words.
    """
    places = word_places(text)
    if not all(0 <= number < len(places) for number in (first, last)):
        raise RefusedError(f"The text has the words 0 to {len(places) - 1}.", action="Mark words of this text.")
    return Place(places[min(first, last)].char_from, places[max(first, last)].char_to)


def merged(places: Sequence[Place]) -> list[Place]:
    """The places in order; those that overlap as one."""
    found: list[Place] = []
    for place in sorted(places):
        if found and place.char_from <= found[-1].char_to:
            found[-1] = Place(found[-1].char_from, max(found[-1].char_to, place.char_to))
        else:
            found.append(place)
    return found
