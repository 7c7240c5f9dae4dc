"""The tables that were found, put into the page's markdown in place of what the parser made of their words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.pdf_tables.table import Table, markdown as table_markdown
from pipeline_core.adapters.converters.pdf_tables.words import Box, PageText, Word, lines
from pipeline_core.adapters.converters.squashed import Squashed, squash

if TYPE_CHECKING:
    from liteparse.types import LayoutBlock

_MARKER = 12  # letters and digits of an item's mark, before its text
_INSIDE = 0.7  # of a block's area
_PARAGRAPH_GAP = 0.75  # of a line's height
_OTHER_SIZE = 1.15
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_BARE_MARKS = re.compile(r"[ \t]*(?:[*_#>|-]+[ \t]*)*\Z")


@dataclass(slots=True)
class Piece:
    """A part of the markdown that one block made, and where that stands on the page."""

    text: str
    box: Box | None = None
    is_table: bool = False


def pieces(page: str, blocks: "Sequence[LayoutBlock]") -> list[Piece] | None:
    """The markdown cut where its blocks begin; None if it is not made of them."""
    whole = Squashed(page)
    starts: list[tuple[int, LayoutBlock]] = []
    at = 0
    for block in blocks:
        wanted = squash(_said(block))
        if not wanted:
            continue
        found = whole.squashed.find(wanted, at, at + len(wanted) + _MARKER)
        if found < 0:
            return None
        start = page.rfind("\n", 0, whole.raw_span(found, found + 1)[0]) + 1
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


def _said(block: "LayoutBlock") -> str:
    if block.header is not None or block.rows is not None:
        rows = [*([block.header] if block.header else []), *(block.rows or [])]
        return " ".join(cell.text for row in rows for cell in row)
    return " ".join(block.lines) if block.lines is not None else block.text or ""


def box_of(block: "LayoutBlock") -> Box | None:
    box = block.bbox
    return Box(box.x, box.y, box.x + box.width, box.y + box.height) if box else None


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
        taken += letters(piece.text)
        for one in left:
            taken -= letters(one.text)
            is_below = one.box is not None and one.box.middle[1] > table.box.middle[1]
            (after if is_placed or is_below else before).append(one)
        is_placed = is_placed or not left or any(one in after for one in left) or at == touched[-1]
    said = letters(" ".join(cell for row in table.rows for cell in row))
    if not touched or taken - said:
        return None
    return [*_ended(before), Piece(f"{table_markdown(table)}\n\n", table.box), *after]


def _ended(found: list[Piece]) -> list[Piece]:
    """The pieces, the last of them with a blank line behind it."""
    if found and not found[-1].text.endswith("\n\n"):
        found[-1] = Piece(f"{found[-1].text.rstrip()}\n\n", found[-1].box, found[-1].is_table)
    return found


def letters(text: str) -> Counter[str]:
    return Counter(squash(_LINK.sub(r"\1", text)))


def _left(piece: Piece, text: PageText, table: Table) -> list[Piece]:
    """What is left of a piece when the table's words are taken out of it."""
    assert piece.box is not None
    if _is_inside(piece.box, table.box) and not letters(piece.text) - letters(_all(table)):
        return []
    if piece.is_table:
        within = set(table.words)
        return in_paragraphs(text, [word for word in text.within(piece.box) if word not in within])
    left = _without(piece.text, text, table)
    return [Piece(f"{left.rstrip()}\n\n", piece.box)] if left else []


def _all(table: Table) -> str:
    return " ".join(cell for row in table.rows for cell in row)


def _is_inside(box: Box, area: Box) -> bool:
    across = min(box.right, area.right) - max(box.left, area.left)
    down = min(box.bottom, area.bottom) - max(box.top, area.top)
    size = (box.right - box.left) * (box.bottom - box.top)
    return across > 0 and down > 0 and across * down >= _INSIDE * size


def in_paragraphs(text: PageText, words: Sequence[Word]) -> list[Piece]:
    """The words as plain paragraphs, as their lines follow each other."""
    groups: list[list[Word]] = []
    bottom = height = 0.0
    for line in lines(words):
        is_next = line.top - bottom < _PARAGRAPH_GAP * line.height
        is_alike = max(line.height, height) <= _OTHER_SIZE * min(line.height, height)
        if groups and is_next and is_alike:
            groups[-1] += line.words
        else:
            groups.append(list(line.words))
        bottom, height = line.bottom, line.height
    return [Piece(f"{escape_marks(text.said(group))}\n\n", _around(group)) for group in groups]


def _around(words: Sequence[Word]) -> Box:
    boxes = [word.box for word in words]
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _without(text: str, page: PageText, table: Table) -> str:
    """The text of a paragraph, an item or a heading without the table's words."""
    within: dict[int, list[str]] = {}
    for word in table.words:
        within.setdefault(word.item, []).append(word.text)
    keep = _LINK.sub(r"\1", text)
    for number, words in within.items():
        item = page.items[number]
        whole = item.text if len(words) == max(1, len(item.words)) else " ".join(words)
        keep = _cut(keep, whole) or _cut_words(keep, words)
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
    for at in page.places(wanted):
        start, end = page.raw_span(at, at + len(wanted))
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            cut = f"{text[:start].rstrip(' ')} {text[end:].lstrip(' ')}"
            return cut if cut.strip() else " "
    return ""
