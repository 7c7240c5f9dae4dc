"""Check that what the parser takes for a table is one: its columns must stand apart from each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liteparse.types import LayoutBlock, LayoutCell

_MOST_OVER = 0.15
"""Share of a column's cells that may reach over to the next column: a title, a label that spans several."""


def is_table(block: "LayoutBlock") -> bool:
    rows = [*([block.header] if block.header else []), *(block.rows or [])]
    columns = max((len(row) for row in rows), default=0)
    if columns < 2 or sum(_is_filled(row) for row in rows) < 2:
        return False
    return all(_stand_apart(rows, at) for at in range(columns - 1))


def _is_filled(row: "Sequence[LayoutCell]") -> bool:
    return sum(bool(cell.text.strip()) for cell in row) > 1


def _stand_apart(rows: "Sequence[Sequence[LayoutCell]]", at: int) -> bool:
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
