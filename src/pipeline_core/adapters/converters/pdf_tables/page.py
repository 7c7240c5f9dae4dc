"""A page's markdown with its tables as they stand on the page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pdf_tables.aligned import aligned_tables, may_be_aligned
from pipeline_core.adapters.converters.pdf_tables.drawings import Drawing
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
from pipeline_core.adapters.converters.pdf_tables.rules import drawn_rules
from pipeline_core.adapters.converters.pdf_tables.table import Table
from pipeline_core.adapters.converters.pdf_tables.trusted import is_table
from pipeline_core.adapters.converters.pdf_tables.words import Box, PageText

if TYPE_CHECKING:
    from liteparse.types import ParsedPage, TextItem

_MOST_WORDS = 20_000
_MOST_DRAWN = 4_000
"""Lines and areas of a page: what has more is a drawing, of which nothing is told here."""
_MOST_TABLES = 60
_MOST = 0.8  # of a place


def with_tables(page: "ParsedPage", items: "Sequence[TextItem]") -> str:
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
