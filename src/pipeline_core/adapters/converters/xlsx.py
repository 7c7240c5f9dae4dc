"""Excel workbooks."""

from collections.abc import Sequence

from pipeline_core.adapters.converters.archive import check_expansion
from pipeline_core.adapters.converters.sheet_cells import Noticed, Sheet
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.workbook import BROKEN, Named, convert_book, unreadable
from pipeline_core.adapters.converters.xlsx_package import Package
from pipeline_core.adapters.converters.xlsx_sheet import SheetReader
from pipeline_core.domain.documents import Converted

NAME = "xlsx"


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a workbook. Raises as ``convert_book`` does, and CorruptDocumentError: it cannot be opened."""
    check_expansion(source.data, source.filename)
    try:
        book = _Xlsx(source.data)
        return convert_book(source, options, book, NAME)
    except BROKEN as error:
        raise unreadable(source, error) from error


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
