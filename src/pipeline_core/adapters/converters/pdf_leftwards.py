"""Pages that are read from right to left: their lines, and what the parser made of them, as they are read.

The parser has the words of such a line in a mixed order, and tears a line where its letters differ in height. Where
each word stands is right. So lines are made of the places of their words, and blocks of their lines.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from liteparse.types import AnnotationRect, LayoutBlock, LayoutCell, ParsedPage, TextItem, WordBox

from pipeline_core.adapters.converters.boxes import Box, Word
from pipeline_core.adapters.converters.escapes import escape_marks, pipe_table
from pipeline_core.adapters.converters.pdf_tables.placing import (
    LINK,
    MARK,
    Piece,
    letters,
    own_words,
    paragraphs_of,
    pieces,
    said_by,
)
from pipeline_core.adapters.converters.pdf_tables.words import Line, PageText, lines
from pipeline_core.adapters.converters.pdf_turned import angle
from pipeline_core.adapters.converters.squashed import Squashed, squash
from pipeline_core.domain.layout import reads_leftwards

_NEAR = 0.5
"""In heights of a line: what stands no farther apart is of one line of text, not of two columns."""
_HEIGHT = 1.25  # of the size of letters
_LEAST_HEIGHT = 6.0  # points: some files have all their letters of size 1
_NUMBER = re.compile(r"\W*\d{1,9}\W+")
_MARK_OF_NOTE = re.compile(r"[0-9]{1,2}")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALL, _RISE = 0.7, 0.2
"""Of the height of the tallest word of a line: how high such a number is, and how far above the line's its middle."""
_DOTS = "•◦▪●○■□➢·"
_BLANK = " \u00a0"


def in_reading_order(page: ParsedPage) -> ParsedPage:
    """The page with its lines, blocks and markdown in order; itself if nothing on it is read from right to left."""
    if not any(reads_leftwards(item.text) for item in page.text_items):
        return page
    level = [_of_its_size(_with_raised(item)) for item in page.text_items if angle(item) == 0]
    turned = [item for item in page.text_items if angle(item) != 0]
    text = PageText(level)
    grouped = [group for line in lines(text.words) for group in _grouped(line)]
    items = [item for group in grouped for item in _items(text, group)]
    items += [item for item in level if not item.text.strip()]
    blocks = page.blocks or []
    found = pieces(page.markdown, blocks)
    if found is None:
        return replace(page, text_items=items + turned, markdown=_item_by_item(page.markdown, text))
    saying = [block for block in blocks if squash(said_by(block))]
    before = found[: len(found) - len(saying)]
    ordered = [*_ordered([*zip(found[len(before) :], saying, strict=True)], grouped, text)]
    markdown = "".join([*(piece.text for piece in before), *(written for written, _ in ordered)])
    return replace(page, text_items=items + turned, markdown=markdown, blocks=[block for _, block in ordered])


def _with_raised(item: TextItem) -> TextItem:
    """The item with small raised numbers, as marks of notes are, in raised digits: "CORS³" is no "CORS3"."""
    tallest = max((word.height for word in item.words or ()), default=0.0)

    def written(word: WordBox) -> WordBox:
        is_small = _MARK_OF_NOTE.fullmatch(word.text) is not None and word.height <= _SMALL * tallest
        rise = item.y + item.height / 2 - word.y - word.height / 2
        return replace(word, text=word.text.translate(_RAISED)) if is_small and rise > _RISE * tallest else word

    if not any(map(_MARK_OF_NOTE.fullmatch, (word.text for word in item.words or ()))):
        return item
    return replace(item, words=[*map(written, item.words)])


def _of_its_size(item: TextItem) -> TextItem:
    """The item no higher than its letters: fonts leave room for marks above and below, and lines would overlap."""
    size = _HEIGHT * (item.font_size or 0.0)
    if size < _LEAST_HEIGHT or item.height <= size:
        return item
    words = [replace(word, y=word.y + (word.height - size) / 2, height=size) for word in item.words]
    return replace(item, y=item.y + (item.height - size) / 2, height=size, words=words)


def _grouped(line: Line) -> Iterator[list[Word]]:
    """The words of a line that stand close."""
    group: list[Word] = []
    edge = 0.0
    for word in line.words:
        if group and word.box.left - edge > _NEAR * line.height and word.item != group[-1].item:
            yield group
            group = []
        edge = max(edge, word.box.right) if group else word.box.right
        group.append(word)
    if group:
        yield group


def _items(text: PageText, group: Sequence[Word]) -> Iterator[TextItem]:
    """The parser's items; one, where they are read from right to left."""
    own = [text.items[number] for number in dict.fromkeys(word.item for word in group)]
    if not text.is_leftwards(group) and sum(max(1, len(item.words)) for item in own) == len(group):
        yield from own
    else:
        yield _joined(text, group, own)


