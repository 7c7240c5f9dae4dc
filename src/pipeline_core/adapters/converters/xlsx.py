"""Excel workbooks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO

from lxml import etree

from pipeline_core.adapters.converters.archive import check_expansion, refusal
from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.number_format import is_date, shows_nothing
from pipeline_core.adapters.converters.scripts import struck
from pipeline_core.adapters.converters.sheet_cells import (
    Area,
    Cell,
    Kind,
    Noticed,
    Row,
    Sheet,
    SheetRows,
    letters_of,
    number_cell,
    one_line,
    text_cell,
    words,
)
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.workbook import BROKEN, Named, convert_book
from pipeline_core.adapters.converters.xlsx_package import Package, area_of, column_of, text_of
from pipeline_core.adapters.converters.xlsx_styles import Style
from pipeline_core.domain.documents import Converted

NAME = "xlsx"


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a workbook. Raises as ``convert_book`` does, and CorruptDocumentError: it cannot be opened."""
    check_expansion(source.data, source.filename)
    try:
        book = _Xlsx(source.data)
        return convert_book(source, options, book, NAME)
    except BROKEN as error:
        raise refusal(source, [str(error)]) from error


class _Xlsx:
    def __init__(self, data: bytes):
        self._package = Package(data)
        self._sheets = self._package.sheets()
        self.remarks = 0

    def sheets(self) -> Sequence[Named]:
        return self._sheets

    def read(self, at: int, *, keep_hidden: bool) -> tuple[Sheet, Noticed]:
        named, package = self._sheets[at], self._package
        areas = package.tables(named.part)
        reader = SheetReader(package, areas, keep_hidden=keep_hidden)
        with package.open(named.part) as stream:
            rows = reader.read(stream)
        self.remarks += package.notes(named.part)
        return Sheet(named.name, rows, areas, package.text_boxes(named.part)), reader.noticed


_TRUE = ("1", "true")
_NOTHING = ("0", "0.0")
"""Heights of hidden rows and widths of hidden columns."""
_PLAIN = Style()
_LAST_COLUMN = 16_384


class SheetReader:
    """Reads the rows of one sheet; ``noticed`` is complete when all are read."""

    def __init__(self, package: Package, areas: Sequence[Area], *, keep_hidden: bool):
        self._package = package
        self._areas = areas
        self._styles = package.styles
        self._rows = SheetRows(keep_hidden=keep_hidden)
        self._conditional: list[Area] = []
        self.noticed = self._rows.noticed

    def read(self, stream: IO[bytes]) -> list[Row]:
        """Return the rows that show something. Raises XMLSyntaxError, SheetTooLargeError."""
        number = 0
        for element in self._elements(stream):
            number = int(element.get("r") or number + 1)
            is_hidden = element.get("hidden") in _TRUE or element.get("ht") in _NOTHING
            self._rows.add(number, self._cells(element, number), is_hidden=is_hidden)
        # a rule or a named table may colour a cell otherwise than its style
        return self._rows.finish([*self._conditional, *self._areas])

    def _elements(self, stream: IO[bytes]) -> Iterator[etree._Element]:
        """Row elements, each freed when the next is asked for; columns and conditional formats are noted."""
        tags = ("{*}row", "{*}col", "{*}conditionalFormatting")
        for _, element in etree.iterparse(
            stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
        ):
            if element.tag.endswith("}row"):
                yield element
            elif element.tag.endswith("}col"):
                self._note_columns(element)
            else:
                ranges = map(area_of, element.get("sqref", "").split())
                self._conditional += [area for area in ranges if area is not None]
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]

    def _note_columns(self, element: etree._Element) -> None:
        if element.get("hidden") in _TRUE or element.get("width") in _NOTHING:
            last = min(int(element.get("max", "1")), _LAST_COLUMN)
            self._rows.hidden_columns.update(range(int(element.get("min", "1")), last + 1))

    def _cells(self, row: etree._Element, number: int) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = 0
        for item in row:
            column = column_of(item.get("r", "")) or column + 1
            if len(item) and (cell := self._cell(item, self._style(item), f"{letters_of(column)}{number}")) is not None:
                cells[column] = cell
        return cells

    def _style(self, item: etree._Element) -> Style:
        at = int(item.get("s") or 0)
        return self._styles[at] if at < len(self._styles) else _PLAIN

    def _cell(self, item: etree._Element, style: Style, reference: str) -> Cell | None:
        formula, value = item.find("{*}f"), item.findtext("{*}v")
        kind = item.get("t", "n")
        if formula is not None and not value and kind != "str":
            text = f"={one_line(formula.text or '…')}"
            self.noticed.uncomputed[reference] = text
            return Cell(escape_marks(text), Kind.VALUE, unseen=style.unseen)
        cell = self._content(item, kind, value or "", style)
        if cell is None or not cell.text:
            return None
        if kind == "e":
            self.noticed.errors[reference] = value or ""
        if style.struck:
            cell.text = struck(cell.text)
        cell.bold = style.bold
        cell.unseen |= style.unseen
        return cell

    def _content(self, item: etree._Element, kind: str, value: str, style: Style) -> Cell | None:
        match kind:
            case "s":
                texts = self._package.texts
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
                return number_cell(value, style.code, date1904=self._date1904(style)) if value else None

    def _date1904(self, style: Style) -> bool:
        return self._package.date1904 and is_date(style.code)


def _marked(markdown: str, code: str) -> Cell | None:
    """A cell of a text that is markdown already."""
    if not markdown:
        return None
    return text_cell(Cell(markdown, words(markdown).kind), code)
