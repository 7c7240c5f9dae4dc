"""Chunking "markdown-simple": sections grouped so that edits stay local, long sections cut between blocks.

Filling chunks one after the other makes every boundary depend on all that came before: one longer paragraph
would change each later chunk, and each would be paid for again. Here a range of sections that can be two
chunks is cut at its weightiest heading (the outermost level; among equals the smallest hash), and so are both
halves: the way a treap orders its keys (Seidel and Aragon, "Randomized Search Trees", 1996). Weights depend
on headings alone, so an edit changes its own chunk, at times one that is joined or parted with it, seldom
others.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline_core.domain import markdown_lines
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.fences import fences
from pipeline_core.domain.ids import DocumentId, chunk_id_for, text_sha256
from pipeline_core.domain.lead_ins import with_lead_in
from pipeline_core.domain.text import strip_markdown

CHUNKER = "markdown-simple"
VERSION = "3"
_IDS = "1"
"""Of the ids. They stay when ``VERSION`` is raised: the same text at the same place is the same chunk."""
CHARS_PER_TOKEN = 4

_BLANK_LINES = re.compile(r"(?:[^\S\n]*+\n)*")

_WORD_START = re.compile(r"\s\S")
_FIRST_UNSPACED = "\u0e00"

_Span = tuple[int, int]
_Weight = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _Heading:
    start: int
    end: int
    path: tuple[str, ...]
    weight: _Weight


@dataclass(frozen=True, slots=True)
class _Section:
    """Headings that follow each other without text between them, and the text up to the next heading."""

    start: int
    body: int
    end: int
    weight: _Weight


@dataclass(frozen=True, slots=True)
class _Sizes:
    min_chars: int
    max_chars: int
    overlap_chars: int


def split(
    markdown: str,
    page_map: PageMap,
    *,
    document_id: DocumentId,
    min_chars: int,
    max_chars: int,
    overlap_chars: int,
) -> list[Chunk]:
    """Cut the markdown into chunks of at most ``max_chars``, in order, all that is not blank in at least one.

    Sections below ``min_chars`` go with a neighbour where both fit. A section above ``max_chars`` is cut
    between its blocks, else its lines, sentences, words, and only then inside a word; there the next chunk
    repeats up to ``overlap_chars`` in whole words. A chunk that begins with a heading repeats nothing, and a
    heading stays with the text that follows it. It must hold that overlap_chars < min_chars <= max_chars.

    Raises:
        LedgerError: there is text, but the page map has no page.
    """
    headings = list(_headings(markdown))
    sizes = _Sizes(min_chars, max_chars, overlap_chars)
    spans = [span for raw in _spans(markdown, headings, sizes) if (span := _trimmed(markdown, raw))]
    if spans and not page_map.pages:
        raise LedgerError("The document has text, but its page map has no page.")
    pages = [page.char_from for page in page_map.pages]
    heading_starts = [heading.start for heading in headings]
    chunks = []
    for ordinal, (start, end) in enumerate(spans):
        text, at = markdown[start:end], bisect_right(heading_starts, start)
        sha256 = text_sha256(text)
        chunk = Chunk(
            chunk_id=chunk_id_for(document_id, CHUNKER, _IDS, start, sha256),
            ordinal=ordinal,
            text=text,
            heading_path=headings[at - 1].path if at else (),
            page_from=page_map.pages[max(0, bisect_right(pages, start) - 1)].number,
            page_to=page_map.pages[max(0, bisect_right(pages, end - 1) - 1)].number,
            char_from=start,
            char_to=end,
            token_count=-(-len(text) // CHARS_PER_TOKEN),
            content_sha256=sha256,
        )
        chunks.append(chunk)
    return chunks


# --- headings and sections -------------------------------------------------------------------------------


def _headings(markdown: str) -> Iterator[_Heading]:
    """ATX headings outside of code fences, each with the titles that lead to it."""
    code = fences(markdown)
    starts = [fence.start for fence in code]
    above: list[tuple[int, str]] = []
    seen: Counter[tuple[str, ...]] = Counter()
    for line in markdown_lines.headings(markdown):
        at = bisect_right(starts, line.start)
        if at and line.start < code[at - 1].end:
            continue
        level = line.level
        while above and above[-1][0] >= level:
            above.pop()
        if title := strip_markdown(line.title):
            above.append((level, title))
        path = tuple(title for _, title in above)
        seen[path] += 1
        # Equal titles under equal parents are common (Question, Question): numbered, each has its own weight.
        name = "\x1f".join([*path, str(seen[path])])
        yield _Heading(line.start, line.end, path, (level, hashlib.blake2b(name.encode(), digest_size=8).digest()))


def _sections(markdown: str, headings: Sequence[_Heading]) -> list[_Section]:
    sections: list[_Section] = []
    start = body = 0
    weight: _Weight = (0, b"")
    for heading in headings:
        if body > start and not markdown[body : heading.start].strip():
            weight = min(weight, heading.weight)
        else:
            if markdown[start : heading.start].strip():
                sections.append(_Section(start, body, heading.start, weight))
            start, weight = heading.start, heading.weight
        body = heading.end
    sections.append(_Section(start, body, len(markdown), weight))
    return sections


# --- grouping --------------------------------------------------------------------------------------------


def _spans(markdown: str, headings: Sequence[_Heading], sizes: _Sizes) -> Iterator[_Span]:
    sections = _sections(markdown, headings)
    for first, last in _with_small_ones_joined(list(_groups(sections, sizes)), sections, sizes):
        start, end = sections[first].start, sections[last - 1].end
        if end - start <= sizes.max_chars:
            yield start, end
        else:
            yield from _pieces(markdown, sections[first], sizes)


def _groups(sections: Sequence[_Section], sizes: _Sizes) -> Iterator[_Span]:
    """Ranges of sections, in order, that become a chunk each; one that does not fit is a single section.

    Only cuts that leave both sides large enough count, unless there is none and the range does not fit.
    """
    starts = [section.start for section in sections]
    todo = [(0, len(sections))]
    while todo:
        first, last = todo.pop()
        start, end = starts[first], sections[last - 1].end
        cuts = range(
            bisect_left(starts, start + sizes.min_chars, first + 1, last),
            bisect_right(starts, end - sizes.min_chars, first + 1, last),
        )
        if not cuts and end - start > sizes.max_chars:
            cuts = range(first + 1, last)
        if cuts:
            cut = min(cuts, key=lambda i: sections[i].weight)
            todo += [(cut, last), (first, cut)]
        else:
            yield first, last


def _with_small_ones_joined(groups: Sequence[_Span], sections: Sequence[_Section], sizes: _Sizes) -> list[_Span]:
    """Groups below the smallest size go with the neighbour behind the lighter heading, where both fit."""
    joined: list[_Span] = []

    def fits(first: int, last: int) -> bool:
        return sections[last - 1].end - sections[first].start <= sizes.max_chars

    def small(first: int, last: int) -> bool:
        return sections[last - 1].end - sections[first].start < sizes.min_chars

    for i, (first, last) in enumerate(groups):
        if joined and fits(joined[-1][0], last):
            following = groups[i + 1] if i + 1 < len(groups) else None
            forward = (
                following is not None
                and fits(first, following[1])
                and sections[following[0]].weight > sections[first].weight
            )
            if small(*joined[-1]) or (small(first, last) and not forward):
                joined[-1] = (joined[-1][0], last)
                continue
        joined.append((first, last))
    return joined


# --- a section that does not fit -------------------------------------------------------------------------


def _pieces(markdown: str, section: _Section, sizes: _Sizes) -> Iterator[_Span]:
    from semantic_text_splitter import MarkdownSplitter

    # The first piece takes the headings along, so that all have less room; headings that leave none are text.
    room = sizes.max_chars - sizes.overlap_chars
    first = _skip_blank_lines(markdown, section.start, section.end)
    start = _skip_blank_lines(markdown, section.body, section.end)
    start = start if start - first <= room // 2 else first
    room -= start - first
    text = markdown[start : section.end].rstrip()
    if not text:
        return
    splitter = MarkdownSplitter((min(sizes.min_chars, room), room), trim=False)
    cuts = [start + offset for offset, piece in splitter.chunk_indices(text) if not piece.isspace()]
    cuts = _without_small_pieces([*cuts, start + len(text)], sizes.min_chars, room)
    cuts = _with_lead_ins(markdown, cuts, room)
    begin = first
    for cut, end in pairwise(cuts):
        if cut > start:
            # Behind the first word of the chunk before, so that no chunk has all of another in it.
            previous = begin + len(markdown[begin:cut]) - len(markdown[begin:cut].lstrip())
            begin = _overlapping(markdown, cut, max(previous + 1, cut - sizes.overlap_chars))
        yield begin, end


def _without_small_pieces(cuts: list[int], smallest: int, room: int) -> list[int]:
    """Leave out cuts after which a piece would be too small, where the piece before it can take it in."""
    kept = cuts[:1]
    for cut, following in zip(cuts[1:], [*cuts[2:], None], strict=True):
        if following is None or following - cut >= smallest or following - kept[-1] > room:
            kept.append(cut)
    return kept


def _with_lead_ins(markdown: str, cuts: list[int], room: int) -> list[int]:
    """A list's lead-in and a table's caption go with what they lead to, where that has room for them."""
    moved = cuts[:1]
    for cut, following in zip(cuts[1:], [*cuts[2:], None], strict=True):
        before = with_lead_in(markdown, moved[-1], cut) if following is not None else cut
        fits = following is not None and following - before <= room
        if following is None or not fits or markdown[moved[-1] : before].strip():
            moved.append(before if fits else cut)
        elif following - moved[-1] > room:  # the piece before would be blank, and there is no room for both
            moved.append(cut)
    return moved


def _overlapping(markdown: str, cut: int, earliest: int) -> int:
    """The first beginning of a word from ``earliest`` on; in scripts without blanks, ``earliest`` itself."""
    if earliest >= cut:
        return cut
    if word := _WORD_START.search(markdown, earliest - 1, cut):
        return word.start() + 1
    between_words = markdown[cut - 1].isspace() or markdown[cut].isspace()
    return cut if between_words and markdown[earliest] < _FIRST_UNSPACED else earliest


def _trimmed(markdown: str, span: _Span) -> _Span | None:
    """The span without blank lines before and blanks behind. A line keeps its indentation: it has meaning."""
    start, end = span
    text = markdown[start:end].rstrip()
    if not text:
        return None
    if start and markdown[start - 1] != "\n":
        start += len(text) - len(text.lstrip())
    return _skip_blank_lines(markdown, start, end), span[0] + len(text)


def _skip_blank_lines(markdown: str, start: int, end: int) -> int:
    blank = _BLANK_LINES.match(markdown, start, end)
    return blank.end() if blank else start
