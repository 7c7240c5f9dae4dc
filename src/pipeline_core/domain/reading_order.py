"""Text of pages that are written from right to left, whose letters came in the order of their drawing."""

import re

# An alef before another, which no word has: it stood behind the lam that it was drawn with. An article without a word.
_WRONG_LIGATURE = re.compile(r"ا[أإآ]|(?:^|\s)ال(?:\s|[،.؛]|$)", re.MULTILINE)


def is_out_of_order(text: str) -> bool:
    """Whether the letters of a right-to-left page came in the order of their drawing: then its lines did, too, and what
    looks like a sentence of it is pieces of several."""
    return _WRONG_LIGATURE.search(text) is not None
