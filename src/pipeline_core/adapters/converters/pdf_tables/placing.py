"""The tables that were found, put into the page's markdown in place of what the parser made of their words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from liteparse.types import LayoutBlock

from pipeline_core.adapters.converters.boxes import Box, Word, parted
from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.pdf_tables.table import Table
from pipeline_core.adapters.converters.pdf_tables.table import markdown as table_markdown
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText, lines
from pipeline_core.adapters.converters.squashed import Claims, Squashed, squash

_FENCES = ("```", "~~~")
_MARKER = 12  # letters and digits of an item's mark, before its text
_PARAGRAPH_GAP = 0.75  # of a line's height
_OTHER_SIZE = 1.15
LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
MARK = re.compile(r"(?:#{1,6}|[-*+]|\d{1,9}[.)])[ \t]+")
_NO_SIGN = re.compile(r"[\s*_]+")
_EMPTY_MARKS = re.compile(r"(?<![*_])(\*{1,3}|_{1,3})\s+\1(?![*_])")
_BARE_MARKS = re.compile(r"[ \t]*(?:[*_#>|-]+[ \t]*)*\Z")


@dataclass(slots=True)
class Piece:
    """A part of the markdown that one block made, and where that stands on the page."""

    text: str
    box: Box | None = None
    is_table: bool = False


def pieces(page: str, blocks: Sequence[LayoutBlock]) -> list[Piece] | None:
    """The markdown cut where its blocks begin; None if it is not made of them."""
    whole = Squashed(page)
    starts: list[tuple[int, LayoutBlock]] = []
    at = 0
    for block in blocks:
        wanted = squash(said_by(block))
        if not wanted:
            continue
        found = whole.squashed.find(wanted, at, at + len(wanted) + _MARKER)
        if found < 0:
            return None
        start = page.rfind("\n", 0, whole.raw_span(found, found + 1)[0]) + 1
        fence = page.rfind("\n", 0, max(0, start - 1)) + 1
        if block.lines is not None and page.startswith(_FENCES, fence) and fence < start:
            start = fence
        if starts and start <= starts[-1][0]:
            return None
        starts.append((start, block))
        at = found + len(wanted)
    if len(whole.squashed) - at > _MARKER:
        return None
    edges = [*(start for start, _ in starts), len(page)]
    before = [Piece(page[: edges[0]])] if edges[0] else []
    return before + [
        Piece(page[start:end], box_of(block), block.kind in ("table", "grid_fallback"))
        for (start, block), end in zip(starts, edges[1:], strict=True)
    ]


def said_by(block: LayoutBlock) -> str:
    if block.header is not None or block.rows is not None:
        rows = [*([block.header] if block.header else []), *(block.rows or [])]
        return " ".join(cell.text for row in rows for cell in row)
    return " ".join(block.lines) if block.lines is not None else block.text or ""


def box_of(block: LayoutBlock) -> Box | None:
    return Box.of(block.bbox) if block.bbox else None


def put(found: Sequence[Piece], text: PageText, table: Table) -> list[Piece] | None:
    """The pieces with the table among them, and without its words elsewhere; None where letters would be lost."""
    before: list[Piece] = []
    after: list[Piece] = []
    taken: Counter[str] = Counter()
    is_placed = False
    touched = [at for at, piece in enumerate(found) if piece.box and piece.box.touches(table.box)]
    for at, piece in enumerate(found):
        if at not in touched:
            (after if is_placed else before).append(piece)
            continue
        left = _left(piece, text, table)
        taken += on_page(piece, text)
        for one in left:
            taken -= letters(one.text)
            is_below = one.box is not None and one.box.middle[1] > table.box.middle[1]
            (after if is_placed or is_below else before).append(one)
        is_placed = is_placed or not left or any(one in after for one in left) or at == touched[-1]
    said = letters(" ".join(cell for row in table.rows for cell in row))
    new = said - taken
    if new:  # but for letters of the page that the parser left out
        new -= letters(" ".join(item.text for item in text.items)) - letters("".join(piece.text for piece in found))
    if not touched or taken - said or new:
        return None
    if before and not before[-1].text.endswith("\n\n"):
        before[-1] = replace(before[-1], text=f"{before[-1].text.rstrip()}\n\n")
    return [*before, Piece(f"{table_markdown(table)}\n\n", table.box), *after]


def on_page(piece: Piece, text: PageText) -> Counter[str]:
    """The letters of a piece that stand on the page: the parser writes what spans several cells into each of them."""
    said = letters(piece.text)
    if not piece.is_table or piece.box is None:
        return said
    return said & letters(" ".join(word.text for word in text.within(piece.box)))


def letters(text: str) -> Counter[str]:
    return Counter(squash(LINK.sub(r"\1", text)))


def _left(piece: Piece, text: PageText, table: Table) -> list[Piece]:
    """Return the rest of a piece without the table's words."""
    own, within = own_words(piece, text), set(table.words)
    outside = [word for word in own if word not in within]
    if len(outside) == len(own):
        return [piece]
    if not outside:
        return []
    if piece.is_table:
        return in_paragraphs(text, outside)
    left = _without(piece.text, text, [word for word in own if word in within])
    if letters(left) != letters(" ".join(word.text for word in outside)):
        mark = MARK.match(piece.text)
        left = f"{mark[0] if mark else ''}{escape_marks(text.said(outside), at_start=not mark)}"
    return [Piece(f"{left.rstrip()}\n\n", Box.around(word.box for word in outside))]


