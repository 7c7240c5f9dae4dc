"""The text of one paragraph, piece by piece, made to say in markdown what the file shows.

xberg is given text with stand-ins (noncharacters) for the marks that it would not write itself, or not everywhere;
``shown`` puts the marks there afterwards.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_core.adapters.converters import scripts
from pipeline_core.adapters.converters.escapes import ESCAPE, marks_in
from pipeline_core.adapters.converters.ooxml.names import Element

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


STRUCK = "\ufdd2"
_STAND_INS = {ord(mark): None for mark in (ESCAPE, TILDE, STRUCK)}


class Script(StrEnum):
    NONE = "none"
    RAISED = "raised"
    LOWERED = "lowered"


@dataclass(frozen=True, slots=True)
class Piece:
    """``node`` holds the text. ``look`` is equal for pieces that one pair of marks may enclose.

    ``gap``: white space without a node of its own, such as a tab, stands before it. ``markdown``: its text is
    markdown already.
    """

    node: Element
    struck: bool = False
    script: Script = Script.NONE
    look: object = None
    gap: bool = False
    markdown: bool = False


def shown(markdown: str) -> str:
    """The markdown with marks where the stand-ins are; ``ESCAPE`` is for the function of ``unescaper``."""
    return markdown.replace(STRUCK, "~~").replace(TILDE, "~") if STRUCK in markdown or TILDE in markdown else markdown


def write(pieces: Sequence[Piece]) -> None:
    """Change the nodes of one paragraph's pieces."""
    texts = [piece.node.text or "" for piece in pieces]
    if not any(texts):
        return
    written = _escaped(pieces, [text.translate(_STAND_INS) for text in texts])
    for at, piece in enumerate(pieces):
        if piece.script is not Script.NONE and not piece.markdown:
            written[at] = _scripted(written[at], piece.script, "".join(written[max(0, at - 2) : at]))
    for at, piece in enumerate(pieces):
        if piece.struck and written[at].strip():
            written[at] = _struck(pieces, written, at)
    for piece, old, new in zip(pieces, texts, written, strict=True):
        if new != old:
            piece.node.text = new
            piece.node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _escaped(pieces: Sequence[Piece], texts: list[str]) -> list[str]:
    """The texts with ``ESCAPE`` before what a reader of markdown would take for a mark."""
    spaced = [(" " if piece.gap else "") + text for piece, text in zip(pieces, texts, strict=True)]
    places = list(marks_in("".join(spaced)))
    if not places:
        return texts
    written, begin = [], 0
    for piece, text, with_gap in zip(pieces, texts, spaced, strict=True):
        start, end = begin + len(with_gap) - len(text), begin + len(with_gap)
        if not piece.markdown and piece.script is Script.NONE:
            within = places[bisect_left(places, start) : bisect_left(places, end)]
            for at in reversed([place - start for place in within]):
                text = text[:at] + ESCAPE + text[at:]
        written.append(text)
        begin = end
    return written


def _scripted(text: str, script: Script, before: str) -> str:
    core = text.strip()
    changed = raised(core, before) if script is Script.RAISED else lowered(core)
    return text.replace(core, changed, 1) if core else text


def _struck(pieces: Sequence[Piece], texts: list[str], at: int) -> str:
    """The text between marks, which neighbours of the same look share; white space stays outside."""
    text = texts[at]
    core = text.strip()
    begins = not (at and _together(pieces[at - 1], pieces[at]) and texts[at - 1].strip(f" {STRUCK}"))
    ends = not (at + 1 < len(pieces) and _together(pieces[at], pieces[at + 1]) and texts[at + 1].strip())
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{STRUCK if begins else ''}{core}{STRUCK if ends else ''}{tail}"


def _together(first: Piece, second: Piece) -> bool:
    return first.struck and second.struck and first.look == second.look and not second.gap
