"""Text of pages that are written from right to left, whose letters came in the order of their drawing."""

import re

# An alef before another, which no word has: it stood behind the lam that it was drawn with. An article without a word.
_WRONG_LIGATURE = re.compile(r"ا[أإآ]|(?:^|\s)ال(?:\s|[،.؛]|$)", re.MULTILINE)
# Words that begin with a letter that only ends words; common words of Persian, which has none, from their end.
_TURNED_ROUND = re.compile(
    r"(?<![^\W_])(?:[ةى][\u0621-\u063a\u0641-\u064a]|(?:تسا|نیا|دیاب|دننک|دنک|تسین|هدش|دوشیم|یاه)(?![^\W_]))"
)
_MOST_TURNED_ROUND = 2
"""Of a text: a mark of abbreviation or a slip of the pen makes such a word, too."""


def is_out_of_order(text: str) -> bool:
    """Returns whether the letters of a right-to-left page came in drawing order: then so did its lines, and an apparent
    sentence is pieces of several."""
    if text.isascii():
        return False
    return _WRONG_LIGATURE.search(text) is not None or len(_TURNED_ROUND.findall(text)) > _MOST_TURNED_ROUND


# A letter behind one that only ends words, a letter alone (but for "and"), a comma before its word.
_WRONG_ORDER = re.compile(
    r"[ةى](?=[\u0621-\u063a\u0641-\u064a])|\s(?!و)[\u0621-\u064a\u06cc](?=\s)|\s[،؛](?=\S)",
)


def is_shuffled(text: str) -> bool:
    """Returns whether letters, words or marks of a right-to-left text are where none can be: cells and items may be
    whole, but an apparent sentence is pieces of several."""
    return is_out_of_order(text) or _WRONG_ORDER.search(text) is not None
