"""Tables as text (CSV, TSV): read by the sign that parts their columns, and laid out as sheets are."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from pipeline_core.adapters.converters.encodings import encoding_findings
from pipeline_core.adapters.converters.pages import storable, whole
from pipeline_core.adapters.converters.sheet_cells import (
    Cell,
    Kind,
    Row,
    Sheet,
    SheetRows,
    SheetTooLargeError,
    letters_of,
    words,
)
from pipeline_core.adapters.converters.sheet_layout import sheet_markdown
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.converters.text import as_markdown
from pipeline_core.adapters.converters.workbook import sheet_findings
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import EmptyFileError, UnsupportedTypeError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.text_encoding import read_text

NAME = "csv"
_SEPARATORS = "\t;|,"
"""Of two that part the lines as evenly, the first: a comma may stand within numbers."""
_LOOKED_AT = 200
_EVEN = 0.6
_TRIES = 100
_SEP = re.compile(r"sep=([^\w \"\n])\n", re.IGNORECASE)
_AS_TEXT = re.compile(r'="([^"]*)"')
_FORMULA = re.compile(r"=[A-Z(+\-$\d].*[A-Z\d)]", re.IGNORECASE)


def convert(source: Source, _options: ConvertOptions) -> Converted:
    """Convert a table; what has no columns is read as plain text.

    Raises:
        EmptyFileError: there is nothing but white space and separators.
        UnsupportedTypeError: the bytes are not text, or there are too many cells.
    """
    decoded = read_text(source.data)
    if decoded is None:
        raise UnsupportedTypeError(f"{source.filename} is named as {source.kind.label} but is binary data.")
    text = storable(decoded.text)
    if not text.strip(_SEPARATORS + ' "\n'):
        raise EmptyFileError(f"{source.filename} has no text: only white space and separators.")
    findings = list(encoding_findings(decoded))
    separator, table = _separator(text)
    if separator is None:
        markdown = as_markdown(text)
        return Converted(markdown, whole(markdown), NAME, tuple(findings))
    reading = _Reading(table, separator)
    try:
        markdown = storable(sheet_markdown(Sheet("", reading.rows())))
    except SheetTooLargeError as error:
        raise UnsupportedTypeError(
            f"{source.filename} is {error}, which is more than can be read.", action="Upload it in parts."
        ) from error
    findings += [*sheet_findings([(source.filename, reading.noticed)], [], kept=False), *reading.findings()]
    return Converted(markdown, whole(markdown), NAME, tuple(findings))


def _separator(text: str) -> tuple[str | None, str]:
    """The sign between columns, None if there are none, and the text without the line that names it."""
    if said := _SEP.match(text):
        return said[1], text[said.end() :]
    found = [(_evenness(text, separator), separator) for separator in _SEPARATORS]
    share, separator = max(found, key=lambda entry: entry[0])
    return (separator if share >= _EVEN else None), text


def _evenness(text: str, separator: str) -> float:
    """The share of the first records that have the commonest number of columns, if that is more than one."""
    try:
        records = list(islice(csv.reader(_lines(text), delimiter=separator, skipinitialspace=True), _LOOKED_AT))
    except csv.Error:
        return 0.0
    widths = Counter(len(record) for record in records if record)
    width, count = max(((w, n) for w, n in widths.items() if w > 1), key=lambda entry: entry[1], default=(1, 0))
    return round(count / widths.total(), 1) if width > 1 else 0.0


def _lines(text: str) -> Iterator[str]:
    return (f"{line}\n" for line in text.split("\n"))


class _Reading:
    """The rows of a table. Quotation marks that do not pair are signs of the text, and are told of."""

    def __init__(self, text: str, separator: str):
        self._lines = list(_lines(text))
        self._separator = separator
        self._unpaired: list[int] = []
        self._rows = SheetRows()
        self.noticed = self._rows.noticed

    def rows(self) -> list[Row]:
        for number, fields in enumerate(self._records(), 1):
            cells = {at: self._cell(field, f"{letters_of(at)}{number}") for at, field in enumerate(fields, 1)}
            self._rows.add(number, {column: cell for column, cell in cells.items() if cell.text})
        return self._rows.finish()

    def findings(self) -> Iterator[Finding]:
        if self._unpaired:
            yield Finding(
                "quotes_unpaired",
                Severity.WARNING,
                f"Quotation marks do not pair on {len(self._unpaired):,} lines, the first of them line "
                f"{self._unpaired[0]}: those lines were read with the marks as part of the text. "
                "Write a mark within quotation marks twice, and upload that.",
                {"lines": len(self._unpaired)},
            )

    def _records(self) -> Iterator[Sequence[str]]:
        at = 0
        while at < len(self._lines):
            strict = len(self._unpaired) < _TRIES
            reader = csv.reader(
                islice(self._lines, at, None),
                delimiter=self._separator,
                skipinitialspace=True,
                strict=True,
                quoting=csv.QUOTE_MINIMAL if strict else csv.QUOTE_NONE,
            )
            done = 0
            try:
                for record in reader:
                    done = reader.line_num
                    yield record
                return
            except csv.Error:
                at += done
                self._unpaired.append(at + 1)
                yield self._lines[at].rstrip("\n").split(self._separator)
                at += 1

    def _cell(self, field: str, reference: str) -> Cell:
        if as_text := _AS_TEXT.fullmatch(field.strip()):
            return words(as_text[1])
        cell = words(field)
        if _FORMULA.fullmatch(field.strip()):
            self.noticed.uncomputed[reference] = field.strip()
            cell.kind = Kind.VALUE
        return cell
