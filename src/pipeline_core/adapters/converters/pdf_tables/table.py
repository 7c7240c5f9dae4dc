"""A table that was found on a page, and how it is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.adapters.converters.boxes import Box, Word
from pipeline_core.adapters.converters.escapes import escape_marks, pipe_table
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText
from pipeline_core.domain.tables import columns_of


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are of one width; ``words`` are all that stand in it. ``edges`` are the sides of its columns."""

    box: Box
    rows: tuple[tuple[str, ...], ...]
    words: tuple[Word, ...]
    edges: tuple[float, ...]


def made(
    text: PageText, box: Box, rows: Sequence[Sequence[str]], words: Sequence[Word], edges: Sequence[float]
) -> Table | None:
    """A table of the rows and columns that have any text, in the order in which they are read; None if it is none.

    Args:
        rows: the cells from left to right.
        edges: the sides of the columns, one more than columns.
    """
    kept = [at for at in range(len(edges) - 1) if any(row[at] for row in rows)]
    filled = [[row[at] for at in kept] for row in rows if any(row)]
    if len(kept) < 2 or sum(sum(map(bool, row)) > 1 for row in filled) < 2:
        return None
    if text.reads_leftwards(words):
        filled = [row[::-1] for row in filled]
    return Table(box, tuple(map(tuple, filled)), tuple(words), tuple(edges[at] for at in kept) + tuple(edges[-1:]))


def made_of(
    text: PageText, lines: Sequence[Line], rows: Sequence[Sequence[str]], edges: Sequence[float], *drawn: Box
) -> Table | None:
    """A table of lines of words; ``edges`` are the sides between its columns, ``drawn`` is where its rules are."""
    words = [word for line in lines for word in line.words]
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    box = Box.around([Box(left, lines[0].top, right, lines[-1].bottom), *drawn])
    return made(text, box, rows, words, [left, *edges, right])


def markdown(table: Table) -> str:
    """The table in markdown; below an empty header where its first row is one like the others."""
    rows = [[escape_marks(text).replace("|", "\\|") for text in row] for row in table.rows]
    return pipe_table(rows, has_header=columns_of(table.rows).rows > 0, rule="---|")
