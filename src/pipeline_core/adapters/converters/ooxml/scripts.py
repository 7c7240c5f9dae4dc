"""Text above and below the line: in Unicode's own characters where they have it, else between marks."""

import re

from pipeline_core.adapters.converters.escapes import ESCAPE

TILDE = "\ufdd1"
"""Stands for a ``~`` that is a mark, in text that xberg is given: it would put a backslash before a real one."""

_RAISED = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−–=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SOME_RAISED = re.compile(r"[0-9+\-−–=()ni]+")
# A word of small letters cannot be read: only one of them.
_SOME_LOWERED = re.compile(r"[0-9+\-−–=()]+|[0-9]*[aehijklmnoprstuvx]")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|ère|ème|e|o|a|º|ª)\.?", re.IGNORECASE)
_SIGNS = {"tm": "™", "sm": "℠", "®": "®", "©": "©", "™": "™", "°": "°", "o": "°"}


def superscript_of(text: str) -> str | None:
    """The text in superscript characters; None where one of it has none."""
    return text.translate(_RAISED) if _SOME_RAISED.fullmatch(text) else None


def subscript_of(text: str) -> str | None:
    """The text in subscript characters; None where one of it has none, or where it is a word."""
    return text.translate(_LOWERED) if _SOME_LOWERED.fullmatch(text) else None


def raised(text: str, before: str) -> str:
    """Raised text as markdown. ``before`` is what stands before it: an ordinal's ending stays with its number."""
    if not text:
        return text
    if before[-1:].isdigit() and _ORDINAL.fullmatch(text):
        return text
    return superscript_of(text) or _SIGNS.get(text.lower()) or f"^{_literal(text)}^"


def lowered(text: str) -> str:
    """Lowered text as markdown."""
    return (subscript_of(text) or f"{TILDE}{_literal(text)}{TILDE}") if text else text


def _literal(text: str) -> str:
    return re.sub(r"(?=[*_`^~\[\]<])", ESCAPE, text)
