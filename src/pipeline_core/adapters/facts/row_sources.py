"""Sources of a row's statement in the text: the caption and the unit of its table, its header, its group."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.scope import bare
from pipeline_core.adapters.facts.table_body import Said, Table
from pipeline_core.adapters.facts.table_context import Context, Source
from pipeline_core.adapters.facts.table_grid import Row
from pipeline_core.domain.facts import Around
from pipeline_core.domain.text import strip_inline, strip_markdown

_NEAR = 8
"""So many blocks above a table may say what it is about; its headings may be further up."""
_SHORTEST_PART = 4
"""Letters of a subject that goes on in another block."""


def told_by(text: str, blocks: Sequence[Block], at: int, context: Context, after: str, above: str) -> Context:
    """The context with its sources: of all that stands around the table ``blocks[at]``, what says it.

    ``after`` is the paragraph below a table that the chunk ends in, ``above`` those above one with which it begins.
    """
    near = [*_around(text, blocks, at, after, above)]
    outer = [(_plain(heading), Around(heading, heading=True)) for heading in reversed(blocks[at].headings)]
    spans = [(_plain(text[slice(*span)]), span) for span in context.spans]
    subject, unit = _folded(context.subject), _folded(context.unit)
    telling = _of_subject(subject, spans, near, outer) if subject else ()
    measuring = next(((source,) for said, source in (*spans, *near) if unit and unit in said), ())
    return replace(context, sources=telling, unit_sources=measuring)


def _of_subject(
    subject: str,
    spans: Sequence[tuple[str, Source]],
    around: Sequence[tuple[str, Source]],
    outer: Sequence[tuple[str, Source]],
) -> tuple[Source, ...]:
    """Find the whole subject, nearby or as a heading; else its parts, if it goes over two blocks."""
    near = [*spans, *around]
    own = [source for said, source in spans if subject in said]
    # the heading that is the subject, before a paragraph that has its words by the way
    alone = [source for said, source in (*around, *outer) if bare(said) == subject]
    holding = [source for said, source in (*around, *outer) if subject in said]
    if whole := (*own, *alone, *holding)[:1]:
        return whole
    # a caption with the section that it leans on: each stands in a place of its own
    halves = [next((source for said, source in (*near, *outer) if half in said), None) for half in subject.split(" – ")]
    if len(halves) > 1 and None not in halves:
        return tuple(dict.fromkeys(source for source in halves if source is not None))
    trimmed = ((said.rstrip(" :："), source) for said, source in near)  # "Winter:" is said without what leads on
    parts = [source for said, source in trimmed if said and (said in subject or _runs_into(said, subject))]
    return tuple(reversed(parts))


def _runs_into(said: str, subject: str) -> bool:
    """Return whether the subject begins with the end of the text: "Table 3: Fees of" before "the year 2020"."""
    return any(subject.startswith(said[-length:]) for length in range(_SHORTEST_PART, min(len(said), len(subject))))


def _around(text: str, blocks: Sequence[Block], at: int, after: str, above: str) -> Iterator[tuple[str, Source]]:
    """Yield the text around a table, the nearest above first: its words, folded, and where they stand."""
    further = [block for block in blocks[: max(0, at - _NEAR)] if block.kind == "heading"]
    nearest = [*reversed(blocks[max(0, at - _NEAR) : at]), *reversed(further)]
    below = blocks[at + 1 : at + 2]
    for block in (*nearest, *below):
        if block.kind in ("prose", "heading"):
            yield _plain(text[block.start : block.end]), _span(text, block)
    for paragraph in reversed(above.split("\n\n")):
        if paragraph.strip():
            yield _plain(paragraph), Around(paragraph.strip())
    if after and at + 1 == len(blocks):
        yield _plain(after), Around(after.strip(), below=True)


def _span(text: str, block: Block) -> tuple[int, int]:
    """Return the span of a block's words, without a heading's marks and the white space around."""
    said = text[block.start : block.end]
    marks = " \t\n#" if block.kind == "heading" else " \t\n"
    return block.start + len(said) - len(said.lstrip(marks)), block.start + len(said.rstrip(marks))


def head_of(table: Table, before: Table | None, rows: Sequence[Row]) -> tuple[Source, ...]:
    """Find the names of the table: in the rows that are no data, or in the table that it continues."""
    if before is not None and table.head and table.names == before.names:
        return table.head
    return (*table.head, *(span for row in rows for span in row.spans))


def outside(table: Table, text: str) -> Table:
    """The table for a chunk that goes on with it, in which ``text`` stands no more."""

    def told(sources: Iterable[Source]) -> tuple[Source, ...]:
        return tuple(
            source if isinstance(source, Around) else Around(text[slice(*source)].strip()) for source in sources
        )

    context = table.context
    context = replace(context, sources=told(context.sources), unit_sources=told(context.unit_sources), spans=())
    return replace(table, head=told(table.head), group_source=told(table.group_source), context=context)


def around(text: str, said: Said, statement: str) -> tuple[Around, ...]:
    """Find what a statement says from around its row, in a reader's order: caption, unit, header, group."""
    words = _folded(statement)
    table, context = said.table, said.table.context
    # a title may be the first row of the header
    names = [said.name_of_name, *(column for column, _ in said.pairs), *([] if context.sources else [context.subject])]
    sources = [
        *(context.sources if _is_said([context.subject], words) else ()),
        *(context.unit_sources if _is_said([context.unit], words) else ()),
        *(table.head if _is_said(names, words) else ()),
        *(table.group_source if _is_said([table.group], words) else ()),
        *(_of_name(text, said.named_by) if said.named_by else ()),
        *(source for told, source in said.notes if _is_said([told], words)),
    ]
    kept = (source for source in dict.fromkeys(sources) if source not in said.row.spans)
    return tuple(one if isinstance(one, Around) else Around(text[slice(*one)], one[0]) for one in kept)


def _of_name(text: str, row: Row) -> tuple[Source, ...]:
    """The cell that names a row and those below it; a name in two lines is in both."""
    start = text.find(row.cells[0], *row.spans[0])
    return ((start, start + len(row.cells[0])),) if start >= 0 else row.spans


def _is_said(names: Iterable[str], words: str) -> bool:
    return any(_folded(name) in words for name in names if name)


def _plain(text: str) -> str:
    return _folded(strip_markdown(text))


@lru_cache(maxsize=4096)  # the names of columns, once for each row
def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", strip_inline(text)).casefold().strip()