def _joined(text: PageText, group: Sequence[Word], own: Sequence[TextItem]) -> TextItem:
    words = [word for item in own for word in item.words or ()]
    places = {(word.box.left, word.box.top) for word in group}
    box = Box.around(word.box for word in group)
    return replace(
        max(own, key=lambda item: item.width),
        text=text.said(group),
        x=box.left,
        y=box.top,
        width=box.right - box.left,
        height=box.bottom - box.top,
        words=sorted((word for word in words if (word.x, word.y) in places), key=lambda word: word.x),
    )


def _item_by_item(markdown: str, text: PageText) -> str:
    """The markdown with each line that it has once in order."""
    for number, item in enumerate(text.items):
        words = [word for word in text.words if word.item == number]
        if reads_leftwards(item.text) and markdown.count(item.text) == 1:
            markdown = markdown.replace(item.text, text.said(words))
    return markdown


def _ordered(
    found: Sequence[tuple[Piece, LayoutBlock]], grouped: Sequence[Sequence[Word]], text: PageText
) -> Iterator[tuple[str, LayoutBlock]]:
    """Yield pieces of markdown with their blocks, in whole lines: the block with most of a line has it."""
    words_of = [own_words(piece, text) for piece, _ in found]
    owner = {word: at for at, words in enumerate(words_of) for word in words}
    own: dict[int, list[Word]] = defaultdict(list)
    changed: set[int] = set()
    for group in grouped:
        owners = Counter(at for word in group if (at := owner.get(word)) is not None for _ in word.text)
        if not owners:
            continue
        whose = owners.most_common(1)[0][0]
        own[whose] += group
        if text.is_leftwards(group) or (text.has_leftwards_page and group[-1].text[:1] in _DOTS):
            changed |= owners.keys()
    for at, (piece, block) in enumerate(found):
        if at not in changed:
            yield piece.text, block
        elif block.kind == "table" and set(own[at]) == set(words_of[at]):
            yield _table(block, text)
        elif own[at]:
            yield _written(piece, block, text, own[at])


def _written(piece: Piece, block: LayoutBlock, text: PageText, words: Sequence[Word]) -> tuple[str, LayoutBlock]:
    mark = MARK.match(piece.text) if block.lines is None else None
    groups = paragraphs_of(words) if block.text is None else [words]
    parts = [part for group in groups for part in _parts(text, group, mark[0] if mark else "")]
    bare = piece.text[mark.end() if mark else 0 :].strip()
    bold = "**" if bare.startswith("**") and bare.endswith("**") and len(parts) == 1 else ""
    said = "\n\n".join(f"{begin}{bold}{escape_marks(part, at_start=not begin)}{bold}" for begin, part in parts)
    written = _with_links(said, piece.text)
    box = Box.around(word.box for word in words)
    return (
        f"{written}\n\n",
        replace(
            block,
            kind="paragraph" if block.text is None else block.kind,
            lines=None,
            header=None,
            rows=None,
            text=written,
            bbox=AnnotationRect(box.left, box.top, box.right - box.left, box.bottom - box.top),
        ),
    )


def _parts(text: PageText, words: Sequence[Word], mark: str) -> list[tuple[str, str]]:
    """The lines of a block as one text, or as items where lines begin with a dot; what each begins with in markdown."""
    found: list[tuple[str, str]] = []
    for line in lines(words):
        said = text.said(line.words)
        # a name alone has its dot on the right as well, which is its end
        is_item = said[:1] in _DOTS or (len(said) > 1 and said[-1:] in _DOTS)
        if is_item:
            said = said.strip(_DOTS + _BLANK)
            found.append((mark if not found and mark[:1] in "-*+" and mark else "- ", said))
        elif not found:
            is_number = mark and mark[0] not in "#-*+"
            found.append((mark, _NUMBER.sub("", said, count=1) if is_number else said))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {said}".strip())
    return [part for part in found if part[1]] or [("", "")]


def _with_links(text: str, before: str) -> str:
    """The text with the links that it had, where their words are one piece of it."""
    at = 0
    for link in LINK.finditer(before):
        page = Squashed(text)
        wanted = squash(link[1])
        for place in page.places(wanted):
            start, end = page.raw_span(place, place + len(wanted))
            if start >= at:
                linked = link[0].replace(f"[{link[1]}]", f"[{text[start:end]}]", 1)
                text = text[:start] + linked + text[end:]
                at = start + len(linked)
                break
    return text


def _table(block: LayoutBlock, text: PageText) -> tuple[str, LayoutBlock]:
    header = [_cell(cell, text) for cell in block.header or []]
    rows = [[_cell(cell, text) for cell in row] for row in block.rows or []]
    cells = [[escape_marks(cell.text).replace("|", "\\|") for cell in row] for row in [header, *rows]]
    markdown = pipe_table(cells, rule="---|")
    return f"{markdown}\n\n", replace(block, header=header if block.header is not None else None, rows=rows)


def _cell(cell: LayoutCell, text: PageText) -> LayoutCell:
    if cell.bbox is None or not reads_leftwards(cell.text):
        return cell
    words = text.within(Box.of(cell.bbox))
    said = text.said(words)
    return replace(cell, text=said) if letters(said) == letters(cell.text) else cell
