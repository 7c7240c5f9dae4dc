"""Rows of which a part is missing: a text cut by a page or by the end of its cell, the end of another row."""

import re
from collections.abc import Sequence

from pipeline_core.adapters.facts import cell_texts
from pipeline_core.adapters.facts.table_body import Said
from pipeline_core.adapters.facts.table_grid import MARKS, Row, plain

_BULLETS = frozenset("o•●▪■‣◦–—-*")
_ASIDE = re.compile(r"\([^()]*\)")


class CutCells:
    """Tells of a table's rows which are whole."""

    def __init__(self, body: Sequence[Row], names: Sequence[str], *, followed: bool, is_cut_below: bool):
        """Of the rows of one table.

        Args:
            body: its rows of data.
            names: of its columns.
            followed: a paragraph stands right below it.
            is_cut_below: that paragraph goes on with a sentence.
        """
        cells = [row.cells for row in body]
        self._names = names
        self._last = body[-1] if body and followed else None
        self._is_cut_below = is_cut_below
        self._long = [_mostly_sentences(cells, at) for at in range(len(names))]
        self._capital = [_mostly_capital(cells, at) for at in range(len(names))]
        self._is_numbered = _mostly_numbered(cells)

    def is_no_row(self, said: Said) -> bool:
        """Return whether it is the header again, a legend's sign, a line of text across the table, or a row's end."""
        if all(column and column.casefold() == value.casefold() for column, value in said.pairs):
            return True
        if said.name in _BULLETS | MARKS:
            return True  # what a sign means is no statement: the rows that have it say what it is said of
        if self._is_numbered and not cell_texts.begins_with_number(said.name):
            return True
        return len(said.row.cells) > 2 and len(said.pairs) == 1 and _ASIDE.fullmatch(said.pairs[0][1]) is not None

    def is_cut(self, row: Row) -> bool:
        """Return whether the beginning or end of a cell's text is missing."""
        return any(self._is_cut_in(row, column) for column in row.filled)

    def _is_cut_in(self, row: Row, column: int) -> bool:
        """Its column's other texts end as sentences do, or begin with a capital; or it ends in mid-phrase."""
        said = plain(row.cells[column])
        if column and cell_texts.is_unfinished(said):
            return True
        if cell_texts.length(said) < cell_texts.LONG:
            return False
        may_begin_small = cell_texts.is_id(plain(row.cells[0])) or (all(self._names[1:]) and not self._capital[column])
        if said[0].islower() and not may_begin_small:
            return True
        if cell_texts.is_sentence(said):
            return False
        return (row is self._last and (self._is_cut_below or self._long[column])) or cell_texts.is_unfinished(said)


def _mostly_sentences(rows: Sequence[Sequence[str]], column: int) -> bool:
    texts = cell_texts.long_texts(rows, column)
    return len(texts) > 1 and sum(map(cell_texts.is_sentence, texts)) >= 0.5 * len(texts)


def _mostly_capital(rows: Sequence[Sequence[str]], column: int) -> bool:
    texts = cell_texts.long_texts(rows, column)
    return sum(not said[0].islower() for said in texts) >= 0.5 * len(texts)


def _mostly_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the rows are numbered requirements: one without a number is text that runs across the table."""
    names = [plain(row[0]) for row in rows if row[0] and any(row[1:])]
    return len(names) > 1 and sum(map(cell_texts.begins_with_number, names)) >= 0.6 * len(names)
