"""Excel 97-2003 workbooks."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.number_format import GENERAL, shown, shows_nothing, text_shown
from pipeline_core.adapters.converters.scripts import struck
from pipeline_core.adapters.converters.sheet_cells import Cell, Kind, Noticed, Row, Sheet, letters_of, words
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.workbook import convert_book
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from xlrd.sheet import Sheet as XlrdSheet

NAME = "xlrd"
_SHORT_DATE = ("m/d/yy", "mm/dd/yy", "mm-dd-yy")
_ISO = "yyyy-mm-dd"


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a workbook. Raises as ``convert_book`` does, and as ``office.convert`` for what xlrd cannot open."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=source.data, formatting_info=True, logfile=_Silent())
    except (xlrd.XLRDError, struct.error, AssertionError, LookupError, TypeError, ValueError, NotImplementedError):
        converted = office.convert(source, options)
        return replace(converted, findings=(*converted.findings, _formats_lost()))
    return convert_book(source, options, _Xls(book), NAME)


class _Silent:
    """Where xlrd's remarks go."""

    def write(self, _text: str) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    is_hidden: bool


class _Xls:
    remarks = 0

    def __init__(self, book: Any):
        self._book = book

    def sheets(self) -> Sequence[_Named]:
        return [_Named(sheet.name, sheet.visibility != 0) for sheet in self._book.sheets()]

    def read(self, at: int, *, keep_hidden: bool) -> tuple[Sheet, Noticed]:
        sheet = self._book.sheet_by_index(at)
        noticed = Noticed()
        rows: list[Row] = []
        left_out = 0
        for number in range(sheet.nrows):
            info = sheet.rowinfo_map.get(number)
            is_hidden = info is not None and bool(info.hidden)
            row = Row(number + 1, number + 1 - left_out, self._cells(sheet, number, noticed, keep_hidden=keep_hidden))
            if is_hidden and row.cells:
                noticed.hidden_rows.append(number + 1)
            if is_hidden and not keep_hidden:
                left_out += 1
            elif row.cells:
                rows.append(row)
        return Sheet(sheet.name, rows), noticed

    def _cells(self, sheet: "XlrdSheet", row: int, noticed: Noticed, *, keep_hidden: bool) -> dict[int, Cell]:
        cells = {}
        for column in range(sheet.row_len(row)):
            cell = self._cell(sheet, row, column, noticed)
            if cell is None or not cell.text:
                continue
            info = sheet.colinfo_map.get(column)
            if info is not None and info.hidden:
                noticed.hidden_columns.add(column + 1)
                if not keep_hidden:
                    continue
            cells[column + 1] = cell
        return cells

    def _cell(self, sheet: "XlrdSheet", row: int, column: int, noticed: Noticed) -> Cell | None:
        import xlrd

        kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
        style = self._style(sheet.cell_xf_index(row, column))
        code = self._code(style)
        match kind:
            case xlrd.XL_CELL_TEXT:
                cell = words(text_shown(value, code))
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                number = repr(value)
                text = number if shows_nothing(code) else shown(number, code, date1904=bool(self._book.datemode))
                cell = Cell(escape_marks(text), Kind.VALUE)
            case xlrd.XL_CELL_BOOLEAN:
                cell = Cell("TRUE" if value else "FALSE", Kind.VALUE)
            case xlrd.XL_CELL_ERROR:
                text = xlrd.error_text_from_code.get(value, "#ERROR!")
                noticed.errors[f"{letters_of(column + 1)}{row + 1}"] = text
                cell = Cell(escape_marks(text), Kind.VALUE)
            case _:
                return None
        if shows_nothing(code) and cell.text:
            noticed.unseen.append(f"{letters_of(column + 1)}{row + 1}")
            return None
        fonts = self._book.font_list
        if style is None or style.font_index >= len(fonts):
            return cell
        font = fonts[style.font_index]
        return Cell(struck(cell.text) if font.struck_out else cell.text, cell.kind, bool(font.bold))

    def _style(self, index: int) -> Any:
        """The cell's format; None where the workbook has none."""
        styles = self._book.xf_list
        return styles[index] if 0 <= index < len(styles) else None

    def _code(self, style: Any) -> str:
        if style is None:
            return GENERAL
        format_ = self._book.format_map.get(style.format_key)
        code = str(format_.format_str) if format_ is not None else GENERAL
        return _ISO if code.lower() in _SHORT_DATE else code


def _formats_lost() -> Finding:
    return Finding(
        "number_formats_lost",
        Severity.WARNING,
        "document",
        "The formats of numbers could not be read: 12.5 % may stand as 0.125, and leading zeros may be missing. "
        "Save the workbook as XLSX and upload that.",
    )
