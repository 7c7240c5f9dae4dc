"""Paragraphs of DrawingML (ECMA-376 part 1, 21.1.2) as markdown."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from pipeline_core.adapters.converters.escapes import ESCAPE
from pipeline_core.adapters.converters.ooxml.formulas import inline
from pipeline_core.adapters.converters.ooxml.names import YES, Element, local_name, name, value
from pipeline_core.adapters.converters.ooxml.pieces import Piece, Script, shown, write
from pipeline_core.adapters.converters.ooxml.symbols import from_symbol_font, is_symbol_font

_STRIKES = ("sngStrike", "dblStrike")
_PRIVATE = re.compile("[\uf000-\uf0ff]")
_SAID = ("a:t", "m:t", "a:br")


def said(paragraph: Element) -> str:
    """The paragraph's words without marks, on one line."""
    parts = (node.text or " " * (node.tag == name("a:br")) for node in paragraph.iter(*map(name, _SAID)))
    return " ".join("".join(parts).split())


def paragraph_markdown(paragraph: Element, *, emphasis: bool = True) -> str:
    """The paragraph on one line: struck, raised and lowered text marked, signs escaped that would be marks."""
    pieces, looks = [], []
    gap = False
    for part in paragraph:
        kind = local_name(part)
        if kind == "br":
            gap = True
            continue
        for node, properties, is_markdown in _texts(part):
            pieces.append(_piece(node, properties, gap=gap, is_markdown=is_markdown))
            looks.append(_look(properties) if emphasis else (False, False))
            gap = False
    write(pieces)
    text = ""
    spaced = [(" " if piece.gap else "") + (piece.node.text or "") for piece in pieces]
    for look, group in groupby(zip(looks, spaced, strict=True), key=lambda pair: pair[0]):
        text += _emphasised("".join(part for _, part in group), look)
    return " ".join(shown(text.replace(ESCAPE, "\\")).split())


def _texts(part: Element) -> Iterator[tuple[Element, Element | None, bool]]:
    kind = local_name(part)
    if kind in ("r", "fld"):
        if (node := part.find(name("a:t"))) is not None:
            yield node, part.find(name("a:rPr")), False
        return
    for formula in part.iter(name("m:oMath")):
        node = formula.makeelement(name("a:t"))
        node.text = inline(formula)
        yield node, None, True


def _piece(node: Element, properties: Element | None, *, gap: bool, is_markdown: bool) -> Piece:
    if is_markdown or properties is None:
        if not is_markdown:
            node.text = from_symbol_font(node.text or "", None)
        return Piece(node, gap=gap, markdown=is_markdown)
    latin, symbols = (value(properties.find(name(f"a:{kind}")), "typeface") for kind in ("latin", "sym"))
    text = node.text or ""
    # a:sym is for characters of the private use area alone
    text = _PRIVATE.sub(lambda match: from_symbol_font(match[0], symbols), text) if is_symbol_font(symbols) else text
    node.text = from_symbol_font(text, latin)
    offset = (properties.get("baseline") or "0").rstrip("%")
    raised, lowered = offset.strip("-0.") != "" and offset[0] != "-", offset.strip("-0.") != "" and offset[0] == "-"
    script = Script.RAISED if raised else Script.LOWERED if lowered else Script.NONE
    return Piece(node, properties.get("strike") in _STRIKES, script, _look(properties), gap)


def _look(properties: Element | None) -> tuple[bool, bool]:
    if properties is None:
        return False, False
    return properties.get("b") in YES, properties.get("i") in YES


def _emphasised(text: str, look: Sequence[bool]) -> str:
    core = text.strip()
    mark = "*" * (2 * look[0] + look[1])
    if not mark or not any(map(str.isalnum, core)):
        return text
    return text.replace(core, f"{mark}{core}{mark}", 1)
