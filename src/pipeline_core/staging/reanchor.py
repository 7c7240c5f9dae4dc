"""Where the evidence of staged facts stands once their document has been cut into other chunks."""

from collections.abc import Sequence

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.staging import StagedQuestion
from pipeline_core.ports.deep_scans import Anchor


def anchor_facts(facts: Sequence[StagedQuestion], chunks: Sequence[Chunk]) -> list[Anchor]:
    """An anchor for each fact whose evidence stands in the chunks, letter by letter; the others have none.

    Looks at the place where the evidence stood before; where the text has changed, for its first occurrence. A quote
    that a chunk's end cuts in two belongs to the chunk in which it begins.
    """
    anchors = []
    for fact in facts:
        anchor = _same_place(fact, chunks) or _elsewhere(fact, chunks)
        if anchor:
            anchors.append(anchor)
    return anchors


def _same_place(fact: StagedQuestion, chunks: Sequence[Chunk]) -> Anchor | None:
    found = [chunk for chunk in chunks if chunk.char_from <= fact.char_from < chunk.char_to and _reads(chunk, fact)]
    # of overlapping chunks, one that has the whole quote
    whole = [chunk for chunk in found if chunk.char_to >= fact.char_to]
    for chunk in (*whole, *(chunk for chunk in found if _goes_on(chunk, fact, chunks))):
        return Anchor(fact.question_id, chunk.chunk_id, fact.char_from, fact.char_to, fact.page)
    return None


def _reads(chunk: Chunk, fact: StagedQuestion) -> bool:
    start = fact.char_from - chunk.char_from
    return fact.quote.startswith(chunk.text[start : start + len(fact.quote)])


def _goes_on(chunk: Chunk, fact: StagedQuestion, chunks: Sequence[Chunk]) -> bool:
    """Whether the rest of a quote that this chunk's end cuts off is what the following chunks say."""
    at = chunk.char_to
    for following in chunks:
        if at >= fact.char_to:
            break
        if following.char_from < fact.char_to and following.char_to > at:
            gap = fact.quote[at - fact.char_from : max(at, following.char_from) - fact.char_from]
            at = max(at, following.char_from)
            rest = fact.quote[at - fact.char_from :]
            said = following.text[at - following.char_from :]
            if gap.strip() or not (rest.startswith(said) or said.startswith(rest)):
                return False
            at = following.char_to
    return at >= fact.char_to


def _elsewhere(fact: StagedQuestion, chunks: Sequence[Chunk]) -> Anchor | None:
    for chunk in chunks:
        if (position := chunk.text.find(fact.quote)) >= 0:
            start = chunk.char_from + position
            return Anchor(fact.question_id, chunk.chunk_id, start, start + len(fact.quote), _page(fact, chunk))
    return None


def _page(fact: StagedQuestion, chunk: Chunk) -> int | None:
    return None if fact.page is None else chunk.page_from
