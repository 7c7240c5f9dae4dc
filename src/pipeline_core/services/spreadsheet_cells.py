"""Cells of CSV files that no spreadsheet takes for a formula."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

# https://owasp.org/www-community/attacks/CSV_Injection; what is full-width, small or raised is folded to these
_BEGINS_FORMULA = frozenset("=+-−@")
# what begins a new cell where another separator or no quotes are understood
_BREAKS = frozenset("\t\r\n")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?%?")
"""A sign, digits and at most one decimal point: read as this number, or as this text, by every program."""
_WITHIN = re.compile(r"([;\t\r\n][^\S\r\n]*)(?=[=＝﹦@＠﹫]|[+＋﹢\-−－﹣](?!\s|[0-9.,]+%?(?:[\s;]|$)))")
"""Characters behind which another cell begins where semicolons separate, as quotes then count for nothing. Points
of a list and plain numbers are left."""
_SHOWN_AS_TEXT = "'"


def harmless(cell: Any) -> Any:
    """The cell; a text that a spreadsheet might run gets an apostrophe in front, which makes it a text.

    That is one whose first visible character is ``=``, ``+``, ``-`` or ``@`` in any width, or that begins with a tab
    or a line break. So does what would be one within it, for a program that takes semicolons for separators. Plain
    numbers (-5, +3.2%) stay: they say nothing but themselves.
    """
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    first = _first_visible(cell)
    cell = cell[:1] + _WITHIN.sub(rf"\1{_SHOWN_AS_TEXT}", cell[1:])
    if cell[:1] in _BREAKS or unicodedata.normalize("NFKC", first)[:1] in _BEGINS_FORMULA:
        return _SHOWN_AS_TEXT + cell
    return cell


def harmless_row(cells: Iterable[Any]) -> list[Any]:
    """A row of such cells."""
    return [harmless(cell) for cell in cells]


def _first_visible(text: str) -> str:
    # blanks, control characters and those without width are trimmed by some programs before they look
    return next((one for one in text if not one.isspace() and unicodedata.category(one) not in ("Cc", "Cf")), "")
