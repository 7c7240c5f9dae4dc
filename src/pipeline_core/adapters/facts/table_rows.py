"""Claims of tables: each row by the names of its columns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS, Claim
from pipeline_core.adapters.facts.english import in_mid_sentence
from pipeline_core.adapters.facts.english_words import word_set
from pipeline_core.adapters.facts.plain_questions import according_to, listed, under_heading
from pipeline_core.adapters.facts.sentences import keeps_numbers
from pipeline_core.domain.tables import DELIMITER_ROW, EMPTY_CELLS, columns_of, goes_on, inner_header
from pipeline_core.domain.text import numbers_in, strip_markdown
from pipeline_core.domain.unreadable import unreadable

_MOST_COLUMNS = 8
_MOST_WITHOUT_NAMES = 4
"""Of the values of a wider row nobody could tell which is which."""
_LONGEST_NAME = 160
_NUMBERED = re.compile(r"(?:\S+ ){0,5}?(?<![\d.])\d{1,4}\.")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_TELLS_LITTLE = word_set("value values description details definition meaning notes note comment comments content")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as far as it was read: the names of its columns, blank where it has none, and its rows of cells."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_claims(text: str, block: Block, before: Table | None = None) -> tuple[list[Claim], Table | None]:
    """The rows of a table of two to eight columns, and the table for what may go on with it.

    What its columns are called is judged by ``domain.tables``. A table that goes on with the one ``before`` it (cut by
    a chunk's or a page's end) has that one's names; under no name a value is said without one.
    """
    lines = list(_lines(text, block))
    if len(lines) > 1 and DELIMITER_ROW.match(lines[1][0]):
        has_header = any(_cells(lines[0][0]))
        lines = [*lines[:1], *lines[2:]] if has_header else lines[2:]
    elif before and not text[: block.start].strip():
        has_header = False  # the chunk begins in the middle of a table
    else:
        return [], None
    rows = [tuple(_cells(line)) for line, _ in lines]
    width = len(rows[0]) if rows else 0
    if not 2 <= width <= _MOST_COLUMNS:
        return [], None
    if has_header and not any(len(row) == width for row in rows[1:]):  # its rows are in the next chunk
        return [], Table(tuple(map(strip_markdown, rows[0])), ())
    columns = columns_of(rows, declared=has_header)
    names = columns.names
    body = [(cells, line, at) for cells, (line, at) in zip(rows, lines, strict=True)][columns.rows :]
    if not columns.are_named and before and goes_on(before.rows, [cells for cells, *_ in body], turns_page=False):
        names = before.names
    if width > _MOST_WITHOUT_NAMES and not all(names[1:]):
        return [], Table(names, tuple(cells for cells, *_ in body if len(cells) == width))
    claims: list[Claim] = []
    kept = [cells for cells, *_ in body]
    skipped = 0
    for position, (cells, line, at) in enumerate(body):
        if skipped:
            skipped -= 1
            continue
        if len(cells) != width:
            continue
        if position and (inner := inner_header(kept, position, names)):
            names, skipped = inner.names, inner.rows - 1
            continue
        if width > _MOST_WITHOUT_NAMES and not all(names[1:]):
            continue
        if claim := _row(line, cells, names, block.headings, at):
            claims.append(claim)
    return claims, Table(names, tuple(row for row in kept if len(row) == width))


def _lines(text: str, block: Block) -> Iterator[tuple[str, int]]:
    """The table's lines without a quote's marks and the space around them, and where each begins."""
    at = block.start
    for line in text[block.start : block.end].split("\n"):
        row = line.lstrip(" \t>")
        yield row.rstrip(), at + len(line) - len(row)
        at += len(line) + 1


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _CELL_BORDER.split(line.strip())]
    return cells[line.strip().startswith("|") : len(cells) - line.strip().endswith("|")]


def _row(row: str, cells: Sequence[str], header: Sequence[str], headings: Sequence[str], at: int) -> Claim | None:
    """``Flood: Deductible $500; Limit $10,000``, answered by the cells exactly as they stand in the row."""
    name = strip_markdown(cells[0])
    filled = [
        (column, strip_markdown(cell))
        for column, cell in zip(header[1:], cells[1:], strict=True)
        if cell.strip().lower() not in EMPTY_CELLS
    ]
    answer = "; ".join(value for _, value in filled)
    if not _may_name_a_row(name) or not any(map(str.isalnum, answer)):
        return None
    if not keeps_numbers(answer, row) or unreadable(f"{name} {answer}"):
        return None
    plain = f'What does the table say about "{name}"?'
    columns = [column for column, _ in filled if column]
    questions = [q for q in (_ask_row(name, columns, headings), plain, _ask_by_two(name, filled)) if q]
    statement = f"{name}: " + "; ".join(f"{column} {value}".strip() for column, value in filled)
    score = 1.5 + bool(numbers_in(answer))
    return Claim(((at, at + len(row)),), statement, answer, lambda: iter(questions), score)


def _may_name_a_row(name: str) -> bool:
    """Whether it is short enough, and no end of a sentence: "1." and "Art. 5." are names too."""
    is_sentence = name.endswith("?") or (name.endswith(".") and not _NUMBERED.fullmatch(name))
    return bool(name) and len(name) <= _LONGEST_NAME and " : " not in name and not is_sentence


def _ask_by_two(name: str, filled: Sequence[tuple[str, str]]) -> str | None:
    """For rows of which several have one name: told apart by their second cell."""
    if len(filled) < 2 or not filled[0][0]:
        return None
    (column, value), *others = filled
    given = listed([other for other, _ in others if other] or ["the rest"], "en")
    asked = f'What does the table give as {given} for "{name}" where {column} is "{value}"?'
    return asked if len(asked) <= MAX_QUESTION_CHARS else None


def _ask_row(name: str, columns: Sequence[str], headings: Sequence[str]) -> str | None:
    if len(columns) > 1:
        asked = f'What does the table give as {listed(columns, "en")} for "{name}"{according_to(headings)}?'
    elif columns and columns[0].lower() not in _TELLS_LITTLE:
        asked = f'What is the {in_mid_sentence(columns[0], "")} for "{name}"{according_to(headings)}?'
    else:
        asked = f'What does the table{under_heading(headings)} say about "{name}"?'
    return asked if len(asked) <= MAX_QUESTION_CHARS else None
