"""Allowed cuts of a text: evidence begins and ends with whole words and whole numbers."""

import unicodedata

_IN_NUMBER = ".,'’"
# From Thai on, most scripts write words without spaces: there a quote may begin anywhere.
_FIRST_UNSPACED = "\u0e00"


def cuts(text: str, at: int) -> bool:
    """Returns whether a cut before ``text[at]`` would split a word or a number."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if max(before, after) >= _FIRST_UNSPACED:
        return False
    if before.isalnum():
        if after in _IN_NUMBER:
            return before.isdigit() and text[at + 1 : at + 2].isdigit()
        return after.isalnum() or unicodedata.combining(after) > 0
    return before in _IN_NUMBER and after.isdigit() and text[at - 2 : at - 1].isdigit()
