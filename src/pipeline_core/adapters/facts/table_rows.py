"""Claims of small tables: each row by its header."""

import re
from collections.abc import Iterator, Sequence

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS, Claim
from pipeline_core.adapters.facts.english import in_mid_sentence
from pipeline_core.adapters.facts.english_words import word_set
from pipeline_core.adapters.facts.plain_questions import according_to, listed, under_heading
from pipeline_core.adapters.facts.sentences import keeps_numbers
from pipeline_core.domain.text import numbers_in, strip_markdown

_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_EMPTY_CELLS = frozenset({"", "-", "–", "—", "n/a", "na", "none", "...", "…"})
_TELLS_LITTLE = word_set("value values description details definition meaning notes note comment comments content")


def table_claims(text: str, block: Block, _code: str) -> Iterator[Claim]:
    """Rows of a table of two to four columns below a header row."""
    lines = text[block.start : block.end].split("\n")
    if len(lines) < 3 or not _DELIMITER.match(lines[1]):
        return
    header = [strip_markdown(cell) for cell in _cells(lines[0])]
    if not 2 <= len(header) <= 4 or not any(header[1:]) or not all(map(_names_a_column, header)):
        return
    start = block.start + len(lines[0]) + len(lines[1]) + 2
    for line in lines[2:]:
        row = line.strip()
        cells = _cells(row)
        at = start + line.find(row)
        start += len(line) + 1
        if len(cells) == len(header) and (claim := _row(row, cells, header, block.headings, at)):
            yield claim


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _CELL_BORDER.split(line.strip())]
    return cells[line.strip().startswith("|") : len(cells) - line.strip().endswith("|")]


def _names_a_column(cell: str) -> bool:
    return len(cell) <= 40 and len(cell.split()) <= 6 and not cell.endswith((".", "?"))


def _row(row: str, cells: Sequence[str], header: Sequence[str], headings: Sequence[str], at: int) -> Claim | None:
    """``Flood: Deductible $500; Limit $10,000``, answered by the cells exactly as they stand in the row."""
    name = strip_markdown(cells[0])
    filled = [
        (column, strip_markdown(cell))
        for column, cell in zip(header[1:], cells[1:], strict=True)
        if cell.strip().lower() not in _EMPTY_CELLS
    ]
    answer = "; ".join(value for _, value in filled)
    if not name or len(name) > 80 or " : " in name or not any(map(str.isalnum, answer)):
        return None
    if not keeps_numbers(answer, row):
        return None
    plain = f'What does the table say about "{name}"?'
    questions = [q for q in (_ask_row(name, [c for c, _ in filled if c], headings), plain) if q]
    statement = f"{name}: " + "; ".join(f"{column} {value}".strip() for column, value in filled)
    score = 1.5 + bool(numbers_in(answer))
    return Claim(at, at + len(row), statement, answer, lambda: iter(questions), score)


def _ask_row(name: str, columns: Sequence[str], headings: Sequence[str]) -> str | None:
    if len(columns) > 1:
        asked = f'What does the table give as {listed(columns, "en")} for "{name}"{according_to(headings)}?'
    elif columns and columns[0].lower() not in _TELLS_LITTLE:
        asked = f'What is the {in_mid_sentence(columns[0], "")} for "{name}"{according_to(headings)}?'
    else:
        asked = f'What does the table{under_heading(headings)} say about "{name}"?'
    return asked if len(asked) <= MAX_QUESTION_CHARS else None
