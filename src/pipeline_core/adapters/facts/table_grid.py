"""A table as its rows of cells, with what conversions do to them undone: cells run together, rows cut in two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.domain.table_spans import is_torn
from pipeline_core.domain.tables import DELIMITER_ROW, VALUES, cells_of, kind_of
from pipeline_core.domain.text import strip_inline

_LINE_BREAK = re.compile(r"\s*<br ?/?>\s*", re.IGNORECASE)
_THREE_DIGITS = re.compile(r"\d{3}\Z")
_GROUP_OF_DIGITS = re.compile(r"[-−+(]?\d{1,3}\Z")
_NUMBERED = re.compile(r"\d{1,3}\\?[.)]\s")
SECTION = re.compile(r"(?:[A-Z]{1,4}[.-]?)?\d{1,3}(?:\.\d{1,3})+\.?|[A-Z]\.\d{1,3}")
"""The number of a section or requirement: ``1.2.3``, ``V2.1``, ``C.9``."""
MARKS = frozenset("✓✔☑✗✘☒×xX●•○◯√")
"""Each of them, alone in a cell, says that what heads the column applies to the row, or does not."""


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` in markdown. ``spans`` are its place in the chunk; a row cut in two has one for each of its lines."""

    cells: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)

    @property
    def filled(self) -> list[int]:
        return [at for at, cell in enumerate(self.cells) if cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of one width. ``has_header``: the markdown has a line below the first row, as GFM asks for."""

    rows: list[Row]
    has_header: bool
    kept: tuple[int, ...]
    """Which columns are left; those without anything in them are not."""

    @property
    def width(self) -> int:
        return len(self.kept)


def read_grid(text: str, block: Block, kept_before: tuple[int, ...] = ()) -> Grid | None:
    """The table's rows; None where there is none.

    ``kept_before``: the columns that are left of the table with which this one may go on.
    """
    lines = list(_lines(text, block))
    has_delimiter = len(lines) > 1 and DELIMITER_ROW.match(lines[1][0]) is not None
    rows = [Row(tuple(cells_of(line)), ((start, start + len(line)),)) for line, start in lines]
    width = len(rows[0].cells) if rows else 0
    if has_delimiter:
        rows = [*rows[:1], *rows[2:]]
    closed = rows[0].cells and lines[0][0].endswith("|") if rows else False
    rows = [
        fitted
        for row in rows
        if (not closed or text[row.spans[0][1] - 1] == "|") and (fitted := _fitted(row, width)) is not None
    ]
    kept = tuple(at for at in range(width) if any(row.cells[at] for row in rows))
    if not has_delimiter and len(kept_before) and max(kept_before) < width:
        kept = kept_before
    if not kept:
        return None  # nothing but blank cells
    rows = [_spread(replace(row, cells=tuple(row.cells[at] for at in kept))) for row in rows]
    has_header = has_delimiter and not rows[0].is_blank
    if has_delimiter and rows[0].is_blank:
        rows = rows[1:]
    return Grid(_mended(rows), has_header, kept)


def _lines(text: str, block: Block) -> Iterator[tuple[str, int]]:
    """The table's lines without a quote's marks and the space around them, and where each begins."""
    at = block.start
    for line in text[block.start : block.end].split("\n"):
        row = line.lstrip(" \t>")
        yield row.rstrip(), at + len(line) - len(row)
        at += len(line) + 1


def _fitted(row: Row, width: int) -> Row | None:
    """The row with as many cells as the table has columns (in GFM the last ones may be left out), or None."""
    if len(row.cells) > width:
        return None if any(row.cells[width:]) else replace(row, cells=row.cells[:width])
    return replace(row, cells=row.cells + ("",) * (width - len(row.cells)))


def _spread(row: Row) -> Row:
    """Several values in one cell, with just as many blank cells behind it, are those cells' values."""
    cells = list(row.cells)
    for at, cell in enumerate(row.cells):
        tokens = cell.split()
        blanks = next((n for n, other in enumerate(row.cells[at + 1 :]) if other), len(row.cells) - at - 1)
        if len(tokens) < 2 or blanks != len(tokens) - 1 or not all(kind_of(token) in VALUES for token in tokens):
            continue
        if any(_GROUP_OF_DIGITS.match(one) and _THREE_DIGITS.match(other) for one, other in pairwise(tokens)):
            continue  # "10 000" is one number
        cells[at : at + len(tokens)] = tokens
    return replace(row, cells=tuple(cells))


def _mended(rows: Sequence[Row]) -> list[Row]:
    """Rows whose text was cut into two lines become one again."""
    mended: list[Row] = []
    names = [row.cells[0] for row in rows if row.cells[0]]
    names_begin_small = 3 * sum(_goes_on(name) for name in names) > len(names)
    are_numbered = 3 * sum(_NUMBERED.match(strip_inline(name)) is not None for name in names) >= len(names) > 0
    for row in rows:
        if not mended and are_numbered and _goes_on(row.cells[0]):
            continue  # the rest of a row in the chunk before
        if mended and (whole := _wrapped(mended[-1], row, are_numbered=are_numbered)):
            mended[-1] = whole
        elif mended and (joined := _joined(mended[-1], row, names_begin_small=names_begin_small)):
            mended[-1] = joined
        else:
            mended.append(row)
    return mended


def _wrapped(above: Row, row: Row, *, are_numbered: bool) -> Row | None:
    """One row, where each has a number and the second line has none: the rest of a name or of a text in its place."""
    name = strip_inline(above.cells[0])
    if row.cells[0]:
        goes_on = are_numbered and _NUMBERED.match(name) is not None and _goes_on(row.cells[0])
    else:
        long = max(range(len(above.cells)), key=lambda at: len(above.cells[at]))
        goes_on = bool(SECTION.fullmatch(name) and row.cells[long]) and not _is_whole(above.cells[long])
    if not goes_on:
        return None
    return _as_one(above, row)


def _as_one(above: Row, row: Row) -> Row:
    cells = tuple(f"{one} {other}".strip() for one, other in zip(above.cells, row.cells, strict=True))
    return Row(cells, (*above.spans, *row.spans))


def _joined(above: Row, row: Row, *, names_begin_small: bool) -> Row | None:
    """One row, where the second line goes on with the words of the first."""
    if above.is_blank or row.is_blank or is_torn(above.cells, row.cells):
        return None
    if (
        not names_begin_small
        and above.filled == [0]
        and len(row.filled) > 1
        and row.cells[0]
        and _goes_on(row.cells[0])
    ):
        name = f"{above.cells[0]} {row.cells[0]}"  # a name too long for its column
        return Row((name, *row.cells[1:]), (*above.spans, *row.spans))
    if row.cells[0] or not set(row.filled) <= set(above.filled) or len(above.filled) < 2:
        return None
    if not all(_goes_on(row.cells[at]) and not _is_whole(above.cells[at]) for at in row.filled):
        return None
    return _as_one(above, row)


def _goes_on(cell: str) -> bool:
    """Return whether it is the rest of something: words that begin small, or in parentheses."""
    first = strip_inline(cell)[:2]
    return (
        bool(first) and (first[0].islower() or (first[0] == "(" and first[1:].isalpha())) and kind_of(cell) == "words"
    )


def _is_whole(cell: str) -> bool:
    return strip_inline(cell).endswith((".", "!", "?", ";", "。")) or kind_of(strip_inline(cell)) in VALUES | {"blank"}


def plain(cell: str) -> str:
    """The cell's words on one line."""
    return strip_inline(_LINE_BREAK.sub(" ", cell) if _only_words(cell) else _LINE_BREAK.sub("; ", cell))


def _only_words(cell: str) -> bool:
    """Return whether the lines of a cell are one text: each after the first begins small."""
    parts = _LINE_BREAK.split(cell)
    return all(part[:1].islower() or not part for part in parts[1:])


def is_crowded(cell: str) -> bool:
    """Return whether values of several columns stand in it: ``✓ ✓ 250``, ``19% 22%``."""
    tokens = cell.split()
    if len(tokens) < 2:
        return False
    if any(token in MARKS - {"x", "X", "×", "•"} for token in tokens) and all(
        token in MARKS or kind_of(token) in VALUES for token in tokens
    ):
        return True
    kinds = {kind_of(token) for token in tokens}
    if kinds == {"number"}:
        return len(tokens) > 1 and sum("," in token or "." in token for token in tokens) > 1
    return kinds in ({"share"}, {"money"})
