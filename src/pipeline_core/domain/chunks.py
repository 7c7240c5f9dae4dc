"""Chunks of a document's markdown."""

from dataclasses import dataclass

from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.packing import packed


@packed
@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of the markdown: ``markdown[char_from:char_to] == text``, always.

    ``heading_path`` are the headings above its first character, outermost first; pages count from 1;
    ``token_count`` is an estimate in tokens of the local embedder's kind (about four characters each).
    """

    chunk_id: ChunkId
    ordinal: int
    text: str
    heading_path: tuple[str, ...]
    page_from: int
    page_to: int
    char_from: int
    char_to: int
    token_count: int
    content_sha256: str
