"""Input of a reviewer to mark words of the source: the words themselves, or characters of a chunk."""

import re
from collections.abc import Iterator, Sequence

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import ChunkId
from pipeline_core.review.marking import Marked

_PLACE = re.compile(r"\s*(\d+)\s*[-–:]\s*(\d+)\s*")


def marked_in(
    chunks: Sequence[Chunk], words: Sequence[str], places: Sequence[str]
) -> tuple[ChunkId, tuple[Marked, ...]]:
    """The chunk and the marks in it.

    Raises:
        RefusedError: nothing is marked, a place cannot be read, or the words stand in no chunk, in several, or in one
            more than once.
    """
    if bool(words) == bool(places):
        raise RefusedError(
            "A fact needs words of the source as evidence.",
            action="Mark the words: --words TEXT, or --chunk ID --at FROM-TO.",
        )
    if places:
        if len(chunks) != 1:
            raise RefusedError("--at counts characters within a chunk.", action="Name it: --chunk ID.")
        return chunks[0].chunk_id, tuple(map(_place, places))
    found = [(chunk, [list(_places(chunk.text, text)) for text in words]) for chunk in chunks]
    there = [(chunk, places_of) for chunk, places_of in found if all(places_of)]
    if not there:
        said = " … ".join(words)
        raise RefusedError(
            f"“{said}” is not in any chunk of the document, letter for letter.",
            action="Copy the words from the converted markdown, not from the original.",
        )
    if len(there) > 1 or any(len(one) > 1 for one in there[0][1]):
        ids = ", ".join(str(chunk.chunk_id) for chunk, _ in there[:5])
        raise RefusedError(
            f"The words occur more than once, in chunk {ids}.",
            action="Give more words; or name the chunk (--chunk ID) and the characters (--at FROM-TO).",
        )
    [(chunk, places_of)] = there
    return chunk.chunk_id, tuple(marks[0] for marks in places_of)


def _places(text: str, words: str) -> Iterator[Marked]:
    start = text.find(words) if words else -1
    while start >= 0:
        yield Marked(start, start + len(words))
        start = text.find(words, start + 1)


def _place(text: str) -> Marked:
    if (found := _PLACE.fullmatch(text)) is None:
        raise RefusedError(f"--at cannot be {text!r}.", action="Give two numbers: --at 20-95.")
    return Marked(int(found[1]), int(found[2]))
