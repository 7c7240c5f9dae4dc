"""One sheet of a workbook, read row by row: its cells as the sheet shows them, and what it hides or never computed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO

from lxml import etree

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.formatted import number_cell, text_cell
from pipeline_core.adapters.converters.number_format import is_date, shows_nothing
from pipeline_core.adapters.converters.scripts import struck
from pipeline_core.adapters.converters.sheet_cells import Area, Cell, Kind, Noticed, Row, letters_of, one_line, words
from pipeline_core.adapters.converters.xlsx_package import Package, area_of, column_of, text_of
from pipeline_core.adapters.converters.xlsx_styles import Style

_TRUE = ("1", "true")
_PLAIN = Style()
_LAST_COLUMN = 16_384


@dataclass(slots=True)
class _Unseen:
    row: Row
    column: int
    cell: Cell


class SheetReader:
    """Reads the rows of one sheet; ``noticed`` is complete when all are read."""

    def __init__(self, package: Package, areas: Sequence[Area], *, keep_hidden: bool):
        self.noticed = Noticed()
        self._package = package
        self._areas = areas
        self._keep_hidden = keep_hidden
        self._styles = package.styles
        self._columns: dict[int, bool] = {}
        self._unseen: list[_Unseen] = []
        self._conditional: list[Area] = []

    def read(self, stream: IO[bytes]) -> list[Row]:
        """The rows that show something. Raises XMLSyntaxError."""
        rows: list[Row] = []
        number = left_out = 0
        for row in self._rows(stream):
            number = int(row.get("r") or number + 1)
            is_hidden = self._is_hidden(row)
            if not any(map(len, row)):
                left_out += is_hidden and not self._keep_hidden
                continue
            read = Row(number, number - left_out, {})
            self._fill(read, row)
            if is_hidden and read.cells:
                self.noticed.hidden_rows.append(number)
            if is_hidden and not self._keep_hidden:
                left_out += 1
                self._unseen = [entry for entry in self._unseen if entry.row is not read]
            elif read.cells:
                rows.append(read)
        self._judge_unseen()
        return [row for row in rows if row.cells]

    @staticmethod
    def _is_hidden(row: etree._Element) -> bool:
        return row.get("hidden") in _TRUE or row.get("ht") in ("0", "0.0")

    def _rows(self, stream: IO[bytes]) -> Iterator[etree._Element]:
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
        if element.get("hidden") in _TRUE or element.get("width") in ("0", "0.0"):
            last = min(int(element.get("max", "1")), _LAST_COLUMN)
            self._columns |= dict.fromkeys(range(int(element.get("min", "1")), last + 1), True)

    def _fill(self, row: Row, element: etree._Element) -> None:
        column = 0
        for item in element:
            column = column_of(item.get("r", "")) or column + 1
            if not len(item):
                continue
            style = self._style(item)
            cell = self._cell(item, style, f"{letters_of(column)}{row.number}")
            if cell is None:
                continue
            if column in self._columns:
                self.noticed.hidden_columns.add(column)
                if not self._keep_hidden:
                    continue
            row.cells[column] = cell
            if style.unseen or cell.unseen:
                self._unseen.append(_Unseen(row, column, cell))

    def _style(self, item: etree._Element) -> Style:
        at = int(item.get("s") or 0)
        return self._styles[at] if at < len(self._styles) else _PLAIN

    def _cell(self, item: etree._Element, style: Style, reference: str) -> Cell | None:
        formula, value = item.find("{*}f"), item.findtext("{*}v")
        kind = item.get("t", "n")
        if formula is not None and not value and kind != "str":
            text = f"={one_line(formula.text or '…')}"
            self.noticed.uncomputed[reference] = text
            return Cell(escape_marks(text), Kind.VALUE)
        cell = self._content(item, kind, value or "", style)
        if cell is None or not cell.text:
            return None
        if kind == "e":
            self.noticed.errors[reference] = value or ""
        if style.struck:
            cell.text = struck(cell.text)
        cell.bold = style.bold
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

    def _judge_unseen(self) -> None:
        """Leave out what has the colour of its cell, unless a rule or a named table colours it otherwise."""
        coloured = [*self._conditional, *self._areas]
        for entry in self._unseen:
            number, column = entry.row.number, entry.column
            if any(a.top <= number <= a.bottom and a.left <= column <= a.right for a in coloured):
                continue
            self.noticed.unseen.append(f"{letters_of(column)}{number}")
            if not self._keep_hidden:
                entry.row.cells.pop(column, None)


def _marked(markdown: str, code: str) -> Cell | None:
    """A cell of a text that is markdown already."""
    if not markdown:
        return None
    return text_cell(Cell(markdown, words(markdown).kind), code)
