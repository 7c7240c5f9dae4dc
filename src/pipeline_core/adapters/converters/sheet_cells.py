"""Cells of the sheets of a spreadsheet, in any format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pipeline_core.adapters.converters.escapes import escape_marks


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
