"""Pieces of a long table find the header of the first one."""

from uuid import uuid4

from pipeline_core.domain.chunk_html import marked_html
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.table_headers import continues_table, header_of

HEADER = "| Cause | Limit |\n|:---|---:|\n"
ROWS = "| Fire | $1 |\n| Wind | $2 |\n"


def cut(*texts: str, gap: int = 0) -> list[Chunk]:
    """Chunks that follow each other."""
    chunks: list[Chunk] = []
    for number, text in enumerate(texts):
        at = chunks[-1].char_to + gap if chunks else 0
        chunks.append(Chunk(ChunkId(uuid4()), number, text, (), 1, 1, at, at + len(text), 1, ""))
    return chunks


def test_each_later_piece_has_the_header_of_the_first() -> None:
    chunks = cut(f"Limits:\n\n{HEADER}{ROWS}", ROWS, f"{ROWS}\nThe end.\n")
    assert [header_of(one, chunks) for one in chunks] == ["", HEADER, HEADER]
    assert "<th" in marked_html(ROWS, [], HEADER)


def test_a_piece_that_leads_back_to_no_header_is_a_table_all_the_same() -> None:
    for chunks in (cut(ROWS), cut(f"{HEADER}{ROWS}", ROWS, gap=2), cut("Text.\n", ROWS)):
        header = header_of(chunks[-1], chunks)
        assert header == "| | |\n|---|---|\n"
        assert marked_html(ROWS, [], header).count("<tr>") == 3


def test_what_is_no_piece_of_a_table_has_no_header() -> None:
    for text in ("Text.", f"{HEADER}{ROWS}", f"Text.\n\n{ROWS}", ""):
        assert not continues_table(text)
