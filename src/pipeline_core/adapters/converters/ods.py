"""OpenDocument spreadsheets: the file has the text of each cell as it is shown."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.scripts import lowered, raised, struck
from pipeline_core.adapters.converters.sheet_cells import (
    MAX_CELLS,
    Cell,
    Kind,
    Noticed,
    Sheet,
    SheetRows,
    SheetTooLargeError,
    letters_of,
    one_line,
    words,
)
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.workbook import Named, convert_zipped
from pipeline_core.adapters.converters.xlsx_styles import parser
from pipeline_core.domain.documents import Converted

NAME = "ods"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_TABLE, _OFFICE, _STYLE, _TEXT, _FO = (
    "{" + _SPACE.format(name) + "}" for name in ("table", "office", "style", "text", "xsl-fo-compatible")
)
_REFERENCE = re.compile(r"\[\.?([^\]]*)\]")
_ERROR = re.compile(r"#(?:REF|N/A|DIV/0|VALUE|NAME|NUM|NULL)[!?]?|Err:\d{3}")
_COLOURS = {"transparent": "#ffffff"}
_SKIPPED = (f"{_OFFICE}annotation", "{" + _SPACE.format("drawing") + "}")


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a spreadsheet. Raises as ``convert_zipped`` does."""
    return convert_zipped(source, options, _Ods, NAME)


@dataclass(frozen=True, slots=True)
class _Style:
    struck: bool = False
    bold: bool = False
    place: str = ""
    display: bool = True
    unseen: bool = False


class _Ods:
    def __init__(self, data: bytes):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self._root = etree.fromstring(archive.read("content.xml"), parser())
        self._styles = {s.get(f"{_STYLE}name", ""): _style(s) for s in self._root.iter(f"{_STYLE}style")}
        self._tables = list(self._root.iterfind(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table"))
        self.remarks = 0
        self.sheets = [
            Named(table.get(f"{_TABLE}name", ""), not self._style(table.get(f"{_TABLE}style-name")).display)
            for table in self._tables
        ]

    def read(self, at: int, rows: SheetRows) -> Sheet:
        table = self._tables[at]
        rows.hidden_columns = _hidden_columns(table)
        number = 1
        for element, repeated in _repeated(table.iter(f"{_TABLE}table-row"), "rows"):
            cells = self._cells(element, number, rows.noticed)
            rows.add(number, cells, is_hidden=_is_hidden(element), times=repeated)
            number += repeated
        return Sheet(table.get(f"{_TABLE}name", ""), rows.finish())

    def _cells(self, row: etree._Element, number: int, noticed: Noticed) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = 0
        elements = (e for e in row if e.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"))
        for element, repeated in _repeated(elements, "columns"):
            self.remarks += element.find(f"{_OFFICE}annotation") is not None
            cell = self._cell(element, f"{letters_of(column + 1)}{number}", noticed)
            if cell is not None and cell.text:
                if repeated > MAX_CELLS:
                    raise SheetTooLargeError(f"a cell that is repeated {repeated:,} times")
                cells |= dict.fromkeys(range(column + 1, column + 1 + repeated), cell)
            column += repeated
        return cells

    def _cell(self, element: etree._Element, reference: str, noticed: Noticed) -> Cell | None:
        style = self._style(element.get(f"{_TABLE}style-name"))
        pieces = [piece for paragraph in element.iterfind(f"{_TEXT}p") for piece in [*self._text(paragraph), " "]]
        text = one_line("".join(pieces))
        formula = element.get(f"{_TABLE}formula")
        if formula and not text and element.get(f"{_OFFICE}value-type") is None:
            inner = _REFERENCE.sub(lambda match: match[1].replace(":.", ":"), formula.partition("=")[2])
            noticed.uncomputed[reference] = f"={inner}"  # "of:=SUM([.B2:.B3])" is "=SUM(B2:B3)"
            return Cell(escape_marks(noticed.uncomputed[reference]), Kind.VALUE)
        if not text:
            value = element.get(f"{_OFFICE}value") or element.get(f"{_OFFICE}date-value") or "0"
            return Cell(escape_marks(value), Kind.VALUE, unseen=True) if value != "0" else None
        if formula and _ERROR.fullmatch(text):
            noticed.errors[reference] = text
        is_value = element.get(f"{_OFFICE}value-type", "string") != "string"
        kind = Kind.VALUE if is_value else words(text).kind
        return Cell(struck(text) if style.struck else text, kind, style.bold, style.unseen)

    def _text(self, element: etree._Element, style: _Style | None = None) -> Iterator[str]:
        style = style or _Style()
        yield _dressed(element.text, style, at_start=element.tag == f"{_TEXT}p")
        for child in element:
            if not isinstance(child.tag, str) or child.tag.startswith(_SKIPPED):
                pass
            elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
                yield " "
            else:
                yield from self._text(child, self._style(child.get(f"{_TEXT}style-name")))
            yield _dressed(child.tail, style, at_start=False)

    def _style(self, name: str | None) -> _Style:
        return self._styles.get(name or "", _Style())


def _dressed(text: str | None, style: _Style, *, at_start: bool) -> str:
    if not text:
        return ""
    if style.place.startswith(("super", "sub")):
        text = raised(text) if style.place.startswith("super") else lowered(text)
    else:
        text = escape_marks(text, at_start=at_start)
    return struck(text) if style.struck else text


def _style(element: etree._Element) -> _Style:
    text = element.find(f"{_STYLE}text-properties")
    table = element.find(f"{_STYLE}table-properties")
    display = table is None or table.get(f"{_TABLE}display", "true") != "false"
    if text is None:
        return _Style(display=display)
    cell = element.find(f"{_STYLE}table-cell-properties")
    behind = cell.get(f"{_FO}background-color", "transparent") if cell is not None else "transparent"
    colour = text.get(f"{_FO}color", "").lower()
    # a rule of the style may colour the cell otherwise
    unseen = colour == _COLOURS.get(behind, behind.lower()) and element.find(f"{_STYLE}map") is None
    line = text.get(f"{_STYLE}text-line-through-style") or text.get(f"{_STYLE}text-line-through-type") or "none"
    return _Style(
        line != "none", text.get(f"{_FO}font-weight") == "bold", text.get(f"{_STYLE}text-position", ""), display, unseen
    )


def _is_hidden(element: etree._Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _hidden_columns(table: etree._Element) -> set[int]:
    hidden: set[int] = set()
    column = 0
    for element, repeated in _repeated(table.iter(f"{_TABLE}table-column"), "columns"):
        if _is_hidden(element):
            hidden.update(range(column + 1, column + 1 + min(repeated, 16_384)))
        column += repeated
    return hidden


def _repeated(elements: Iterator[etree._Element], of: str) -> Iterator[tuple[etree._Element, int]]:
    """Each with how often it stands in a row."""
    for element in elements:
        times = element.get(f"{_TABLE}number-{of}-repeated", "1")
        yield element, max(1, int(times)) if times.isdigit() else 1
