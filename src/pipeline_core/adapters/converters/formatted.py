"""Cells of a number or a text that a number format shows, or hides."""

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.number_format import GENERAL, shown, shows_nothing, text_shown
from pipeline_core.adapters.converters.sheet_cells import Cell, Kind


def number_cell(value: str, code: str, *, date1904: bool = False) -> Cell | None:
    """The number as its format shows it; None for a zero of which the format shows nothing."""
    if text := shown(value, code, date1904=date1904):
        return Cell(escape_marks(text), Kind.VALUE)
    if shows_nothing(code) or float(value):
        return Cell(escape_marks(shown(value, GENERAL)), Kind.VALUE, unseen=True)
    return None


def text_cell(cell: Cell, code: str) -> Cell:
    """The text as its format shows it."""
    text = text_shown(cell.text, code)
    return Cell(text or cell.text, cell.kind, cell.bold, unseen=not text)
