"""The text around a quote, rendered as a reader sees it, the quote marked at its offsets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline_core.domain.chunk_html import marked_html
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Span
from pipeline_core.domain.source_words import Place

_CONTEXT = 240
"""Most characters of the paragraph that are shown before and after a quote."""
_BREAK = "\n\n"
_HEADER_LINES = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A rendered part of a chunk; ``more`` says that the chunk goes on at that end."""

    html: Markup
    more_before: bool
    more_after: bool


def passage(chunk: Chunk, evidence: Sequence[Span], header: str = "") -> Passage | None:
    """Return the paragraph of the chunk that the evidence stands in; of a table, its header and the rows.

    The ``header`` is that of the table which the chunk continues.

    None if none of it stands in the chunk.
    """
    text, marks = chunk.text, _within(chunk, evidence)
    if not marks:
        return None
    first, last = marks[0].char_from, max(mark.char_to for mark in marks)
    begin, stop = _block(text, first, last)
    header = "" if begin else header
    if text[begin:stop].lstrip().startswith("|"):
        pieces = list(_rows(text, begin, stop, marks, own_header=0 if header else _HEADER_LINES))
    else:
        begin, stop = _from(text, begin, first), _to(text, stop, last)
        pieces = [Place(begin, stop)]
    # nothing in it is active: see ``domain.chunk_html``
    html = Markup(marked_html(*_cut(text, pieces, marks), header))
    return Passage(html, bool(text[:begin].strip()), bool(text[stop:].strip()))


def _within(chunk: Chunk, evidence: Sequence[Span]) -> list[Place]:
    """The places, in the chunk, of what of the evidence stands in it."""
    return sorted(
        Place(span.char_from - chunk.char_from, span.char_to - chunk.char_from)
        for span in evidence
        if chunk.char_from <= span.char_from < span.char_to <= chunk.char_to
    )


def _block(text: str, first: int, last: int) -> Place:
    """The paragraphs that the marks are in."""
    before, behind = text.rfind(_BREAK, 0, first), text.find(_BREAK, last)
    return Place(before + len(_BREAK) if before >= 0 else 0, behind if behind >= 0 else len(text))


def _rows(text: str, begin: int, stop: int, marks: Sequence[Place], own_header: int) -> Iterator[Place]:
    """The header of a table, and its rows that are marked."""
    at = begin
    for number, line in enumerate(text[begin:stop].splitlines(keepends=True)):
        end = at + len(line)
        if number < own_header or any(mark.char_from < end and at < mark.char_to for mark in marks):
            yield Place(at, end)
        at = end


def _cut(text: str, pieces: Sequence[Place], marks: Sequence[Place]) -> tuple[str, list[Place]]:
    """The pieces of the text, joined, and where the marks stand in that."""
    places: list[Place] = []
    length = 0
    for start, end in pieces:
        for mark in marks:
            inner = max(mark.char_from, start), min(mark.char_to, end)
            if inner[0] < inner[1]:
                places.append(Place(length + inner[0] - start, length + inner[1] - start))
        length += end - start
    return "".join(text[start:end] for start, end in pieces), places


def _from(text: str, begin: int, first: int) -> int:
    """The beginning of the paragraph, or a word at most ``_CONTEXT`` characters before the mark."""
    start = max(begin, first - _CONTEXT)
    if start in (begin, first) or text[start - 1].isspace():
        return start
    return next((at for at in range(start, first) if text[at].isspace()), first - 1) + 1


def _to(text: str, stop: int, last: int) -> int:
    """The end of the paragraph, or a word at most ``_CONTEXT`` characters behind the mark."""
    end = min(stop, last + _CONTEXT)
    if end in (last, stop) or text[end].isspace():
        return end
    return next((at for at in range(end, last, -1) if text[at - 1].isspace()), last)
