"""Spreadsheets of any format: each sheet is a page, its cells as the sheet shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from pipeline_core.adapters.converters.archive import BROKEN_ZIP
from pipeline_core.adapters.converters.pages import PageText, assemble, page_of, storable
from pipeline_core.adapters.converters.parts import has_no_text, lacks_parts, missing_parts, parts_lost
from pipeline_core.adapters.converters.sheet_cells import Noticed, Sheet, SheetTooLargeError
from pipeline_core.adapters.converters.sheet_findings import SheetNotes, sheet_findings
from pipeline_core.adapters.converters.sheet_layout import sheet_markdown
from pipeline_core.adapters.converters.source import ConvertOptions, Source, refuse_too_many
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import CorruptDocumentError, NoTextError
from pipeline_core.domain.findings import Finding, Severity

BROKEN = (*BROKEN_ZIP, etree.XMLSyntaxError, KeyError)
"""What reading a damaged spreadsheet, or a damaged part of one, raises."""


@dataclass(frozen=True, slots=True)
class Named:
    """A sheet as the file lists it."""

    name: str
    is_hidden: bool


class Book(Protocol):
    """An open spreadsheet. ``read`` raises what is in ``BROKEN`` for a sheet that cannot be read."""

    @property
    def remarks(self) -> int:
        """The number of comments on the sheets read so far."""
        ...

    def sheets(self) -> Sequence[Named]: ...
    def read(self, at: int, *, keep_hidden: bool) -> tuple[Sheet, Noticed]: ...


def convert_book(source: Source, options: ConvertOptions, book: Book, name: str) -> Converted:
    """Convert a spreadsheet; hidden sheets, rows and columns are left out unless the options keep them.

    Raises:
        CorruptDocumentError: it lacks all of its sheets.
        TooManyPagesError: it has more sheets than pages are allowed.
        NoTextError: its sheets show nothing.
    """
    sheets = book.sheets()
    refuse_too_many(len(sheets), source, options, "sheets")
    reading = _Reading(book, options.keep_hidden)
    pages = [reading.page(at, sheet) for at, sheet in enumerate(sheets)]
    markdown, page_map = assemble(pages, "sheet")
    if not any(map(str.isalnum, markdown)):
        raise _no_text(source, reading)
    return Converted(markdown, page_map, name, tuple(reading.findings()), len(sheets) or None)


@dataclass
class _Reading:
    book: Book
    keep_hidden: bool
    notes: list[SheetNotes] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)

    def page(self, at: int, named: Named) -> PageText:
        if named.is_hidden:
            self.hidden_sheets.append(named.name)
            if not self.keep_hidden:
                return page_of("")
        try:
            text = storable(sheet_markdown(self._sheet(at, named)))
        except (*BROKEN, SheetTooLargeError) as error:
            self.lost.append(f"the sheet “{named.name}” ({_reason(error)})")
            return page_of(None)
        return page_of(text)

    def _sheet(self, at: int, named: Named) -> Sheet:
        sheet, noticed = self.book.read(at, keep_hidden=self.keep_hidden)
        self.notes.append(SheetNotes(named.name, noticed))
        return sheet

    def findings(self) -> Iterator[Finding]:
        if self.lost:
            yield parts_lost(self.lost)
        yield from sheet_findings(self.notes, self.hidden_sheets, kept=self.keep_hidden)
        if self.book.remarks:
            yield Finding(
                "comments_left_out",
                Severity.INFO,
                f"{self.book.remarks} comments on cells are not part of the text and were left out.",
                {"comments": self.book.remarks},
            )


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0] or 'its part'} is not in the file"
    return str(error).rstrip(".")


def unreadable(source: Source, error: Exception) -> CorruptDocumentError:
    """The error of a spreadsheet that cannot be opened; it names the parts that are not there."""
    if missing := _missing(source):
        return lacks_parts(source, missing)
    return CorruptDocumentError(f"{source.filename} ({source.kind.label}) could not be read: {error}.")


def _missing(source: Source) -> list[str]:
    return missing_parts(source.data) if source.kind == filetypes.XLSX else []


def _no_text(source: Source, reading: _Reading) -> CorruptDocumentError | NoTextError:
    missing = _missing(source)
    if missing or reading.lost:
        lost = ", ".join(missing[:5]) or "; ".join(reading.lost[:5])
        return CorruptDocumentError(f"{source.filename} ({source.kind.label}) lacks parts that it refers to: {lost}.")
    if reading.hidden_sheets or any(note.noticed.hidden_rows for note in reading.notes):
        return NoTextError(
            f"{source.filename} shows no text: what it has is hidden.",
            action="Unhide it, or set UPLOAD_PIPELINE_KEEP_HIDDEN=true, and convert it again.",
        )
    return has_no_text(source)
