"""Styles of a workbook (ECMA-376 part 1, 18.8) for the text of a cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline_core.adapters.converters.number_format import GENERAL, built_in
from pipeline_core.adapters.converters.ooxml.colours import alike, from_hex

_WHITE, _BLACK = "FFFFFF", "000000"
_NEARLY = 10
"""Colours that differ less in each part, of 255, cannot be told apart."""
_INDEXED = {"0": _BLACK, "1": _WHITE, "8": _BLACK, "9": _WHITE, "64": _BLACK, "65": _WHITE}
_THEME = {"0": _WHITE, "1": _BLACK}


@dataclass(frozen=True, slots=True)
class Style:
    """``unseen``: the text has the colour of what is behind it."""

    code: str = GENERAL
    bold: bool = False
    struck: bool = False
    unseen: bool = False


def read_styles(root: etree._Element) -> list[Style]:
    """The cell formats in the order in which cells refer to them."""
    own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iterfind("{*}numFmts/{*}numFmt")}
    fonts = root.findall("{*}fonts/{*}font")
    fills = root.findall("{*}fills/{*}fill")
    codes = built_in() | own
    return [_style(xf, codes, fonts, fills) for xf in root.iterfind("{*}cellXfs/{*}xf")]


def parser() -> etree.XMLParser:
    """A parser that fetches nothing and expands no entities."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def is_on(element: etree._Element, name: str) -> bool:
    """Return whether a switch such as ``<strike/>`` is there and not set to false."""
    switch = element.find(f"{{*}}{name}")
    return switch is not None and switch.get("val", "1") not in ("0", "false", "off")


def _style(
    xf: etree._Element, codes: Mapping[int, str], fonts: Sequence[etree._Element], fills: Sequence[etree._Element]
) -> Style:
    font = _at(fonts, xf.get("fontId"))
    code = codes.get(int(xf.get("numFmtId") or 0), GENERAL)
    if font is None:
        return Style(code)
    colour, behind = _colour(font.find("{*}color"), _BLACK), _behind(_at(fills, xf.get("fillId")))
    seen, ground = from_hex(colour), from_hex(behind)
    unseen = seen is not None and ground is not None and alike(seen, ground, _NEARLY)
    return Style(code, is_on(font, "b"), is_on(font, "strike"), unseen)


def _at(elements: Sequence[etree._Element], index: str | None) -> etree._Element | None:
    at = int(index or 0)
    return elements[at] if at < len(elements) else None


def _behind(fill: etree._Element | None) -> str | None:
    """The colour of the cell itself; None if it is a pattern or not known."""
    pattern = fill.find("{*}patternFill") if fill is not None else None
    if pattern is None:
        return _WHITE if fill is None or fill.find("{*}gradientFill") is None else None
    match pattern.get("patternType", "none"):
        case "none":
            return _WHITE
        case "solid":
            return _colour(pattern.find("{*}fgColor"), _BLACK)
        case _:
            return None


def _colour(element: etree._Element | None, default: str) -> str | None:
    """Six hexadecimal digits; None for what cannot be told without the theme."""
    if element is None or element.get("auto") in ("1", "true"):
        return default
    if float(element.get("tint") or 0):
        return None
    if rgb := element.get("rgb"):
        return str(rgb)[-6:].upper()
    if (indexed := element.get("indexed")) is not None:
        return _INDEXED.get(indexed)
    return _THEME.get(element.get("theme", ""))
