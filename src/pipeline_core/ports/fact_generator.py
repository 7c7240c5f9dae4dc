"""Port: a chunk in, candidate facts out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline_core.domain.facts import Generated


@dataclass(frozen=True, slots=True)
class ChunkInput:
    """Input of a generator for a chunk. Nothing here says whose document it is, so answers can be shared.

    ``before`` and ``after`` are the ends of its neighbours, for a generator that wants them. They are a part of the
    cache's key: an answer may use their words, and another user's chunk has other neighbours. ``table_before`` is the
    table that the chunk goes on with, where the chunk before ends in one: what stands above it, its header and its last
    rows. ``table_after`` is the paragraph below the table that the chunk ends in, ``table_above``
    what stands above one with which it begins; ``table_is_full``: the chunks before
    have as many rows of ``table_before`` as are said of one table. ``list_before`` is the lead-in of the
    list that the chunk begins in, and the items that its first item is part of; ``list_goes_on``: the next chunk begins
    within the list in which this one ends. ``sentence_is_open``: the paragraphs that the chunk begins with complete an
    unfinished sentence of the chunk before. ``code`` is where code blocks stand in the text, and
    ``language`` its language (ISO 639-1; "": not known), both told by the whole document; None: only the text itself
    tells. ``title`` is the document's, which names what it speaks of as "the library"; "": it has none.
    ``repeated_headings``: those above or in the chunk that stand several times in the document, so that they tell no
    section from another.
    """

    text: str
    heading_path: tuple[str, ...]
    before: str = ""
    after: str = ""
    table_before: str = ""
    table_after: str = ""
    table_above: str = ""
    table_is_full: bool = False
    list_before: str = ""
    list_goes_on: bool = False
    sentence_is_open: bool = False
    code: tuple[tuple[int, int], ...] | None = None
    language: str | None = None
    title: str = ""
    repeated_headings: tuple[str, ...] = ()


class FactGenerator(Protocol):
    """Finds facts in chunks. ``name``, ``version`` and ``params`` make the key under which answers are cached.

    ``context_chars`` is how much of each neighbour it wants to see; 0: nothing.
    """

    name: str
    version: str
    params: dict[str, object]
    context_chars: int

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """One answer for each chunk, in order; a chunk that failed is its exception, and harms no other."""
        ...


class AsksNothing:
    """A generator that is never asked: who wants passages and vectors wants no facts.

    The stage then says of every chunk that none were asked for, and reads none of them.
    """
