"""Spreadsheets of any format: each sheet is a page, its cells as the sheet shows them; findings say what they hide."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from pipeline_core.adapters.converters.archive import BROKEN_ZIP, check_expansion, parts_lost, refusal
from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.pages import PageText, assemble, page_of, storable
from pipeline_core.adapters.converters.sheet_cells import Noticed, Sheet, SheetRows, SheetTooLargeError, letters_of
from pipeline_core.adapters.converters.sheet_layout import sheet_markdown
from pipeline_core.adapters.converters.source import ConvertOptions, Source, refuse_too_many
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted, listed, runs

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
    def sheets(self) -> Sequence[Named]: ...
    @property
    def remarks(self) -> int:
        """The number of comments on the sheets read so far."""
        ...

    def read(self, at: int, rows: SheetRows) -> Sheet: ...


def convert_zipped(source: Source, options: ConvertOptions, opened: Callable[[bytes], Book], name: str) -> Converted:
    """Convert a spreadsheet in a ZIP container. Raises as ``convert_book`` does.

    Raises:
        CorruptDocumentError: it cannot be opened.
    """
    check_expansion(source.data, source.filename)
    try:
        return convert_book(source, options, opened(source.data), name)
    except BROKEN as error:
        raise refusal(source, [str(error)]) from error


def convert_book(source: Source, options: ConvertOptions, book: Book, name: str) -> Converted:
    """Convert a spreadsheet; hidden sheets, rows and columns are left out unless the options keep them.

    Raises:
        CorruptDocumentError: it lacks all of its sheets.
        TooManyPagesError: it has more sheets than pages are allowed.
        NoTextError: its sheets show nothing.
    """
    refuse_too_many(len(book.sheets), source, options, "sheets")
    reading = _Reading(book, options.keep_hidden)
    pages = [reading.page(at, sheet) for at, sheet in enumerate(book.sheets)]
    markdown, page_map = assemble(pages, "sheet")
    if not any(map(str.isalnum, markdown)):
        raise refusal(source, reading.lost, reading.findings())
    return Converted(markdown, page_map, name, tuple(reading.findings()), len(book.sheets) or None)


@dataclass
class _Reading:
    book: Book
    keep_hidden: bool
    notes: list[tuple[str, Noticed]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)

    def page(self, at: int, named: Named) -> PageText:
        if named.is_hidden:
            self.hidden_sheets.append(named.name)
            if not self.keep_hidden:
                return page_of("")
        try:
            rows = SheetRows(keep_hidden=self.keep_hidden)
            sheet = self.book.read(at, rows)
            self.notes.append((named.name, rows.noticed))
            text = storable(sheet_markdown(sheet))
        except (*BROKEN, SheetTooLargeError) as error:
            self.lost.append(f"the sheet “{named.name}” ({_reason(error)})")
            return page_of(None)
        return page_of(text)

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


def sheet_findings(
    notes: Sequence[tuple[str, Noticed]], hidden_sheets: Sequence[str], *, kept: bool
) -> Iterator[Finding]:
    """The findings about a workbook's sheets, each kind once, with the places. ``notes``: by the sheets' names."""
    hidden = [f"the sheet “{name}”" for name in hidden_sheets]
    hidden += [part for name, noticed in notes for part in _hidden_on(f"of the sheet “{name}”", noticed)]
    if hidden:
        yield hidden_content(hidden, kept=kept)
    if found := {f"{cell} of the sheet “{name}”": said for name, one in notes for cell, said in one.uncomputed.items()}:
        count = counted(len(found), "cell has", "cells have")
        said = f"{count} no stored value, so the formula itself was taken: {_named(found)}. "
        advice = "Open the file in a spreadsheet program, save it, and upload that."
        yield Finding("formula_without_value", Severity.WARNING, said + advice, {"cells": len(found)})
    if found := {f"{cell} of the sheet “{name}”": said for name, one in notes for cell, said in one.errors.items()}:
        count = counted(len(found), "cell shows", "cells show")
        said = f"{count} an error instead of a value: {_named(found)}. "
        advice = "Correct what the formulas refer to, save the file, and upload that."
        yield Finding("formula_error", Severity.WARNING, said + advice, {"cells": len(found)})


def _hidden_on(sheet: str, noticed: Noticed) -> Iterator[str]:
    for first, last in runs(noticed.hidden_rows):
        yield f"row {first} {sheet}" if first == last else f"rows {first} to {last} {sheet}"
    for first, last in runs(sorted(noticed.hidden_columns)):
        one, other = letters_of(first), letters_of(last)
        yield f"column {one} {sheet}" if first == last else f"columns {one} to {other} {sheet}"
    if noticed.unseen:
        yield f"the text of {listed(noticed.unseen)} {sheet}, which cannot be seen"


def _named(places: Mapping[str, str]) -> str:
    return listed([f"{place} ({content})" for place, content in places.items()])
