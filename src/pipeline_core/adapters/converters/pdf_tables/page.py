"""A page's markdown with its tables as they stand on the page."""

from collections.abc import Sequence

from liteparse.types import LayoutBlock, LayoutCell, ParsedPage, TextItem, VectorGraphics

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_tables.aligned import aligned_tables, may_be_aligned
from pipeline_core.adapters.converters.pdf_tables.open_tables import open_tables
from pipeline_core.adapters.converters.pdf_tables.placing import (
    Piece,
    box_of,
    in_paragraphs,
    letters,
    on_page,
    own_words,
    pieces,
    put,
)
from pipeline_core.adapters.converters.pdf_tables.ruled import ruled_tables
from pipeline_core.adapters.converters.pdf_tables.rules import Rules, drawn_rules
from pipeline_core.adapters.converters.pdf_tables.table import Table
from pipeline_core.adapters.converters.pdf_tables.words import PageText

_MOST_WORDS = 20_000
_MOST_DRAWN = 4_000
"""Lines and areas of a page: what has more is a drawing, of which nothing is told here."""
_MOST_TABLES = 60
_MOST = 0.8  # of a place


def with_tables(page: ParsedPage, items: Sequence[TextItem]) -> str:
    """``items``: the upright lines of the page."""
    if not page.blocks:
        return page.markdown
    graphics = page.vector_graphics
    if sum(len(item.words) for item in items) > _MOST_WORDS:
        return page.markdown
    is_drawn = graphics is not None and len(graphics.lines) + len(graphics.shapes) > _MOST_DRAWN
    rules = drawn_rules(graphics)
    doubted = {box_of(block) for block in page.blocks if block.kind == "table" and not is_table(block)}
    trusted = [box for block in page.blocks if block.kind == "table" and (box := box_of(block)) and box not in doubted]
    if not doubted and not rules.level and not rules.edges and not may_be_aligned(items):
        return page.markdown
    text = PageText(list(items))
    found: list[Table] = []
    if not is_drawn:
        drawing = Drawing(graphics, rules, text)
        doubted |= {box for box in trusted if drawing.is_in(box)}
        trusted = [box for box in trusted if box not in doubted]
        found += ruled_tables(text, rules)
        found += [table for table in open_tables(text, rules, found) if not drawing.is_in(table.box)]
        aligned = aligned_tables(text, [table.box for table in found]) if may_be_aligned(items) else ()
        found += [one for one in aligned if not drawing.is_in(one.box) and _knows_more(one, trusted)]
    if not found and not doubted:
        return page.markdown
    parts = pieces(page.markdown, page.blocks)
    if parts is None:
        return page.markdown
    for table in found[:_MOST_TABLES]:
        parts = put(parts, text, table) or parts
    parts = [
        one for part in parts for one in (_as_prose(part, text) if part.is_table and part.box in doubted else [part])
    ]
    return "".join(part.text for part in parts)


def _knows_more(table: Table, trusted: Sequence[Box]) -> bool:
    """Return whether the parser's tables there are at most a part of this one."""
    within = [box for box in trusted if box.touches(table.box)]
    return all(table.box.share_of(box) > _MOST for box in within) and not any(
        box.share_of(table.box) > _MOST for box in within
    )


def _as_prose(part: Piece, text: PageText) -> list[Piece]:
    """The lines of what is no table as paragraphs, if that has all that the table had."""
    found = in_paragraphs(text, own_words(part, text))
    return [part] if on_page(part, text) - letters(" ".join(one.text for one in found)) else found


_MOST_OVER = 0.15
"""Share of a column's cells that may reach over to the next column: a title, a label that spans several."""


def is_table(block: LayoutBlock) -> bool:
    rows = [*([block.header] if block.header else []), *(block.rows or [])]
    columns = max((len(row) for row in rows), default=0)
    if columns < 2 or sum(sum(bool(cell.text.strip()) for cell in row) > 1 for row in rows) < 2:
        return False
    return all(_stand_apart(rows, at) for at in range(columns - 1))


def _stand_apart(rows: Sequence[Sequence[LayoutCell]], at: int) -> bool:
    """Return whether there is a place between the column and the next one that nearly no cell reaches over."""
    left = [cell for row in rows for cell in row[at : at + 1] if cell.text.strip()]
    right = [cell for row in rows for cell in row[at + 1 : at + 2] if cell.text.strip()]
    # a cell without a place was cut out of a line of words somewhere
    torn = sum(cell.bbox is None for cell in (*left, *right))
    before = sorted(cell.bbox.x + cell.bbox.width for cell in left if cell.bbox)
    behind = sorted(cell.bbox.x for cell in right if cell.bbox)
    if not before or not behind:
        return not torn
    edges = sorted({*before, *behind})
    over = min(sum(right > edge for right in before) + sum(left < edge for left in behind) for edge in edges)
    return over + torn <= _MOST_OVER * (len(left) + len(right))


_LARGE = 4.0  # points: what is filled and no smaller is an area
_UPRIGHT, _BLANK, _CURVED = 2, 2, 5
"""So many lines that part no columns, areas without words, or curves make a drawing."""
_AT_SIDE = 4.0


class Drawing:
    """Drawings of a page besides the lines of its tables."""

    def __init__(self, graphics: VectorGraphics | None, rules: Rules, text: PageText):
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
