"""Excel workbooks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from lxml import etree

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.number_format import is_date, shows_nothing
from pipeline_core.adapters.converters.scripts import struck
from pipeline_core.adapters.converters.sheet_cells import (
    Cell,
    Kind,
    Noticed,
    Sheet,
    SheetRows,
    letters_of,
    number_cell,
    one_line,
    text_cell,
    words,
)
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.workbook import convert_zipped
from pipeline_core.adapters.converters.xlsx_package import Package, area_of, column_of, text_of
from pipeline_core.adapters.converters.xlsx_styles import Style
from pipeline_core.domain.documents import Converted

NAME = "xlsx"


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a spreadsheet. Raises as ``convert_zipped`` does."""
    return convert_zipped(source, options, _Xlsx, NAME)


_TRUE = ("1", "true")
_NOTHING = ("0", "0.0")
"""Heights of hidden rows and widths of hidden columns."""
_PLAIN = Style()
_LAST_COLUMN = 16_384


class _Xlsx(Package):
    remarks = 0

    def read(self, at: int, rows: SheetRows) -> Sheet:
        named, number = self.sheets[at], 0
        areas = self.tables(named.part)
        # a rule or a named table may colour a cell otherwise than its style
        coloured = list(areas)
        with self.open(named.part) as stream:
            for element in _elements(stream, "row", "col", "conditionalFormatting"):
                is_hidden = element.get("hidden") in _TRUE
                if element.tag.endswith("}row"):
                    number = int(element.get("r") or number + 1)
                    is_hidden = is_hidden or element.get("ht") in _NOTHING
                    rows.add(number, self._cells(element, number, rows.noticed), is_hidden=is_hidden)
                elif element.tag.endswith("}conditionalFormatting"):
                    coloured += filter(None, map(area_of, element.get("sqref", "").split()))
                elif is_hidden or element.get("width") in _NOTHING:
                    last = min(int(element.get("max", "1")), _LAST_COLUMN)
                    rows.hidden_columns.update(range(int(element.get("min", "1")), last + 1))
        self.remarks += self.notes(named.part)
        return Sheet(named.name, rows.finish(coloured), areas, self.text_boxes(named.part))

    def _cells(self, row: etree._Element, number: int, noticed: Noticed) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = 0
        for item in row:
            column = column_of(item.get("r", "")) or column + 1
            if len(item) and (cell := self._cell(item, f"{letters_of(column)}{number}", noticed)) is not None:
                cells[column] = cell
        return cells

    def _cell(self, item: etree._Element, reference: str, noticed: Noticed) -> Cell | None:
        at = int(item.get("s") or 0)
        style = self.styles[at] if at < len(self.styles) else _PLAIN
        formula, value = item.find("{*}f"), item.findtext("{*}v")
        kind = item.get("t", "n")
        if formula is not None and not value and kind != "str":
            text = f"={one_line(formula.text or '…')}"
            noticed.uncomputed[reference] = text
            return Cell(escape_marks(text), Kind.VALUE, unseen=style.unseen)
        cell = self._content(item, kind, value or "", style)
        if cell is None or not cell.text:
            return None
        if kind == "e":
            noticed.errors[reference] = value or ""
        if style.struck:
            cell.text = struck(cell.text)
        cell.bold = style.bold
        cell.unseen |= style.unseen
        return cell

    def _content(self, item: etree._Element, kind: str, value: str, style: Style) -> Cell | None:
        match kind:
            case "s":
                texts = self.texts
                text = texts[int(value)] if value.isdigit() and int(value) < len(texts) else ""
                return _marked(text, style.code)
            case "inlineStr":
                inline = item.find("{*}is")
                return _marked(text_of(inline), style.code) if inline is not None else None
            case "str" | "e" | "d":
                cell = text_cell(words(value), style.code)
                return cell if kind == "str" else replace(cell, kind=Kind.VALUE)
            case "b":
                return Cell("TRUE" if value in _TRUE else "FALSE", Kind.VALUE, unseen=shows_nothing(style.code))
            case _:
                date1904 = self.date1904 and is_date(style.code)
                return number_cell(value, style.code, date1904=date1904) if value else None


def _elements(stream: IO[bytes], *names: str) -> Iterator[etree._Element]:
    """The elements of these names, each freed when the next is asked for."""
    tags = [f"{{*}}{name}" for name in names]
    for _, element in etree.iterparse(
        stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    ):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _marked(markdown: str, code: str) -> Cell | None:
    """A cell of a text that is markdown already."""
    if not markdown:
        return None
    return text_cell(Cell(markdown, words(markdown).kind), code)
