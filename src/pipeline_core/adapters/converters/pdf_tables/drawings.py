"""Charts and diagrams: their words stand in rows and columns as well, and are no table."""

from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pdf_tables.rules import Rules
from pipeline_core.adapters.converters.pdf_tables.words import Box, PageText

if TYPE_CHECKING:
    from liteparse.types import VectorGraphics

_LARGE = 4.0  # points: what is filled and no smaller is an area
_UPRIGHT, _BLANK, _CURVED = 2, 2, 5
"""So many lines that part no columns, areas without words, or curves make a drawing."""
_AT_SIDE = 4.0


class Drawing:
    """Drawings of a page besides the lines of its tables."""

    def __init__(self, graphics: "VectorGraphics | None", rules: Rules, text: PageText):
        self._upright = [Box(rule.at - 1, rule.start, rule.at + 1, rule.end) for rule in rules.upright]
        self._curved: list[Box] = []
        self._blank: list[Box] = []
        for shape in graphics.shapes if graphics else []:
            left, top, wide, high = shape.bbox
            box = Box(left, top, left + wide, top + high)
            if shape.has_curve:
                self._curved.append(box)
            elif shape.fill and min(wide, high) > _LARGE and not any(box.holds(word.box) for word in text.words):
                self._blank.append(box)

    def is_in(self, area: Box) -> bool:
        inner = Box(area.left + _AT_SIDE, area.top, area.right - _AT_SIDE, area.bottom)
        return (
            sum(inner.touches(box) for box in self._upright) >= _UPRIGHT
            or sum(area.holds(box) for box in self._blank) >= _BLANK
            or sum(area.holds(box) for box in self._curved) >= _CURVED
        )
