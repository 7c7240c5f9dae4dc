"""Sections of plain text: a numbered title, and numbered paragraphs that no blank line parts.

"2. FEES", then "2.1 Fees are payable …" on the next line, is read as one item of a list where nothing but the mark is
looked at. A title has no stop, its line ends although the next word had room, and what follows is a sentence or a
paragraph with a number of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.domain.fluency import is_common_word

_TITLE_NUMBER = re.compile(r"[ \t#]*(\d{1,3})[.)][ \t]")
_ITEM_NUMBER = re.compile(r"\d{1,3}[.)]")
# "4.2", "§ 3", "Article 3", "Madde 3": by its number, which goes on from the one before, it is known for a paragraph's.
_NUMBER = re.compile(
    r"[ \t]*(?:(?P<word>[^\W\d_]{3,12}\.?|§)[ \t]?(?P<count>\d{1,3})(?=\.?(?:[ \t]*[-–—:(]|[ \t]*$|[ \t]+[^\W\d_a-z]))"
    r"|(?P<levels>\d{1,3}(?:\.\d{1,3}){1,3})\.?(?=[ \t]+[\"“«„(]?[^\W_a-z]))"
)
_BRACKETED = re.compile(r"\(\d{1,2}\)")
_COUNTED = r"[ \t]*第[一二三四五六七八九十百零〇\d]{1,5}"
_NUMBER_UNSPACED = re.compile(rf"{_COUNTED}[章节節条條款項]")
_CHAPTER = re.compile(rf"{_COUNTED}[章节節]")
_STOPPED = re.compile(r"[.!?:;,。！？：；、，…؟؛]\s*$")
_SAYS = re.compile(r"[.!?。！？۔।:：—–](?:[)\"'”’»\]*_`])*\s*$")
_MOST_WORDS, _MOST_CHARS = 10, 80


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    said: str
    number: tuple[str, tuple[int, ...]] | None


def with_sections(blocks: Sequence[Block], text: str) -> list[Block]:
    """The blocks, with each title of a section as a heading and each numbered paragraph as a block of its own."""
    series = _in_series(blocks, text)
    numbered = [piece for block in blocks for piece in _parted(block, text, series)]
    widest = max(map(len, text.splitlines()), default=0)
    beside = zip([None, *numbered][:-1], numbered, strict=True)
    pieces = [piece for above, block in beside for piece in _ended(above, block, text, widest)]
    found: list[Block] = []
    titles: list[tuple[int, str]] = []
    above: tuple[str, ...] = ()
    for at, piece in enumerate(pieces):
        if piece.headings != above:
            above, titles = piece.headings, []
        title = _title_of(pieces, at, text)
        if title is None:
            found.append(_below(piece, titles))
            continue
        depth, end = title
        titles = [other for other in titles if other[0] < depth]
        heading = replace(_below(piece, titles), kind="heading", end=end, item="", has_unclear_sign=False)
        titles.append((depth, text[piece.start : end].strip()))
        found.append(heading)
        rest = text[end : piece.end]
        if rest.strip():
            begin = end + len(rest) - len(rest.lstrip())
            found.append(_below(replace(piece, start=begin, item="", has_unclear_sign=False), titles))
    return list(_past_titles(found, text))


def _past_titles(blocks: Sequence[Block], text: str) -> Iterator[Block]:
    """The blocks, none below a numbered title that is over: "2. Not allowed are:" is no part of "1. Quiet hours".

    The first number below a title goes on from the title's own only where it is the next section's.
    """
    past: tuple[str, ...] = ()
    following = None
    for block in blocks:
        if block.headings[: len(past)] != past:
            past = ()
        if block.kind == "heading" and not past:
            title = _TITLE_NUMBER.match(text[block.start : block.end])
            following = f"{int(title[1]) + 1}" if title else None
        elif block.kind == "prose" and _ITEM_NUMBER.fullmatch(block.item):
            if block.item[:-1] == following and block.headings:
                past = block.headings
            following = None
        yield replace(block, headings=(*past[:-1], *block.headings[len(past) :])) if past else block


def _below(block: Block, titles: Sequence[tuple[int, str]]) -> Block:
    return replace(block, headings=(*block.headings, *(name for _, name in titles))) if titles else block


def _lines(block: Block, text: str) -> Iterator[_Line]:
    start = block.start
    for raw in text[block.start : block.end].splitlines(keepends=True):
        yield _Line(start, start + len(raw.rstrip()), raw.strip(), _number_of(raw))
        start += len(raw)


def _number_of(line: str) -> tuple[str, tuple[int, ...]] | None:
    match = _NUMBER.match(line)
    if match is None:
        return None
    if match["word"]:
        return match["word"].casefold(), (int(match["count"]),)
    return "", tuple(map(int, match["levels"].split(".")))


def _in_series(blocks: Sequence[Block], text: str) -> frozenset[tuple[str, tuple[int, ...]]]:
    """The numbers of paragraphs: each has the next or the one before it in the text."""
    seen = {line.number for block in blocks if block.kind == "prose" for line in _lines(block, text) if line.number}
    return frozenset(
        (word, levels)
        for word, levels in seen
        if {(word, (*levels[:-1], levels[-1] + step)) for step in (-1, 1)} & seen
    )


def _parted(block: Block, text: str, series: frozenset[tuple[str, tuple[int, ...]]]) -> Iterator[Block]:
    """The block, cut before each numbered paragraph in it."""
    if block.kind != "prose" or block.marks:
        yield block
        return
    lines = [*_lines(block, text)]
    is_numbered = bool(lines) and lines[0].number in series and not block.item
    start, piece = block.start, replace(block, number=lines[0].said.split()[0]) if is_numbered else block
    for line in lines[1:]:
        if line.number in series or _NUMBER_UNSPACED.match(text, line.start):
            yield replace(piece, start=start, end=start + len(text[start : line.start].rstrip()))
            number = line.said.split()[0] if line.number else ""
            start, piece = line.start, replace(block, item="", number=number, has_unclear_sign=False, run_in=None)
    yield replace(piece, start=start)


def _ended(above: Block | None, block: Block, text: str, widest: int) -> Iterator[Block]:
    """An item of a list, without the paragraph that stands right below the list with no blank line between.

    What begins with no mark, and a new sentence after a line that was ended on purpose, is no part of the item.
    """
    are_items = block.item and not block.marks and above is not None and above.item
    if (
        not (above and are_items)
        or "\n\n" in text[above.end : block.start]
        or not text[block.start : block.end].strip()
    ):
        yield block
        return
    first, *below = _lines(block, text)
    lone = "\n" not in text[above.start : above.end].strip()
    begins = (
        below and not text[below[0].start].isspace() and below[0].said[:1].isalpha() and not below[0].said[0].islower()
    )
    has_room = begins and _has_room(first.said, below[0].said, widest)
    is_over = _STOPPED.search(first.said) is not None and not first.said.endswith((",", "，", "、"))
    if not (
        lone and begins and _SAYS.search(below[-1].said) and has_room and (is_over or not _STOPPED.search(first.said))
    ):
        yield block
        return
    yield replace(block, end=first.end)
    yield replace(block, start=below[0].start, item="", has_unclear_sign=False)


def _title_of(pieces: Sequence[Block], at: int, text: str) -> tuple[int, int] | None:
    """Return the depth and end of the title that the piece begins with; None if it begins with none."""
    piece = pieces[at]
    if piece.kind != "prose" or piece.marks:
        return None
    lines = [*_lines(piece, text)]
    if not lines:
        return None
    number = lines[0].number
    is_chapter = _CHAPTER.match(lines[0].said) is not None
    is_article = _NUMBER_UNSPACED.match(lines[0].said) is not None
    if not (is_article or _ITEM_NUMBER.fullmatch(piece.item) or number) or not _may_be_title(
        lines[0].said, is_numbered=bool(number)
    ):
        return None
    depth = len(number[1]) if number else 1
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if len(lines) > 1:
        # what has no stop leads to a list: "… the full price unless"
        is_lead = following is not None and following.item and "\n\n" not in text[piece.end : following.start]
        is_title = _ends_early(lines) and (_SAYS.search(lines[-1].said) or is_lead) and not lines[1].said[:1].islower()
    else:
        is_title = following is not None and (
            (number is not None and bool(following.item))
            or _leads_section(pieces, at, following, text, is_chapter=is_chapter)
        )
    return (depth, lines[0].end) if is_title else None


def _may_be_title(said: str, *, is_numbered: bool) -> bool:
    words = said.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and len(said) <= _MOST_CHARS
        and not _STOPPED.search(said)
        and not said[:1].islower()
        and any(map(str.isalpha, said))
        and (is_numbered or not is_common_word(words[-1].lower()))
    )


def _ends_early(lines: Sequence[_Line]) -> bool:
    """Return whether the first line was ended on purpose: the next word would have had room on it."""
    widest = max(len(line.said) for line in lines)
    return _has_room(lines[0].said, lines[1].said, widest) or lines[1].number is not None


def _has_room(line: str, following: str, widest: int) -> bool:
    """Return whether the first word of the following line would have had room on this one."""
    word = following.split()[0] if " " in following else following[:4]
    last = line.split()[-1:]
    return bool(last) and len(line) + 1 + len(word) <= widest and not is_common_word(last[0].lower())


def _leads_section(pieces: Sequence[Block], at: int, following: Block, text: str, *, is_chapter: bool) -> bool:
    """Return whether a line by itself is the title of the text below: no item of a list, nor is the text like it."""
    piece = pieces[at]
    below = text[piece.end : following.start]
    body = text[following.start : following.end]
    if following.kind != "prose" or following.indent > piece.indent:
        return False
    if "\n\n" not in below:
        if is_chapter or _number_of(body) is not None:
            return True  # cut from it: a paragraph with a number
        # "(1) A person who keeps …" below "3. Duty to register"
        is_paragraph = _BRACKETED.fullmatch(following.item) and not body[:1].islower() and _SAYS.search(body)
        return bool(is_paragraph) and _starts_apart(pieces, at, text)
    if _ITEM_NUMBER.fullmatch(following.item) or not _SAYS.search(body):
        return False
    return _starts_apart(pieces, at, text)


def _starts_apart(pieces: Sequence[Block], at: int, text: str) -> bool:
    """Return whether it is anything but a further item right below another."""
    before = pieces[at - 1] if at else None
    return before is None or not _ITEM_NUMBER.fullmatch(before.item) or "\n\n" in text[before.end : pieces[at].start]
