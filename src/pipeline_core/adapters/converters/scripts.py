"""Raised, lowered and struck text in markdown: none of it may join the number before it."""

import re

_RAISED = str.maketrans("0123456789+-=()−niabcdefghjklmoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-=()−aeijoruvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋ₐₑᵢⱼₒᵣᵤᵥₓ")
# In small letters words cannot be read, nor found.
_WORD = re.compile("[a-z]{3}")
# What is raised by custom only and means the same on the line.
_ON_THE_LINE = frozenset(["st", "nd", "rd", "th", "er", "ère", "ème", "TM", "SM", "®", "™", "º", "ª"])


def raised(text: str) -> str:
    """The text as superscript: its Unicode characters where all have one, else ``^text^``; ``1st`` stays that."""
    return text if text.strip() in _ON_THE_LINE else _as(text, _RAISED, "^")


def lowered(text: str) -> str:
    """The text as subscript: its Unicode characters where all have one, else ``~text~``."""
    return _as(text, _LOWERED, "~")


def _as(text: str, table: dict[int, int], mark: str) -> str:
    bare = text.strip()
    if not bare:
        return text
    at = text.index(bare)
    is_plain = all(ord(character) in table for character in bare) and not _WORD.search(bare)
    moved = bare.translate(table) if is_plain else f"{mark}{bare}{mark}"
    return text[:at] + moved + text[at + len(bare) :]


def struck(text: str, mark: str = "~~") -> str:
    """The text, struck out; blanks at its ends stay outside."""
    bare = text.strip()
    return text.replace(bare, f"{mark}{bare}{mark}", 1) if bare else text
