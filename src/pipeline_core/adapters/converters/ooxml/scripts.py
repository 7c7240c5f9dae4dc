"""Raised and lowered text of office files, as markdown that xberg does not change."""

import re

from pipeline_core.adapters.converters import scripts
from pipeline_core.adapters.converters.escapes import ESCAPE

TILDE = "\ufdd3"
"""Stands for a ``~`` that is a mark, in text that xberg is given: it would put a backslash before a real one."""

_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|ère|ème|e|o|a|º|ª)\.?", re.IGNORECASE)
_SIGNS = {"tm": "™", "sm": "℠", "®": "®", "©": "©", "™": "™", "°": "°", "o": "°"}


def superscript_of(text: str) -> str | None:
    """The text in superscript characters; None where one of it has none."""
    return None if "^" in (moved := scripts.raised(text)) or moved == text else moved


def subscript_of(text: str) -> str | None:
    """The text in subscript characters; None where one of it has none."""
    return None if "~" in (moved := scripts.lowered(text)) or moved == text else moved


def raised(text: str, before: str) -> str:
    """Raised text as markdown. ``before`` is what stands before it: an ordinal's ending stays with its number."""
    if not text or (before[-1:].isdigit() and _ORDINAL.fullmatch(text)):
        return text
    return _SIGNS.get(text.lower()) or superscript_of(text) or f"^{_literal(text)}^"


def lowered(text: str) -> str:
    """Lowered text as markdown."""
    return (subscript_of(text) or f"{TILDE}{_literal(text)}{TILDE}") if text else text


def _literal(text: str) -> str:
    return re.sub(r"(?=[*_`^~\[\]<])", ESCAPE, text)
