"""Claims of tables: one for each row, by what the row is about, the names of its columns and the table's subject."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.sentences import keeps_numbers
from pipeline_core.adapters.facts.table_context import Context, context_of, titled
from pipeline_core.adapters.facts.table_grid import MARKS, Grid, Row, is_crowded, plain, read_grid
from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.tables import VALUES, Columns, columns_of, goes_on, inner_header, is_empty, kind_of
from pipeline_core.domain.text import numbers_in
from pipeline_core.domain.unreadable import unreadable

MOST_COLUMNS = 12
_LONGEST_NAME = 160
_LONG = 5
"""Words from which a cell's text has a beginning and an end that can be missing."""
_REMARK = re.compile(r"\[[^\[\]]*\]")
"""``[DELETED, DUPLICATE OF 4.1.3]``: what stands where a requirement was."""
_NUMBERED = re.compile(r"(?:\S+ ){0,5}?(?<![\d.])\d{1,4}\.")
_BULLETS = frozenset("o•●▪■‣◦–—-*")
_ASIDE = re.compile(r"\([^()]*\)")
_SENTENCE = re.compile(r".{12,}[.!?。！？](?:[)\"'”’»\]]|\s*[(\[][^()\[\]]{1,24}[)\]])*\s*\Z", re.DOTALL)
_TOTAL = re.compile(
    r"(?:grand |sub)?(?:total|sum|all|gesamt|summe|insgesamt|ensemble|somme|totale|totaal|итого|всего|合计|总计)", re.I
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as far as it was read, for what may go on with it."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kept: tuple[int, ...] = ()
    context: Context = Context()
    group: str = ""
    certain: bool = False
    has_groups: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """A row and what is known of it: its name, and the values with their columns' names (blank without)."""

    row: Row
    name: str
    name_of_name: str
    pairs: list[tuple[str, str]]


def table_claims(
    text: str, blocks: Sequence[Block], at: int, before: Table | None = None, after: str = ""
) -> tuple[list[Claim], Table | None]:
    """The rows of the table ``blocks[at]``, of two to twelve columns, and the table for what may go on with it.

    What its columns are called is judged by ``domain.tables``. A table that goes on with the one ``before`` it (cut by
    a chunk's or a page's end) has that one's names; under no name a value is said without one.
    """
    block = blocks[at]
    begins_within = not text[: block.start].strip()
    grid = read_grid(text, block, before.kept if before and begins_within else ())
    if grid is None or (
        not grid.has_header and not _has_line_below_first(text, block) and not (before and begins_within)
    ):
        return [], None
    if not 2 <= grid.width <= MOST_COLUMNS:
        return [], None
    table, body = _headed(grid, context_of(text, blocks, at, after), before, begins_within=begins_within)
    claims: list[Claim] = []
    followed = at + 1 < len(blocks) and blocks[at + 1].kind == "prose"
    reader = _Reader(text, table, body, followed=followed, is_cut=followed and _begins_small(text, blocks[at + 1]))
    for row in reader.rows():
        claims += reader.claim(row)
    cells = tuple(row.cells for row in body)
    return claims, replace(reader.table, rows=(table.rows + cells)[-24:])


def _has_line_below_first(text: str, block: Block) -> bool:
    lines = text[block.start : block.end].split("\n", 2)
    return len(lines) > 1 and set(lines[1]) <= set("|-: \t>") and "-" in lines[1]


def _headed(grid: Grid, context: Context, before: Table | None, *, begins_within: bool) -> tuple[Table, list[Row]]:
    """The table by its header, its own or that of the table it goes on with, and the rows of data."""
    cells = [row.cells for row in grid.rows]
    if grid.has_header and len(cells) == 1:  # its rows are in the next chunk
        return Table(cells[0], (), grid.kept, context), []
    columns = columns_of(cells, declared=grid.has_header)
    body = grid.rows[columns.rows :]
    certain = (
        columns.are_named and grid.has_header and len({*filter(None, columns.names)}) == sum(map(bool, columns.names))
    )
    context = (not context.is_caption and columns.title and titled(columns.title)) or context
    own = Table(columns.names, (), grid.kept, context, certain=certain)
    if before is None or len(before.names) != grid.width:
        return own, body
    found = context if context.is_caption else before.context
    if begins_within and not grid.has_header:
        # the same table: another would have a line below its first row
        if before.rows:
            return replace(before, context=found), grid.rows
        columns = columns_of([before.names, *cells])
        own = replace(before, names=columns.names, context=found, certain=columns.are_named)
        return own, grid.rows[max(0, columns.rows - 1) :]
    if not columns.are_named and goes_on(before.rows, [row.cells for row in body], turns_page=False):
        return replace(before, kept=grid.kept, rows=(), context=found, certain=False), body
    return own, body


def _begins_small(text: str, block: Block) -> bool:
    """Whether the paragraph goes on with a sentence."""
    return text[block.start : block.start + 1].islower()


class _Reader:
    """Goes through the rows of a table's body."""

    def __init__(self, text: str, table: Table, body: Sequence[Row], *, followed: bool, is_cut: bool):
        self._text = text
        self._last = body[-1] if body and followed else None
        self._is_cut_below = is_cut
        self._body = body
        self._cells = [row.cells for row in body]
        self.table = replace(table, has_groups=table.has_groups or _begins_with_group(body))
        self._long = [_mostly_sentences(self._cells, at) for at in range(len(table.names))]
        self._capital = [_mostly_capital(self._cells, at) for at in range(len(table.names))]

    def rows(self) -> Iterator[_Said]:
        """The rows of data, each with the names in force where it stands."""
        skipped, name = 0, ""
        for at, row in enumerate(self._body):
            if skipped or row.is_blank:
                skipped, name = max(0, skipped - 1), "" if row.is_blank else name
                continue
            if inner := self._inner_header(at):
                self.table = replace(self.table, names=inner.names, certain=False, group="")
                skipped = inner.rows - 1
            elif title := self._title(at):
                self.table = replace(self.table, context=Context(title), group="")
            elif group := self._group(at):
                self.table = replace(self.table, group=group)
            else:
                name = row.cells[0] or (name if self._may_share_name(row) else "")
                yield self._said(row, plain(name))

    def _inner_header(self, at: int) -> Columns | None:
        """New names of the columns, where the row begins a table below another."""
        if at and (inner := inner_header(self._cells, at, self.table.names)):
            return inner
        if at and self._body[at - 1].is_blank and not self._cells[at][0]:
            found = columns_of(self._cells[at:], declared=False)
            return found if found.are_named else None
        return None

    def _title(self, at: int) -> str:
        """What a table below another is about: words alone, a blank row, and then its header."""
        if at + 2 >= len(self._body) or not self._body[at + 1].is_blank or self._cells[at + 2][0]:
            return ""
        said = [plain(self._cells[at][column]) for column in self._body[at].filled]
        words = " ".join(said)
        return words if len(words.split()) <= 10 and all(kind_of(cell) == "words" for cell in said) else ""

    def _group(self, at: int) -> str:
        """The heading that the row is for those below it; blank if it is none.

        A row with a name and no values may as well be one of which nothing is known: only where a table begins with
        such a row, or the row looks like a heading, does it head others.
        """
        row = self._body[at]
        distinct = {row.cells[column] for column in row.filled}
        if len(distinct) != 1 or not (row.filled == [0] or (len(row.filled) == len(row.cells) > 2)):
            return ""
        said = plain(row.cells[0])
        looks = row.cells[0].startswith("**") or said.endswith(":") or len(row.filled) > 1
        if at + 1 < len(self._body) and (self.table.has_groups or looks) and kind_of(said) not in VALUES:
            return said.strip(" :")
        return ""

    def _may_share_name(self, row: Row) -> bool:
        """Whether a row without a name is one of several that the name above spans: then its second cell tells it."""
        second = plain(row.cells[1]) if len(row.cells) > 2 else ""
        return bool(second) and kind_of(second) in ("words", "year", "date", "code") and not _TOTAL.match(second)

    def _said(self, row: Row, name: str) -> _Said:
        names = self.table.names
        pairs = [
            (column, value)
            for column, cell in zip(names[1:], row.cells[1:], strict=True)
            if not is_empty(value := plain(cell))
        ]
        crowded = any(is_crowded(value) for _, value in pairs)
        if crowded or not all(column for column, _ in pairs):
            pairs = [("", value) for _, value in pairs]
        return _Said(row, name.rstrip(" :"), names[0], pairs)

    def claim(self, said: _Said) -> Iterator[Claim]:
        """``Flood – Deductible: $500; Limit: $10,000``, or nothing where the row is not whole."""
        row = said.row
        answer = "; ".join(value for _, value in said.pairs)
        quote = " ".join(self._text[start:end] for start, end in row.spans)
        if not any(map(str.isalnum, answer)) or not keeps_numbers(answer, quote) or unreadable(f"{said.name} {answer}"):
            return
        if any(self._is_cut(row, column) for column in row.filled) or _is_no_row(said):
            return
        sentence = next((value for _, value in said.pairs if _SENTENCE.match(value)), "")
        if not sentence and (_says_nothing(said) or any(_REMARK.fullmatch(value) for _, value in said.pairs)):
            return
        required = sentence or _longest_text(said)
        if _is_id(said.name) and required:
            statement = _requirement(said, required)
        elif _may_name_a_row(said.name):
            statement = self._pairs(said)
        elif _is_whole_sentence(said.name) and all(column for column, _ in said.pairs):
            statement = f"{said.name} ({'; '.join(f'{column}: {value}' for column, value in said.pairs)})"
        elif said.name.endswith("?") and len(said.pairs) == 1:
            statement = f"{said.name} {answer}"
        else:
            return
        traits = self._traits(said, sentence=bool(sentence))
        # a row may ask itself; a question made for each row would be the same question over and over
        asked = said.name if said.name.endswith("?") else None
        score = 1.5 + bool(numbers_in(answer))
        yield Claim(
            row.spans,
            statement,
            answer if asked else None,
            lambda: iter(filter(None, [asked])),
            score,
            traits,
        )

    def _pairs(self, said: _Said) -> str:
        context = self.table.context
        is_last = said.row is self._body[-1]
        group = "" if is_last and _TOTAL.match(said.name) else self.table.group
        name = said.name
        if kind_of(name) in VALUES and any(map(str.isalpha, said.name_of_name)):
            name = f"{said.name_of_name} {name}"
        about = ", ".join(part for part in (group, name) if part)
        named = all(column for column, _ in said.pairs)
        values = _listed(said.pairs)
        # nothing is said twice: a caption or a name may give the unit, a group may be the heading
        topic = "" if context.subject.casefold() in (group.casefold(), name.casefold()) else context.subject
        is_said = context.unit.casefold() in f"{topic} {values}".casefold()
        unit = f" ({context.unit})" if not is_said and any(map(str.isdigit, values)) else ""
        if named:
            subject = f"{topic}: " if topic else ""
            return f"{subject}{about} – {values}{unit}"
        subject = f"{topic} – " if topic else ""
        return f"{subject}{about}: {values}{unit}"

    def _traits(self, said: _Said, *, sentence: bool) -> dict[str, float]:
        named = all(column for column, _ in said.pairs)
        if named:
            header = {"header_certain" if self.table.certain else "header_guessed": 1.0}
            if self._share_a_name(said):
                header = {"header_missing": 1.0}
        else:
            is_told = bool(self.table.context.subject or self.table.context.unit)
            # a name and what is stated for it lack nothing, whatever their statement looks like
            header = {"header_missing": 0.0, "unnamed_cells": 0.0}
            if not _is_key_and_value(said, is_told=is_told):
                header = {"header_missing": 1.0}
        cells = len(said.row.cells)
        return {
            "row": 1.0,
            **header,
            "key_named": float(bool(said.name_of_name) or kind_of(said.name) not in VALUES),
            "columns": float(cells),
            "cells": float(len(said.pairs)),
            "empty_cells": 1 - len(said.row.filled) / cells,
            "caption": float(self.table.context.is_caption),
            "unit": float(bool(self.table.context.unit)),
            "requirement": float(sentence and _is_id(said.name)),
            "sentence_whole": float(sentence),
        }

    def _share_a_name(self, said: _Said) -> bool:
        """Whether another column has the name of one that the row has a value for: which is meant cannot be told."""
        return any(self.table.names[1:].count(column) > 1 for column, _ in said.pairs)

    def _is_cut(self, row: Row, column: int) -> bool:
        """Whether the beginning or end of a long text is missing.

        Its column's other texts end as sentences do, or begin with a capital; or it ends in mid-phrase.
        """
        said = plain(row.cells[column])
        if len(said.split()) < _LONG:
            return False
        may_begin_small = _is_id(plain(row.cells[0])) or (all(self.table.names[1:]) and not self._capital[column])
        if said[0].islower() and not may_begin_small:
            return True
        if _SENTENCE.match(said):
            return False
        return (row is self._last and (self._is_cut_below or self._long[column])) or CUT_END.search(said) is not None


def _is_no_row(said: _Said) -> bool:
    """Whether it is the header once more, an item with its bullet in a cell, or only the end of another row."""
    if all(column and column.casefold() == value.casefold() for column, value in said.pairs):
        return True
    if said.name in _BULLETS and not any(column for column, _ in said.pairs):
        return True
    return len(said.row.cells) > 2 and len(said.pairs) == 1 and _ASIDE.fullmatch(said.pairs[0][1]) is not None


def _says_nothing(said: _Said) -> bool:
    """Whether of a row's values nobody could tell what they are: words side by side without names of columns."""
    values = [value for _, value in said.pairs]
    nameless = not all(column for column, _ in said.pairs)
    if nameless and said.name[:1].islower():
        return True
    return nameless and len(said.row.cells) > 2 and not any(kind_of(value) in VALUES - {"code"} for value in values)


def _mostly_sentences(rows: Sequence[Sequence[str]], column: int) -> bool:
    texts = _long_texts(rows, column)
    return len(texts) > 1 and sum(_SENTENCE.match(said) is not None for said in texts) >= 0.5 * len(texts)


def _mostly_capital(rows: Sequence[Sequence[str]], column: int) -> bool:
    texts = _long_texts(rows, column)
    return sum(not said[0].islower() for said in texts) >= 0.5 * len(texts)


def _long_texts(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    return [said for row in rows if len((said := plain(row[column])).split()) >= _LONG]


def _begins_with_group(body: Sequence[Row]) -> bool:
    first = next((row for row in body if not row.is_blank), None)
    return first is not None and first.filled == [0] and len(body) > 1


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    """``Deductible: $500; Limit: $10,000``; values without names stand alone."""
    values = [value.rstrip(".") for _, value in pairs[:-1]] + [value for _, value in pairs[-1:]]
    return "; ".join(
        f"{column}: {value}" if column else value for (column, _), value in zip(pairs, values, strict=True)
    )


def _longest_text(said: _Said) -> str:
    """The text of a requirement that ends without a full stop; blank where no cell is a text."""
    texts = [value for _, value in said.pairs if len(value.split()) >= _LONG]
    return max(texts, key=len, default="")


def _is_key_and_value(said: _Said, *, is_told: bool) -> bool:
    """Whether the row is a name and what is stated for it: "Rent | $640 a month" needs no names of columns.

    A mere number needs that something above the table says what is counted (``is_told``).
    """
    if len(said.row.cells) != 2:
        return False
    [(_, value)] = said.pairs
    if kind_of(value) == "number" and not is_told:
        return False
    return kind_of(said.name) == "words" and (len(value.split()) <= _LONG or _SENTENCE.match(value) is not None)


def _is_whole_sentence(name: str) -> bool:
    return _SENTENCE.match(name) is not None and not name[0].islower() and len(name.split()) > 3


def _is_id(name: str) -> bool:
    """Whether it is a number or code, as requirements have them: ``1.2.3``, ``REQ-7``, ``V2.1``."""
    return len(name) <= 24 and name.count(" ") <= 1 and any(map(str.isdigit, name))


def _requirement(said: _Said, sentence: str) -> str:
    """``1.2.3: Verify that … (L2: ✓; CWE: 250)``: the id, the sentence, and what else the row says."""
    others = [(column, value) for column, value in said.pairs if value != sentence]
    if not all(column for column, _ in others):
        others = [(column, value) for column, value in others if not set(value.split()) <= MARKS]
        if any(not column for column, _ in others):
            others = [(column, value) for column, value in others if column]
    rest = _listed(others)
    return f"{said.name}: {sentence}" + (f" ({rest})" if rest else "")


def _may_name_a_row(name: str) -> bool:
    """Whether it is short enough, and no end of a sentence: "1." and "Art. 5." are names too."""
    is_sentence = name.endswith("?") or (name.endswith(".") and not _NUMBERED.fullmatch(name))
    return not is_empty(name) and len(name) <= _LONGEST_NAME and " : " not in name and not is_sentence
