"""Two texts beside each other, word by word: what both have, what only one has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Indel

_TOKEN = re.compile(r"\w+(?:[.,'’\-/]\w+)*|[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text; ``is_own`` if the other text lacks it there."""

    text: str
    is_own: bool


def word_diff(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces, each piece marked if the other text does not have it.

    Words are compared without regard to case, and a number with its point is one word. The pieces of a text, joined,
    are the text. By the longest common subsequence of words (rapidfuzz's Indel distance).
    """
    one, other = _TOKEN.findall(old), _TOKEN.findall(new)
    codes = Indel.opcodes([token.casefold() for token in one], [token.casefold() for token in other])
    kept_old, kept_new = [False] * len(one), [False] * len(other)
    for code in codes:
        if code.tag == "equal":
            kept_old[code.src_start : code.src_end] = [True] * (code.src_end - code.src_start)
            kept_new[code.dest_start : code.dest_end] = [True] * (code.dest_end - code.dest_start)
    return list(_pieces(one, kept_old)), list(_pieces(other, kept_new))


def _pieces(tokens: list[str], kept: list[bool]) -> Iterator[Piece]:
    """Join neighbours that are alike; a blank between two words of its own is part of them, one at an edge is not."""
    own = [not one and not token.isspace() for token, one in zip(tokens, kept, strict=True)]
    for at, token in enumerate(tokens):
        if token.isspace() and 0 < at < len(tokens) - 1:
            own[at] = own[at - 1] and own[at + 1]
    run: list[str] = []
    for at, token in enumerate(tokens):
        if run and own[at] != own[at - 1]:
            yield Piece("".join(run), own[at - 1])
            run = []
        run.append(token)
    if run:
        yield Piece("".join(run), own[-1])