def own_words(piece: Piece, text: PageText) -> list[Word]:
    """The words of the page that the piece is made of, line by line: others may stand between them."""
    if piece.box is None:
        return []
    lines_of: dict[int, list[Word]] = {}
    for word in text.within(piece.box):
        lines_of.setdefault(word.item, []).append(word)
    free = Claims(LINK.sub(r"\1", piece.text))
    own: list[Word] = []
    torn: list[Word] = []
    for number, words in sorted(lines_of.items(), key=lambda one: -len(text.items[one[0]].text)):
        (own if free.claim(text.items[number].text) else torn).extend(words)
    # lines that the parser tears into cells, or has in another order
    return own + [word for word in sorted(torn, key=lambda one: -len(one.text)) if free.claim(word.text)]


def in_paragraphs(text: PageText, words: Sequence[Word]) -> list[Piece]:
    """The words as plain paragraphs, as their lines follow each other."""
    return [
        Piece(f"{escape_marks(text.said(group))}\n\n", Box.around(word.box for word in group))
        for group in paragraphs_of(words)
    ]


def paragraphs_of(words: Sequence[Word]) -> list[list[Word]]:
    """The words in groups whose lines are of one height and follow each other closely."""

    def are_apart(above: Line, line: Line) -> bool:
        heights = sorted((above.height, line.height))
        return line.top - above.bottom >= _PARAGRAPH_GAP * line.height or heights[1] > _OTHER_SIZE * heights[0]

    return [[word for line in group for word in line.words] for group in parted(lines(words), are_apart)]


def _without(text: str, page: PageText, taken: Sequence[Word]) -> str:
    """The text of a paragraph, an item or a heading without some of its words."""
    keep = LINK.sub(r"\1", text)
    within: dict[int, list[str]] = {}
    # a line of the table as a whole where it stands so: its "n" alone stands in many a place
    for line in lines(taken):
        whole = line.text if len({word.item for word in line.words}) > 1 else ""
        if cut := _cut(keep, whole):
            keep = cut
            continue
        for word in line.words:
            within.setdefault(word.item, []).append(word.text)
    for number, words in within.items():
        item = page.items[number]
        whole = item.text if len(words) == max(1, len(item.words)) else " ".join(words)
        keep = _cut(keep, whole) or _cut_words(keep, words)
    keep = _EMPTY_MARKS.sub("", keep)
    return "" if _BARE_MARKS.fullmatch(keep.strip()) else keep


def _cut_words(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = _cut(text, word) or text
    return text


def _cut(text: str, said: str) -> str:
    """The text without what is said in it; blank if it is not there."""
    wanted = squash(said)
    if not wanted:
        return text
    page = Squashed(text)
    spans = [page.raw_span(at, at + len(wanted)) for at in page.places(wanted)]
    exact = _NO_SIGN.sub("", said)
    # with its very signs and capitals, before a place that has its letters only
    for start, end in sorted(spans, key=lambda span: not exact.startswith(_NO_SIGN.sub("", text[slice(*span)]))):
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            end = _behind_signs(text, end, said)
            cut = f"{text[:start].rstrip(' ')} {text[end:].lstrip(' ')}"
            return cut if cut.strip() else " "
    return ""


def _behind_signs(text: str, end: int, said: str) -> int:
    """Return the end of the signs behind the last letter of the text: "n = %"."""
    signs = said[max((at for at, char in enumerate(said) if char.isalnum()), default=len(said)) + 1 :]
    for sign in signs.replace(" ", ""):
        at = end
        while text[at : at + 1] and text[at] in " *_":
            at += 1
        if text[at : at + 1] != sign:
            break
        end = at + 1
    return end
