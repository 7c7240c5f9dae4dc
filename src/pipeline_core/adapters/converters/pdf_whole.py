"""The pages that the parser gave, made whole: with turned text, lines that it dropped, raised digits, notes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pikepdf
from liteparse import LiteParse, ParseError
from liteparse.types import ParsedPage, TextItem

from pipeline_core.adapters.converters.pages import storable
from pipeline_core.adapters.converters.pdf_apart import Crop, read_apart
from pipeline_core.adapters.converters.pdf_characters import not_said
from pipeline_core.adapters.converters.pdf_completeness import (
    is_too_large,
    joined,
    line,
    may_lack,
    missing_lines,
    missing_words,
    paragraphs,
    put_back,
)
from pipeline_core.adapters.converters.pdf_joints import parted, without_blanks_at_ends, without_edges
from pipeline_core.adapters.converters.pdf_leftwards import in_reading_order
from pipeline_core.adapters.converters.pdf_reading import Prepared
from pipeline_core.adapters.converters.pdf_scripts import write_scripts
from pipeline_core.adapters.converters.pdf_struck import write_struck
from pipeline_core.adapters.converters.pdf_tables.page import with_tables
from pipeline_core.adapters.converters.pdf_turned import angles, turned_copies, upright
from pipeline_core.adapters.converters.pdf_words import lines_in_order, page_words
from pipeline_core.domain.page_words import Run

_STEP = 20.0  # points between what is noted on a page, as if it stood below the page


@dataclass(frozen=True, slots=True)
class WholePage:
    """``markdown`` is the parser's, completed; ``beside`` is text as it stands, each a paragraph of its own."""

    number: int
    markdown: str
    beside: tuple[str, ...]
    words: tuple[Run, ...]


def whole_pages(
    prepared: Prepared,
    pages: Sequence[ParsedPage],
    parser: LiteParse,
    partly: Callable[[int, Crop], ParsedPage | None],
) -> list[WholePage]:
    """The pages with all their words; ``parser`` leaves out text that slants. Words without a place are noted.

    ``partly`` reads a part of a page by itself; None if it cannot.
    """
    turned = {page.page_num: stands for page in pages if (stands := angles(page)).main or stands.others}
    mains = _copies(prepared, [(number, found.main) for number, found in turned.items()], parser)
    # apart from each other: the size of a watermark is no measure for the headings of a page
    others = _copies(prepared, [(number, one) for number, found in turned.items() for one in found.others], parser)
    result = []
    for page in pages:
        beside: list[str] = []
        read = page
        words = page_words(page)
        items = list(upright(page))
        if (found := turned.get(page.page_num)) is not None:
            copy = next(mains, None)
            if copy is None:
                items = list(page.text_items)
            elif found.main:
                items = list(upright(copy))
                words = page_words(copy)
            read = copy or page
            for _ in found.others:
                if (copy := next(others, None)) is not None:
                    beside += [joined(group) for group in paragraphs([line(item) for item in upright(copy)])]
        apart = [] if page.page_num in turned else read_apart(page, items, partly)
        parts = [(part, part.text_items) for part in apart] or [(read, items)]
        markdown = _completed(prepared, page, parts, items)
        if (written := prepared.written.get(page.page_num)) is not None:
            beside += [text for _, text in written.free]
        result.append(WholePage(page.page_num, markdown, tuple(beside), words + _below(page, beside)))
    return result


def _copies(prepared: Prepared, wanted: list[tuple[int, int]], parser: LiteParse) -> Iterator[ParsedPage]:
    """The pages, each turned by its angle; none if the file is too damaged, and then the proof names the words."""
    if not wanted:
        return iter(())
    try:
        copies = parser.parse(turned_copies(prepared.data, wanted)).pages
    except (pikepdf.PdfError, ParseError, ValueError, TypeError, LookupError):
        return iter(())
    return map(in_reading_order, copies if len(copies) == len(wanted) else ())


def _completed(
    prepared: Prepared, page: ParsedPage, parts: list[tuple[ParsedPage, list[TextItem]]], items: list[TextItem]
) -> str:
    """The markdown of a page, read in these parts, with what it lacks; words without a place are noted."""
    number, lost = page.page_num, []
    title = prepared.title if number == 1 else ""
    markdown = "\n\n".join(
        parted(with_tables(part, own), part.blocks or [], [*map(line, own)], title).strip() for part, own in parts
    )
    markdown, lines = lines_in_order(markdown, items)
    markdown = without_edges(without_blanks_at_ends(markdown, lines), lines, page.height)
    if is_too_large(markdown, lines):
        prepared.not_compared.add(number)
    elif may_lack(markdown, lines):
        if missing := missing_lines(markdown, lines):
            markdown = put_back(markdown, missing, lines)
        lost += missing_words(markdown, lines)
    markdown, unplaced = write_scripts(markdown, prepared.scripts.get(number, []))
    lost += [f"{one.before[-12:]}{one.text}" for one in unplaced if one.joins_number]
    if number not in prepared.not_examined:
        markdown, still_said = write_struck(markdown, prepared.struck.get(number, []))
        lost += [f"{one.text} (struck out)" for one in still_said]
    lost += not_said(markdown)
    if lost:
        prepared.lost[number] = lost
    return markdown


def _below(page: ParsedPage, texts: Sequence[str]) -> tuple[Run, ...]:
    """Yield the runs beside the text, to go below the page: nothing of them joins the text."""
    return tuple(
        Run(storable(" ".join(text.split())), (0.0, top := page.height + _STEP * at, page.width, top + _STEP / 2))
        for at, text in zip(range(1, 2 * len(texts), 2), texts, strict=True)
    )
