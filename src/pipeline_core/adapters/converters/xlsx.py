"""Excel workbooks: each sheet is a page, its cells as the sheet shows them."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline_core.adapters.converters.archive import check_expansion
from pipeline_core.adapters.converters.pages import PageText, assemble, storable
from pipeline_core.adapters.converters.parts import missing_parts
from pipeline_core.adapters.converters.sheet_cells import Sheet
from pipeline_core.adapters.converters.sheet_findings import SheetNotes, sheet_findings
from pipeline_core.adapters.converters.sheet_layout import SheetTooLargeError, sheet_markdown
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.xlsx_package import Named, Package
from pipeline_core.adapters.converters.xlsx_sheet import SheetReader
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import CorruptDocumentError, NoTextError, TooManyPagesError
from pipeline_core.domain.findings import Finding, Severity

NAME = "xlsx"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, etree.XMLSyntaxError, KeyError, ValueError)


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a workbook; hidden sheets, rows and columns are left out unless the options keep them.

    Raises:
        CorruptDocumentError: it cannot be opened, or lacks all of its sheets.
        TooManyPagesError: it has more sheets than pages are allowed.
        NoTextError: its sheets show nothing.
    """
    check_expansion(source.data, source.filename)
    try:
        package = Package(source.data)
        sheets = package.sheets()
        if len(sheets) > options.max_pages:
            raise TooManyPagesError(
                f"{source.filename} has {len(sheets):,} sheets; the limit is {options.max_pages:,}."
            )
        reading = _Reading(package, options.keep_hidden)
        pages = [reading.page(sheet) for sheet in sheets]
    except _BROKEN as error:
        raise _refusal(source, error) from error
    markdown, page_map = assemble(pages, "sheet")
    if not any(map(str.isalnum, markdown)):
        raise _no_text(source, reading)
    return Converted(markdown, page_map, NAME, tuple(reading.findings()), len(sheets) or None)


@dataclass
class _Reading:
    package: Package
    keep_hidden: bool
    notes: list[SheetNotes] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    remarks: int = 0

    def page(self, named: Named) -> PageText:
        if named.is_hidden:
            self.hidden_sheets.append(named.name)
            if not self.keep_hidden:
                return PageText("", PageOutcome.BLANK)
        try:
            text = storable(sheet_markdown(self._sheet(named)))
        except (*_BROKEN, SheetTooLargeError) as error:
            self.lost.append(f"the sheet “{named.name}” ({_reason(error, named)})")
            return PageText("", PageOutcome.FAILED)
        return PageText(text, PageOutcome.TEXT if text else PageOutcome.BLANK)

    def _sheet(self, named: Named) -> Sheet:
        areas = self.package.tables(named.part)
        reader = SheetReader(self.package, areas, keep_hidden=self.keep_hidden)
        with self.package.open(named.part) as stream:
            rows = reader.read(stream)
        self.notes.append(SheetNotes(named.name, reader.noticed))
        self.remarks += self.package.notes(named.part)
        return Sheet(named.name, rows, areas, self.package.text_boxes(named.part))

    def findings(self) -> Iterator[Finding]:
        if self.lost:
            yield Finding(
                "converter_warning",
                Severity.CRITICAL,
                "document",
                f"Parts of the document are missing: {'; '.join(self.lost[:5])}. Open it where it was made, mend or "
                "take out what is named, save it and upload that.",
                {"warnings": len(self.lost)},
            )
        yield from sheet_findings(self.notes, self.hidden_sheets, kept=self.keep_hidden)
        if self.remarks:
            yield Finding(
                "comments_left_out",
                Severity.INFO,
                "document",
                f"{self.remarks} comments on cells are no part of the text and were left out.",
                {"comments": self.remarks},
            )


def _reason(error: Exception, named: Named) -> str:
    if isinstance(error, KeyError):
        return f"{named.part or 'its part'} is not in the file"
    return str(error).rstrip(".")


def _refusal(source: Source, error: Exception) -> CorruptDocumentError:
    missing = missing_parts(source.data)
    if missing:
        return CorruptDocumentError(
            f"{source.filename} ({source.kind.label}) lacks parts that it refers to: {', '.join(missing[:5])}."
        )
    return CorruptDocumentError(f"{source.filename} ({source.kind.label}) could not be read: {error}.")


def _no_text(source: Source, reading: _Reading) -> CorruptDocumentError | NoTextError:
    missing = missing_parts(source.data)
    if missing or reading.lost:
        lost = ", ".join(missing[:5]) or "; ".join(reading.lost[:5])
        return CorruptDocumentError(f"{source.filename} ({source.kind.label}) lacks parts that it refers to: {lost}.")
    if reading.hidden_sheets or any(note.noticed.hidden_rows for note in reading.notes):
        return NoTextError(
            f"{source.filename} shows no text: what it has is hidden.",
            action="Unhide it, or set UPLOAD_PIPELINE_KEEP_HIDDEN=true, and convert it again.",
        )
    return NoTextError(
        f"{source.filename} has no text that could be read.",
        action="If it shows text when opened, that is a picture: save it as PDF, run it through OCR and upload that.",
    )
