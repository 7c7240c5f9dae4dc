"""Words and characters that a reviewer types -> marks in a chunk."""

import pytest

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import ChunkId, user_id_for
from pipeline_core.review.marking import Marked
from pipeline_core.terminal.marking import marked_in

TEXTS = ("The valve opens at 3 bar.", "The burner is cleaned. The burner is cold.")


def chunk(n: int) -> Chunk:
    text = TEXTS[n]
    return Chunk(ChunkId(user_id_for(str(n))), n, text, (), 1, 1, 0, len(text), 5, "0" * 64)


CHUNKS = [chunk(0), chunk(1)]


@pytest.mark.parametrize(
    ("words", "places", "chunks", "expected"),
    [
        (["opens at 3 bar"], [], CHUNKS, (0, [(10, 24)])),
        (["3 bar", "The valve"], [], CHUNKS, (0, [(19, 24), (0, 9)])),
        (["The burner is cold"], [], CHUNKS, (1, [(23, 41)])),
        ([], ["4-9", " 10 : 15 "], [CHUNKS[0]], (0, [(4, 9), (10, 15)])),
    ],
)
def test_what_is_marked(
    words: list[str], places: list[str], chunks: list[Chunk], expected: tuple[int, list[tuple[int, int]]]
) -> None:
    at, marks = expected
    assert marked_in(chunks, words, places) == (CHUNKS[at].chunk_id, tuple(Marked(*mark) for mark in marks))


@pytest.mark.parametrize(
    ("words", "places", "chunks", "told"),
    [
        ([], [], CHUNKS, "needs words"),
        (["valve"], ["4-9"], CHUNKS, "needs words"),
        ([], ["4-9"], CHUNKS, "within a chunk"),
        ([], ["4"], [CHUNKS[0]], "--at cannot be '4'"),
        (["opens at 4 bar"], [], CHUNKS, "is not in any chunk"),
        ([""], [], CHUNKS, "is not in any chunk"),
        (["The"], [], CHUNKS, "more than once"),
        (["The burner"], [], CHUNKS, "more than once"),
    ],
)
def test_what_marks_nothing_or_too_much(words: list[str], places: list[str], chunks: list[Chunk], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        marked_in(chunks, words, places)
