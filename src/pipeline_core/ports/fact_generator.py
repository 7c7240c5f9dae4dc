"""Port: a chunk in, candidate facts out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline_core.domain.facts import Generated


@dataclass(frozen=True, slots=True)
class ChunkInput:
    """What a generator sees of a chunk. Nothing here says whose document it is, so answers can be shared."""

    text: str
    heading_path: tuple[str, ...]


class FactGenerator(Protocol):
    """Finds facts in chunks. ``name``, ``version`` and ``params`` make the key under which answers are cached."""

    name: str
    version: str
    params: dict[str, object]

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """One answer for each chunk, in order; a chunk that failed is its exception, and harms no other."""
        ...
