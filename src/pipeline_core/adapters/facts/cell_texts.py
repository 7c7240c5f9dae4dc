"""Kinds of text in a table's cell: a sentence, the id of a requirement, a few words; and rows that lack a part."""

import re
from collections.abc import Sequence

from pipeline_core.adapters.facts.table_body import Said
from pipeline_core.adapters.facts.table_grid import MARKS, SECTION, Row, plain
from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.sentence_ends import STOPS

LONG = 5
"""Words from which a cell's text has a beginning and an end that can be missing."""
_CLOSED = r"(?:[)\"'”’»\]]|\s*[(\[][^()\[\]]{1,24}[)\]])*\s*\Z"
_SENTENCE = re.compile(rf"(?:.{{12,}}[{STOPS}]|.{{5,}}[。！？]){_CLOSED}", re.DOTALL)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEADING_NUMBER = re.compile(rf"(?:{SECTION.pattern})\s+(?=\S)")
_UNFINISHED = re.compile(r"[/,，、]\Z")


def is_sentence(said: str) -> bool:
    """Return whether it ends as sentences do; a note or a reference in parentheses may stand behind."""
    return _SENTENCE.match(said) is not None


def is_whole_sentence(said: str) -> bool:
    """Return whether it begins as sentences do as well, with or without a number before it."""
    return is_sentence(said) and not said[0].islower() and length(said) > 3


def length(said: str) -> int:
    """Its words; where none are parted by blanks, two signs are counted as a word."""
    return len(said.split()) + len(_IDEOGRAPH.findall(said)) // 2


def is_id(name: str) -> bool:
    """Return whether it is a number or code, as requirements have them: ``1.2.3``, ``REQ-7``, ``V2.1``."""
    return len(name) <= 24 and name.count(" ") <= 1 and any(map(str.isdigit, name))


def is_section_number(name: str) -> bool:
    """Return whether it numbers the text, and names nothing: ``1.2.3``, ``C.9``; not ``SHA-1`` or ``HAProxy 2.4``."""
    return SECTION.fullmatch(name) is not None


def begins_with_number(said: str) -> bool:
    """Return whether the number of a section or requirement is all of it, or stands before its words."""
    return is_section_number(said) or _LEADING_NUMBER.match(said) is not None


def is_unfinished(said: str) -> bool:
    """Return whether its end is missing, as its last sign or word shows."""
    return _UNFINISHED.search(said) is not None or (length(said) >= LONG and CUT_END.search(said) is not None)


def long_texts(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    """The texts of a column that have a beginning and an end."""
    return [said for row in rows if length(said := plain(row[column])) >= LONG]


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
        texts = [long_texts(cells, at) for at in range(len(names))]
        self._long = [len(own) > 1 and 2 * sum(map(is_sentence, own)) >= len(own) for own in texts]
        self._capital = [2 * sum(not said[0].islower() for said in own) >= len(own) for own in texts]
        self._is_numbered = _mostly_numbered(cells)

    def is_no_row(self, said: Said) -> bool:
        """Return whether it is the header again, a legend's sign, a line of text across the table, or a row's end."""
        if all(column and column.casefold() == value.casefold() for column, value in said.pairs):
            return True
        if said.name in _BULLETS | MARKS:
            return True  # what a sign means is no statement: the rows that have it say what it is said of
        if self._is_numbered and not begins_with_number(said.name):
            return True
        return len(said.row.cells) > 2 and len(said.pairs) == 1 and _ASIDE.fullmatch(said.pairs[0][1]) is not None

    def is_cut(self, row: Row) -> bool:
        """Return whether the beginning or end of a cell's text is missing."""
        return any(self._is_cut_in(row, column) for column in row.filled)

    def _is_cut_in(self, row: Row, column: int) -> bool:
        """Its column's other texts end as sentences do, or begin with a capital; or it ends in mid-phrase."""
        said = plain(row.cells[column])
        if column and is_unfinished(said):
            return True
        if length(said) < LONG:
            return False
        may_begin_small = is_id(plain(row.cells[0])) or (all(self._names[1:]) and not self._capital[column])
        if said[0].islower() and not may_begin_small:
            return True
        if is_sentence(said):
            return False
        return (row is self._last and (self._is_cut_below or self._long[column])) or is_unfinished(said)


def _mostly_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the rows are numbered requirements: one without a number is text that runs across the table."""
    names = [plain(row[0]) for row in rows if row[0] and any(row[1:])]
    return len(names) > 1 and sum(map(begins_with_number, names)) >= 0.6 * len(names)
