"""Excel 97-2003 workbooks."""

import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.number_format import GENERAL, shows_nothing
from pipeline_core.adapters.converters.scripts import struck
from pipeline_core.adapters.converters.sheet_cells import (
    Cell,
    Kind,
    Noticed,
    Sheet,
    SheetRows,
    letters_of,
    number_cell,
    text_cell,
    words,
)
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.workbook import Named, convert_book
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from xlrd.sheet import Sheet as XlrdSheet

NAME = "xlrd"
_SHORT_DATE = ("m/d/yy", "mm/dd/yy", "mm-dd-yy")
_ISO = "yyyy-mm-dd"
_ERROR = 5  # xlrd.XL_CELL_ERROR
_CONDITIONAL = (0x01B0, 0x0879)  # [MS-XLS] CondFmt, CondFmt12
_FORMULA = 0x0006
_AUTOMATIC = (64, 65, 0x7FFF)


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a workbook. Raises as ``convert_book`` does, and as ``office.convert`` for what xlrd cannot open."""
    import xlrd

    try:
        with Path(os.devnull).open("w") as silent:
            book = xlrd.open_workbook(file_contents=source.data, formatting_info=True, logfile=silent, on_demand=True)
            has_rules, is_uncomputed = _scan(bytes(book.mem[book.base : book.base + book.stream_len]))
            for at in range(book.nsheets):
                book.sheet_by_index(at)
            book.release_resources()
    except (xlrd.XLRDError, struct.error, AssertionError, LookupError, TypeError, ValueError, NotImplementedError):
        converted = office.convert(source, options)
        return replace(converted, findings=(*converted.findings, _formats_lost()))
    return convert_book(source, options, _Xls(book, has_rules=has_rules, is_uncomputed=is_uncomputed), NAME)


def _scan(records: bytes) -> tuple[bool, bool]:
    """Read from the records, as xlrd does not: if rules may colour cells, and if no formula has a value.

    Programs that compute none write files without any value.
    """
    has_rules, empty = False, []
    at = 0
    while at + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, at)
        has_rules |= kind in _CONDITIONAL
        if kind == _FORMULA:
            result = records[at + 10 : at + 18]
            empty.append(result[:1] == b"\3" and result[6:] == b"\xff\xff")
        at += 4 + length
    return has_rules, bool(empty) and all(empty)


class _Xls:
    remarks = 0

    def __init__(self, book: Any, *, has_rules: bool, is_uncomputed: bool):
        self._book, self._has_rules, self._is_uncomputed = book, has_rules, is_uncomputed
        self.sheets = [Named(sheet.name, sheet.visibility != 0) for sheet in book.sheets()]

    def read(self, at: int, rows: SheetRows) -> Sheet:
        sheet = self._book.sheet_by_index(at)
        rows.hidden_columns = {column + 1 for column, info in sheet.colinfo_map.items() if info.hidden}
        for number in range(sheet.nrows):
            info = sheet.rowinfo_map.get(number)
            cells = self._cells(sheet, number, rows.noticed)
            rows.add(number + 1, cells, is_hidden=info is not None and bool(info.hidden))
        return Sheet(sheet.name, rows.finish())

    def _cells(self, sheet: "XlrdSheet", row: int, noticed: Noticed) -> dict[int, Cell]:
        cells = {column + 1: self._cell(sheet, row, column, noticed) for column in range(sheet.row_len(row))}
        return {column: cell for column, cell in cells.items() if cell is not None and cell.text}

    def _cell(self, sheet: "XlrdSheet", row: int, column: int, noticed: Noticed) -> Cell | None:
        style = self._style(sheet.cell_xf_index(row, column))
        reference = f"{letters_of(column + 1)}{row + 1}"
        cell = self._content(sheet.cell_type(row, column), sheet.cell_value(row, column), self._code(style))
        if cell is None:
            return None
        if not cell.text:  # of texts only formulas may be empty
            if not self._is_uncomputed:
                return None
            noticed.uncomputed[reference] = "=…"
            return Cell("=…", Kind.VALUE)
        if sheet.cell_type(row, column) == _ERROR:
            noticed.errors[reference] = cell.text
        font = self._font(style)
        if font is None:
            return cell
        text = struck(cell.text) if font.struck_out else cell.text
        return Cell(text, cell.kind, bool(font.bold), cell.unseen or self._is_covered(style, font))

    def _content(self, kind: int, value: Any, code: str) -> Cell | None:
        import xlrd

        match kind:
            case xlrd.XL_CELL_TEXT:
                return text_cell(words(value), code)
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                return number_cell(repr(value), code, date1904=bool(self._book.datemode))
            case xlrd.XL_CELL_BOOLEAN:
                return Cell("TRUE" if value else "FALSE", Kind.VALUE, unseen=shows_nothing(code))
            case xlrd.XL_CELL_ERROR:
                return Cell(escape_marks(xlrd.error_text_from_code.get(value, "#ERROR!")), Kind.VALUE)
            case _:
                return None

    def _is_covered(self, style: Any, font: Any) -> bool:
        """Return whether the text has the colour of its cell, in a workbook without rules that colour cells."""
        if self._has_rules:
            return False
        text = self._colour(font.colour_index, (0, 0, 0))
        fill = style.background
        behind = self._colour(fill.pattern_colour_index, (255, 255, 255)) if fill.fill_pattern == 1 else None
        return text is not None and text == ((255, 255, 255) if fill.fill_pattern == 0 else behind)

    def _colour(self, index: int, automatic: tuple[int, int, int]) -> tuple[int, int, int] | None:
        return automatic if index in _AUTOMATIC else self._book.colour_map.get(index)

    def _font(self, style: Any) -> Any:
        fonts = self._book.font_list
        return fonts[style.font_index] if style is not None and style.font_index < len(fonts) else None

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
        "The formats of numbers could not be read: 12.5 % may stand as 0.125, and leading zeros may be missing. "
        "Save the workbook as XLSX and upload that.",
    )
