"""Input of a generator for each chunk, and the key under which its answer is kept."""

import hashlib
from collections.abc import Sequence

import orjson

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.fences import fences, spans_within
from pipeline_core.domain.languages import languages_of, likely_language
from pipeline_core.domain.lists import begins_in_list, list_at_end
from pipeline_core.domain.tables import (
    MOST_ROWS,
    begins_in_table,
    paragraph_after_table,
    paragraphs_above_table,
    rows_at_end,
    table_at_end,
)
from pipeline_core.domain.titles import headings_of, naming_title, repeated_within
from pipeline_core.domain.unfinished import is_unfinished_at_end
from pipeline_core.ports.fact_generator import ChunkInput, FactGenerator


def cache_key(generator: FactGenerator, chunk: ChunkInput) -> str:
    """Content, generator, version and parameters: whose document it is does not matter."""
    value: list[object] = [generator.name, generator.version, generator.params, chunk.heading_path, chunk.text]
    told = (
        (chunk.before or chunk.after, [chunk.before, chunk.after]),
        (chunk.table_before, ["table", chunk.table_before]),
        (chunk.table_is_full, "table is full"),
        (chunk.table_after, ["table after", chunk.table_after]),
        (chunk.table_above, ["table above", chunk.table_above]),
        (chunk.list_before or chunk.list_goes_on, ["list", chunk.list_before, str(chunk.list_goes_on)]),
        (chunk.sentence_is_open, "sentence is open"),
        (chunk.code, ["code", str(chunk.code)]),
        (chunk.language, ["language", chunk.language]),
        (chunk.title, ["title", chunk.title]),
        (chunk.repeated_headings, ["repeated headings", *chunk.repeated_headings]),
    )
    value += [part for is_told, part in told if is_told]
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def chunk_inputs(chunks: Sequence[Chunk], context_chars: int, told: Sequence[str] | None = None) -> list[ChunkInput]:
    """Returns a generator's inputs for a document's chunks, each with the ends of its neighbours.

    ``told`` are the languages of the chunks where they are known.
    """
    texts = ["", *(chunk.text for chunk in chunks), ""]
    markdown = text_of(chunks)
    code = fences(markdown)
    title, headings = naming_title(markdown), headings_of(markdown)
    languages = languages_of([chunk.text for chunk in chunks]) if told is None else list(told)
    if not any(languages):
        languages = [likely_language("\n".join(texts))] * len(chunks)
    inputs, table, above, rows, is_open = [], "", "", 0, False
    for at, chunk in enumerate(chunks):
        before, after = (texts[at][-context_chars:], texts[at + 2][:context_chars]) if context_chars else ("", "")
        table = table if begins_in_table(chunk.text) else ""
        above = above if begins_in_list(chunk.text) else ""
        rows = rows if table else 0
        table_above = "" if table else paragraphs_above_table(chunk.text, texts[at])
        with_caption = f"{table_above}\n\n{chunk.text}" if table_above else chunk.text
        in_table, in_list = table_at_end(with_caption, table), list_at_end(chunk.text, above)
        inputs.append(
            ChunkInput(
                chunk.text,
                chunk.heading_path,
                before,
                after,
                table_before=table,
                table_after=paragraph_after_table(texts[at + 2 :]) if in_table else "",
                table_above=table_above,
                table_is_full=rows >= MOST_ROWS,
                list_before=above,
                list_goes_on=bool(in_list) and begins_in_list(texts[at + 2]),
                sentence_is_open=is_open,
                code=spans_within(code, chunk.char_from, chunk.char_to),
                language=languages[at],
                title=title,
                repeated_headings=repeated_within(chunk.text, chunk.heading_path, headings),
            )
        )
        table, above, rows = in_table, in_list, rows_at_end(chunk.text, rows)
        is_open = is_unfinished_at_end(chunk.text, before=is_open)
    return inputs


def text_of(chunks: Sequence[Chunk]) -> str:
    """The text that the chunks are of. What is in none of them is blank."""
    parts, at = [], 0
    for chunk in chunks:
        parts += ["\n" * (chunk.char_from - at), chunk.text[max(0, at - chunk.char_from) :]]
        at = max(at, chunk.char_to)
    return "".join(parts)
