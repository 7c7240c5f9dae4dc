"""Cells and rows of the sheets of a spreadsheet, in any format, as a reader of the sheet sees them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.number_format import GENERAL, shown, shows_nothing, text_shown


class Kind(Enum):
    """Of a cell: words, or a value (a number, an amount, a day) that says nothing about its column."""

    WORDS = "words"
    VALUE = "value"


_VALUE = re.compile(r"[\s\\(]*[-+−–<>≤≥~≈±]*\s*\w{0,3}\s?[$€£¥₹]?\s*\(?\d[\d.,'’\s/:-]*\W{0,3}[%\w°²³/ ]{0,12}\W*")
_YEAR = re.compile(r"(?:19|20)\d\d")
MAX_CELLS = 5_000_000


class SheetTooLargeError(Exception):
    """Repeated rows of a sheet, or a table with its empty cells, have more than ``MAX_CELLS`` cells."""


@dataclass(slots=True)
class Cell:
    """``text`` is markdown on one line; ``bold`` sets a header apart; ``unseen``: its format or colour hides it."""

    text: str
    kind: Kind = Kind.WORDS
    bold: bool = False
    unseen: bool = False

    @property
    def may_head(self) -> bool:
        """Return whether it may name a column: words, or a year."""
        return self.kind is Kind.WORDS or _YEAR.fullmatch(self.text) is not None


@dataclass(slots=True)
class Row:
    """``number`` is the file's, from 1; ``place`` leaves out the hidden rows above it. ``cells``: what shows."""

    number: int
    place: int
    cells: Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle that the file itself calls a table; its ends are within it."""

    top: int
    left: int
    bottom: int
    right: int
    has_header: bool = True

    def has(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(slots=True)
class Sheet:
    """A sheet as read: its rows in order, the tables that the file names, the texts that lie over the cells."""

    name: str
    rows: list[Row] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def words(text: str, *, bold: bool = False) -> Cell:
    """A cell of plain text."""
    line = one_line(text)
    kind = Kind.VALUE if _VALUE.fullmatch(line) else Kind.WORDS
    return Cell(line if line == "#" else escape_marks(line), kind, bold)


def one_line(text: str) -> str:
    """The text with single blanks for line ends and runs of blanks."""
    return " ".join(text.split())


@dataclass(slots=True)
class Noticed:
    """Cells that a reader of the sheet does not see or see right: numbers of rows and columns, references."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    unseen: list[str] = field(default_factory=list)
    uncomputed: dict[str, str] = field(default_factory=dict)
    """The formula of each cell that has no value."""
    errors: dict[str, str] = field(default_factory=dict)


def letters_of(column: int) -> str:
    """``AB`` for 28."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def number_cell(value: str, code: str, *, date1904: bool = False) -> Cell | None:
    """The number as its format shows it; None for a zero of which the format shows nothing."""
    if text := shown(value, code, date1904=date1904):
        return Cell(escape_marks(text), Kind.VALUE)
    if shows_nothing(code) or float(value):
        return Cell(escape_marks(shown(value, GENERAL)), Kind.VALUE, unseen=True)
    return None


def text_cell(cell: Cell, code: str) -> Cell:
    """The text as its format shows it."""
    text = text_shown(cell.text, code)
    return Cell(text or cell.text, cell.kind, cell.bold, unseen=not text)


class SheetRows:
    """Collects rows in the file's order and notes what they hide, which is left out unless ``keep_hidden``.

    The columns of ``hidden_columns`` must be known before the first row is added.
    """

    def __init__(self, *, keep_hidden: bool = False):
        self.noticed = Noticed()
        self.hidden_columns: set[int] = set()
        self._keep_hidden = keep_hidden
        self._rows: list[Row] = []
        self._left_out = self._repeated = 0

    def add(self, number: int, cells: Mapping[int, Cell], *, is_hidden: bool = False, times: int = 1) -> None:
        """Add a row that is repeated ``times`` times from ``number`` on; empty rows may be passed over.

        Raises:
            SheetTooLargeError: rows that the file has once and repeats have too many cells.
        """
        self.noticed.hidden_columns |= cells.keys() & self.hidden_columns
        if is_hidden and cells:
            self.noticed.hidden_rows += range(number, number + times)
        if is_hidden and not self._keep_hidden:
            self._left_out += times
            return
        if self.hidden_columns and not self._keep_hidden:
            cells = {column: cell for column, cell in cells.items() if column not in self.hidden_columns}
        if not cells:
            return
        self._repeated += times * len(cells) if times > 1 else 0
        if self._repeated > MAX_CELLS:
            raise SheetTooLargeError(f"more than {MAX_CELLS:,} cells in rows that are repeated")
        self._rows += (Row(n, n - self._left_out, cells) for n in range(number, number + times))

    def finish(self, coloured: Sequence[Area] = ()) -> list[Row]:
        """Return the rows that show something; a cell within a ``coloured`` area is seen whatever its format says."""
        for row in self._rows:
            unseen = [
                c for c, cell in row.cells.items() if cell.unseen and not any(a.has(row.number, c) for a in coloured)
            ]
            self.noticed.unseen += (f"{letters_of(column)}{row.number}" for column in unseen)
            if unseen and not self._keep_hidden:
                row.cells = {column: cell for column, cell in row.cells.items() if column not in unseen}
        return [row for row in self._rows if row.cells]
