"""Texts that people give, and how long one is: what leaves no mark is not counted.

The database holds the same (``visible_length``).
"""

import re

MIN_REASON = 10
BLANK = re.compile(
    "[\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f"
    "\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff"
    "\\U0001d159\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff]"
)
"""Spaces of every kind, controls, fillers and marks of no width."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of surrogate pairs, which no text in the database can hold."""
_ENDS = re.compile(rf"\A{BLANK.pattern}+|{BLANK.pattern}+\Z")


def trimmed(text: str) -> str:
    """The text without blanks at its ends."""
    return _ENDS.sub("", text)


def visible_length(text: str) -> int:
    """Returns the number of visible characters."""
    return len(BLANK.sub("", text))


def is_blank(text: str | None) -> bool:
    """Return whether there is no visible character: in no text, or in one of blanks."""
    return not text or not visible_length(text)
