"""Claims of tables: one for each row, by what the row is about, the names of its columns and the table's subject."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.cell_texts import CutCells
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.row_sources import around, head_of, told_by
from pipeline_core.adapters.facts.row_statements import ANSWERS, statement_of
from pipeline_core.adapters.facts.row_traits import traits_of
from pipeline_core.adapters.facts.sentences import keeps_numbers
from pipeline_core.adapters.facts.table_abbreviations import explained_near, in_full
from pipeline_core.adapters.facts.table_body import Body, Said, Table, headed
from pipeline_core.adapters.facts.table_context import context_of
from pipeline_core.adapters.facts.table_grid import Grid, read_grid
from pipeline_core.adapters.facts.table_notes import note_of_all, notes_below, with_notes, words_of
from pipeline_core.domain.text import numbers_in

MOST_COLUMNS = 12
MOST_CERTAIN_COLUMNS = 40
"""So many are said of a row where each has a name of its own, as exports of programs have them."""
_BULLET = re.compile(r"\\?[•◦‣▪▫●○■□·∙*]\s")


def table_claims(
    text: str, blocks: Sequence[Block], at: int, before: Table | None = None, after: str = "", above: str = ""
) -> tuple[list[Claim], Table | None]:
    """The rows of the table ``blocks[at]``, and the table for what may go on with it.

    It has two to twelve columns, or up to forty under a header that names each: words run together or apart, as
    conversions leave them, are found in wide tables above all.
    What its columns are called is judged by ``domain.tables``. A table that goes on with the one ``before`` it (cut by
    a chunk's or a page's end) has that one's names; under no name a value is said without one.
    """
    block = blocks[at]
    begins_within = not text[: block.start].strip()
    grid = read_grid(text, block, before.kept if before and begins_within else ())
    is_table = grid and (grid.has_header or _has_line_below_first(text, block) or (before and begins_within))
    if not (grid and is_table and 2 <= grid.width <= MOST_CERTAIN_COLUMNS) or _is_list(grid):
        return [], None
    is_next = begins_within or _stands_below_a_table(text, blocks[:at])
    context = told_by(text, blocks, at, context_of(text, blocks, at, after, above), after, above)
    table, rows = headed(grid, context, before, begins_within=begins_within, is_next=is_next)
    if grid.width > MOST_COLUMNS and rows and len({*table.names} - {""}) < grid.width:
        return [], None
    table = replace(table, head=head_of(table, before, grid.rows[: len(grid.rows) - len(rows)]))
    followed = at + 1 < len(blocks) and blocks[at + 1].kind == "prose"
    is_cut_below = followed and text[blocks[at + 1].start : blocks[at + 1].start + 1].islower()
    cut = CutCells(rows, table.names, followed=followed, is_cut_below=is_cut_below)
    body = Body(table, rows)
    in_words = explained_near(text, blocks, at, table.names, after)
    notes, of_all = notes_below(text, blocks, at, after), note_of_all(text, blocks, at, after)
    found = [in_full(with_notes(said, notes, of_all), in_words) for said in body.rows()]
    keys = [said.name for said in found]
    claims = [claim for said in found for claim in _claim(text, said, cut, keys)]
    cells = tuple(row.cells for row in rows)
    return claims, replace(body.table, rows=(table.rows + cells)[-24:])


def _stands_below_a_table(text: str, above: Sequence[Block]) -> bool:
    """Return whether only the number of a page stands between a table and the one above it."""
    rest = list(above)
    while rest and is_page_number(text, rest[-1]):
        rest.pop()
    return bool(rest) and rest[-1].kind == "table"


def is_page_number(text: str, block: Block) -> bool:
    """Return whether a paragraph is only a number: it stands between the parts of a table on two pages."""
    return block.kind == "prose" and block.text_in(text).strip().isdecimal()


def why_no_rows(text: str, block: Block, *, goes_on: bool = False) -> str:
    """Why a table gave no row, in the words of the ledger; ``goes_on``: it may go on with one before it."""
    grid = read_grid(text, block)
    if grid is None:
        return "a table of blank cells"
    if not grid.has_header and not _has_line_below_first(text, block) and not goes_on:
        return "a table without a header row"
    if len(grid.rows) <= grid.has_header:
        return "a table without rows below its header"
    if grid.width < 2:
        return "a table of one column"
    if grid.width > MOST_COLUMNS:
        return (
            f"a table of {grid.width:,} columns: up to {MOST_COLUMNS} are read row by row, up to "
            f"{MOST_CERTAIN_COLUMNS} where its first row names each of them"
        )
    if _is_list(grid):
        return "a list set in columns"
    return "a table none of whose rows says what it is about"


def _is_list(grid: Grid) -> bool:
    """Return whether it is a list set in columns, a bullet before each entry: neighbouring cells are unrelated."""
    cells = [cell for row in grid.rows for cell in row.cells if cell]
    return bool(cells) and all(_BULLET.match(cell) for cell in cells)


def _has_line_below_first(text: str, block: Block) -> bool:
    lines = text[block.start : block.end].split("\n", 2)
    return len(lines) > 1 and set(lines[1]) <= set("|-: \t>") and "-" in lines[1]


def _claim(text: str, said: Said, cut: CutCells, keys: Sequence[str]) -> Iterator[Claim]:
    """The row's claim, or nothing where the row is not whole."""
    answer = "; ".join(value for _, value in said.pairs)
    quote = " ".join([*words_of(text, said.row.spans), *words_of(text, (source for _, source in said.notes))])
    # a row without words may mark those of several columns that it holds for
    is_marked = said.is_named and len(said.row.cells) > 2 and any(value in ANSWERS for _, value in said.pairs)
    states = any(map(str.isalnum, answer)) or is_marked
    if not states or not keeps_numbers(answer, quote) or cut.is_cut(said.row) or cut.is_no_row(said):
        return
    if not (statement := statement_of(said)):
        return
    # a row may ask itself; a question made for each row would be the same question over and over
    asked = said.name if said.name.endswith("?") else None
    yield Claim(
        said.row.spans,
        statement,
        1.5 + bool(numbers_in(answer)),
        traits_of(said, keys),
        asked,
        answer,
        around(text, said, statement),
    )
