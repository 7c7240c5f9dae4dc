"""Positions of staged facts' evidence after their document has been cut into other chunks."""

import re
from collections.abc import Sequence

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Span, place_of
from pipeline_core.domain.staging import Anchor, StagedBefore


def anchor_facts(facts: Sequence[StagedBefore], chunks: Sequence[Chunk]) -> list[Anchor]:
    """An anchor for each fact whose evidence stands in the chunks, letter by letter; the others have none.

    Looks at the place where the evidence stood before; where the text has changed, for its first occurrence. A quote
    that a chunk's end cuts in two belongs to the chunk in which it begins.
    """
    return [anchor for fact in facts if (anchor := _anchor(fact, chunks))]


def _anchor(fact: StagedBefore, chunks: Sequence[Chunk]) -> Anchor | None:
    """All spans of the evidence must be found; the fact belongs to the chunk in which it stands."""
    own = place_of(fact.evidence)
    place = _same_place(own, chunks) or _elsewhere(own, chunks)
    if place is None:
        return None
    chunk, moved = place
    spans: list[Span] = []
    for span in fact.evidence:
        found = place if span is own else _same_place(span, chunks) or _elsewhere(span, chunks, moved.char_from)
        if found is None:
            return None
        spans.append(found[1])
    return Anchor(fact.question_id, chunk.chunk_id, tuple(spans))


_Place = tuple[Chunk, Span]


def _same_place(span: Span, chunks: Sequence[Chunk]) -> _Place | None:
    found = [chunk for chunk in chunks if chunk.char_from <= span.char_from < chunk.char_to and _reads(chunk, span)]
    # of overlapping chunks, one that has the whole quote
    whole = [chunk for chunk in found if chunk.char_to >= span.char_to]
    for chunk in (*whole, *(chunk for chunk in found if _goes_on(chunk, span, chunks))):
        return chunk, span
    return None


def _reads(chunk: Chunk, span: Span) -> bool:
    start = span.char_from - chunk.char_from
    return span.quote.startswith(chunk.text[start : start + len(span.quote)])


def _goes_on(chunk: Chunk, span: Span, chunks: Sequence[Chunk]) -> bool:
    """Returns whether the following chunks say the rest of a quote that this chunk's end cuts off."""
    at = chunk.char_to
    for following in chunks:
        if at >= span.char_to:
            break
        if following.char_from < span.char_to and following.char_to > at:
            gap = span.quote[at - span.char_from : max(at, following.char_from) - span.char_from]
            at = max(at, following.char_from)
            rest = span.quote[at - span.char_from :]
            said = following.text[at - following.char_from :]
            if gap.strip() or not (rest.startswith(said) or said.startswith(rest)):
                return False
            at = following.char_to
    return at >= span.char_to


def _elsewhere(span: Span, chunks: Sequence[Chunk], below: int = 0) -> _Place | None:
    """Returns the first place of the quote; for the header of text ``below``, the place nearest above it."""
    found = [
        (chunk, chunk.char_from + match.start())
        for chunk in chunks
        for match in re.finditer(re.escape(span.quote), chunk.text)
    ]
    if not found:
        return None
    chunk, start = next((place for place in reversed(found) if place[1] < below), found[0])
    page = None if span.page is None else chunk.page_from
    return chunk, Span(span.quote, start, start + len(span.quote), page)
