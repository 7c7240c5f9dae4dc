"""Colours of office files (ECMA-376 part 1, 20.1.2.3) as they are shown, and whether the eye can tell two apart."""

import colorsys
import re
from collections.abc import Mapping
from typing import TypeAlias

from pipeline_core.adapters.converters.ooxml.names import Element, local_name, name

Colour: TypeAlias = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
_NEARLY = 16
"""Colours that differ less in each part, of 255, cannot be told apart."""
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_NAMED = {"white": WHITE, "black": BLACK}
_MAPPING = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_WHOLE = 100_000  # of a percentage


def alike(one: Colour, other: Colour, nearly: int = _NEARLY) -> bool:
    """Return whether the two cannot be told apart: they differ by less than ``nearly`` in each part."""
    return all(abs(a - b) < nearly for a, b in zip(one, other, strict=True))


def from_hex(text: str | None) -> Colour | None:
    """``FF8800``; None for anything else."""
    if text is None or not _HEX.fullmatch(text):
        return None
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


class Palette:
    """The colours of a theme by their names. ``mapping`` says what ``bg1``, ``tx1`` and the like stand for."""

    def __init__(self, theme: Element | None, mapping: Mapping[str, str] = _MAPPING):
        self._mapping = {**_MAPPING, **mapping}
        self._colours = {"dk1": BLACK, "lt1": WHITE}
        scheme = None if theme is None else next(theme.iter(name("a:clrScheme")), None)
        for entry in () if scheme is None else scheme:
            if (colour := self.colour(entry)) is not None:
                self._colours[local_name(entry)] = colour

    def named(self, key: str) -> Colour | None:
        """The colour that the theme gives the name; None if it gives none."""
        return self._colours.get(self._mapping.get(key, key))

    def colour(self, holder: Element | None, own: Colour | None = None) -> Colour | None:
        """The colour within a fill or a reference; None if it is not known or lets something shine through.

        ``own`` is what ``phClr``, the colour of the one who uses a style of the theme, stands for.
        """
        for element in () if holder is None else holder:
            said = element.get("val") or ""
            match local_name(element):
                case "srgbClr":
                    found = from_hex(said)
                case "sysClr":
                    found = from_hex(element.get("lastClr")) or (WHITE if said == "window" else BLACK)
                case "prstClr":
                    found = _NAMED.get(said)
                case "schemeClr":
                    found = own if said == "phClr" else self.named(said)
                case _:
                    continue
            return None if found is None else _changed(found, element)
        return None


def is_clear(holder: Element) -> bool:
    """Return whether a fill is so transparent that it shows nothing."""
    shares = (alpha.get("val", "") for alpha in holder.iter(name("a:alpha")))
    return any(share.isdigit() and int(share) <= _WHOLE // 20 for share in shares)


def _changed(colour: Colour, element: Element) -> Colour | None:
    """The colour made lighter, darker or duller as the children of the element say."""
    red, green, blue = (part / 255 for part in colour)
    for change in element:
        try:
            share = int(change.get("val", "")) / _WHOLE
        except ValueError:
            return None
        kind = local_name(change)
        if kind in ("tint", "shade"):
            light = 1 - share if kind == "tint" else 0
            red, green, blue = (part * share + light for part in (red, green, blue))
        elif kind in ("lumMod", "lumOff", "satMod", "satOff"):
            hue, light, full = colorsys.rgb_to_hls(red, green, blue)
            light = light * share if kind == "lumMod" else light + share if kind == "lumOff" else light
            full = full * share if kind == "satMod" else full + share if kind == "satOff" else full
            red, green, blue = colorsys.hls_to_rgb(hue, _within(light), _within(full))
        elif kind != "alpha" or share < 1:
            return None
    return round(255 * _within(red)), round(255 * _within(green)), round(255 * _within(blue))


def _within(part: float) -> float:
    return min(1.0, max(0.0, part))
