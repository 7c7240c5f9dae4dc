"""A page's markdown with its tables as they stand on the page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pdf_tables.aligned import aligned_tables
from pipeline_core.adapters.converters.pdf_tables.open_tables import open_tables
from pipeline_core.adapters.converters.pdf_tables.placing import Piece, box_of, in_paragraphs, letters, pieces, put
from pipeline_core.adapters.converters.pdf_tables.ruled import ruled_tables
from pipeline_core.adapters.converters.pdf_tables.rules import drawn_rules
from pipeline_core.adapters.converters.pdf_tables.trusted import is_table
from pipeline_core.adapters.converters.pdf_tables.words import PageText

if TYPE_CHECKING:
    from liteparse.types import ParsedPage, TextItem

_MOST_WORDS = 20_000


def with_tables(page: "ParsedPage", items: "Sequence[TextItem]") -> str:
    """``items``: the upright lines of the page."""
    if not page.blocks:
        return page.markdown
    if sum(len(item.words) for item in items) > _MOST_WORDS:
        return page.markdown
    rules = drawn_rules(page.vector_graphics)
    doubted = {box_of(block) for block in page.blocks if block.kind == "table" and not is_table(block)}
    trusted = [box for block in page.blocks if block.kind == "table" and (box := box_of(block)) and box not in doubted]
    text = PageText(list(items))
    found = list(ruled_tables(text, rules))
    found += open_tables(text, rules, found)
    found += aligned_tables(text, [*trusted, *(table.box for table in found)])
    if not found and not doubted:
        return page.markdown
    parts = pieces(page.markdown, page.blocks)
    if parts is None:
        return page.markdown
    for table in found:
        parts = put(parts, text, table) or parts
    parts = [one for part in parts for one in (_as_prose(part, text) if part.box in doubted else [part])]
    return "".join(part.text for part in parts)


def _as_prose(part: Piece, text: PageText) -> list[Piece]:
    """The lines of what is no table as paragraphs, if that has all that the table had."""
    assert part.box is not None
    found = in_paragraphs(text, text.within(part.box))
    return [part] if letters(part.text) - letters(" ".join(one.text for one in found)) else found
