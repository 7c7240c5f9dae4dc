"""PDF, by liteparse; what liteparse cannot open is repaired once and tried again."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from liteparse import LiteParse, ParseError
from liteparse.types import ParseBatch, ParsedPage

from pipeline_core.adapters.converters.escapes import escape_marks, escape_signs, unescaper
from pipeline_core.adapters.converters.pages import PageText, all_blank, assemble, page_of
from pipeline_core.adapters.converters.pdf_apart import Crop
from pipeline_core.adapters.converters.pdf_characters import with_characters
from pipeline_core.adapters.converters.pdf_damage import damage
from pipeline_core.adapters.converters.pdf_file import ONE_AT_A_TIME, by_pdfium, repair_pdf
from pipeline_core.adapters.converters.pdf_findings import ocr_failed, ocr_findings, page_findings, repaired
from pipeline_core.adapters.converters.pdf_leftwards import in_reading_order
from pipeline_core.adapters.converters.pdf_ligatures import with_whole_ligatures
from pipeline_core.adapters.converters.pdf_reading import Prepared, prepare
from pipeline_core.adapters.converters.pdf_scans import Why, scanned_pages, taken_from_scans
from pipeline_core.adapters.converters.pdf_whole import WholePage, whole_pages
from pipeline_core.adapters.converters.source import ConvertOptions, ScansFound, Source, refuse_too_many
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    EncryptedDocumentError,
    LedgerError,
    NoTextError,
)
from pipeline_core.domain.findings import Finding
from pipeline_core.domain.layout import reads_leftwards
from pipeline_core.domain.page_words import Run
from pipeline_core.domain.wording import counted

NAME = "liteparse"
BATCH_PAGES = 250
"""Pages read at a time: all the words of thousands of pages would not fit into the memory limit.
Levels of headings are compared within a batch only."""

_MOST_PARTS = 400
"""Parts of pages that are read by themselves: each opens the file again."""

_unescape = unescaper("\\*_")  # what liteparse escapes
_EMPTY_FENCE = re.compile(r"```\w*\s*```")  # how liteparse writes a page without text


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a PDF page by page.

    Raises:
        EncryptedDocumentError, CorruptDocumentError, TooManyPagesError: the file cannot be read.
        NoTextError: no page has any text.
        ScansFound: OCR is on, and has not been tried on the pages that need it.
        LedgerError: pages went missing between the file and the result.
    """
    with ONE_AT_A_TIME:
        data, read, is_damaged = _read_or_repair(source, options)
    pages = _page_texts(source, read)
    scanned = scanned_pages(data, source.filename, pages)
    if scanned and options.ocr.is_on and options.scans is None:
        raise ScansFound(tuple(scanned))
    taken = taken_from_scans(pages, scanned, options.scans or {})
    for number, scan in taken.items():
        pages[number - 1] = PageText(scan.markdown, PageOutcome.TEXT, scan.doubt)
        read.words[number] = scan.words
    unread = [number for number, why in scanned.items() if number not in taken and why is not Why.LAYER]
    for number in unread:
        if not pages[number - 1].text:
            pages[number - 1] = PageText("", PageOutcome.IMAGE_ONLY)
    if is_damaged:  # in such a file a page without content has lost it
        pages = [page_of(None) if page.outcome is PageOutcome.BLANK else page for page in pages]
    _require_text(source, pages, options)
    findings = [repaired(read.total)] if is_damaged else []
    findings += page_findings(pages, unread, damaged=is_damaged, ocr=options.ocr)
    findings += ocr_findings(taken, scanned, total=len(pages), ocr=options.ocr)
    findings += [*read.findings, *damage(source.data).findings()]
    markdown, page_map = assemble(pages, "page")
    return Converted(markdown, page_map, NAME, tuple(findings), total=read.total, page_words=read.words)


def _partly(prepared: Prepared, options: ConvertOptions) -> Callable[[int, Crop], ParsedPage | None]:
    """Reads parts of pages by themselves, as many as the bound allows."""
    left = iter(range(_MOST_PARTS))

    def read(number: int, crop: Crop) -> ParsedPage | None:
        if next(left, None) is None:
            return None
        try:
            pages = _liteparse(options, skip_slanting=True, page=number, crop=crop).parse(prepared.data).pages
        except ParseError:
            return None
        return in_reading_order(pages[0]) if len(pages) == 1 else None

    return read


def _liteparse(
    options: ConvertOptions, *, skip_slanting: bool = False, page: int | None = None, crop: Crop | None = None
) -> LiteParse:
    # Running headers stay in: liteparse would also drop headings that stand at the top of several pages.
    # The cleaning stage takes them out with the whole document in view.
    return LiteParse(
        output_format="markdown",
        image_mode="off",
        keep_headers_footers=True,
        continue_on_page_error=True,
        max_pages=options.max_pages,
        emit_word_boxes=True,  # nearly free: the page's text is laid out anyway
        extract_blocks=True,
        extract_vector_graphics=True,
        skip_diagonal_text=skip_slanting,
        target_pages=None if page is None else str(page),
        crop_box=crop,
        num_workers=1,
        quiet=True,
        ocr_enabled=False,  # its order of a scan's words is no reading order: see ocr.py
    )


@dataclass(slots=True)
class _Read:
    """Result of the parser: the number of pages in the file, the texts of those it read, and those it could not."""

    total: int = 0
    texts: list[tuple[int, str]] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)
    words: dict[int, tuple[Run, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def _read(data: bytes, source: Source, options: ConvertOptions) -> _Read:
    read = _Read()
    with by_pdfium(data) as document:  # before anything else is done with it
        pages_said = len(document or ())
    refuse_too_many(pages_said, source, options)
    data, stand_ins = with_characters(data, pages_said)
    prepared = prepare(data, keep_hidden=options.keep_hidden)
    rereader = _liteparse(options, skip_slanting=True)  # what stands at a slant has been read by then
    partly = _partly(prepared, options)
    for batch in _batches(prepared, _liteparse(options)):
        read.total = batch.total_pages
        refuse_too_many(read.total, source, options)
        pages = whole_pages(prepared, [*map(in_reading_order, batch.result.pages)], rereader, partly)
        read.texts += [(page.number, stand_ins.restored(_whole_text(page))) for page in pages]
        read.words |= {
            page.number: tuple(replace(run, text=stand_ins.restored(run.text)) for run in page.words) for page in pages
        }
        read.failed |= {error.page_num for error in batch.result.page_errors}
    prepared.hidden = [stand_ins.restored(text) for text in prepared.hidden]
    prepared.lost = {number: [stand_ins.restored(word) for word in words] for number, words in prepared.lost.items()}
    read.findings = prepared.findings()
    return read


def _batches(prepared: Prepared, parser: LiteParse) -> Iterator[ParseBatch]:
    """The pages in batches; from the first page on that reads from right to left, of a file with whole ligatures."""
    done = 0
    for batch in parser.parse_batches(prepared.data, batch_size=BATCH_PAGES):
        if any(reads_leftwards(page.text) for page in batch.result.pages):
            whole = with_whole_ligatures(prepared.data)
            if whole is not prepared.data:
                prepared.data = whole
                break
        yield batch
        done += 1
    else:
        return
    yield from islice(parser.parse_batches(prepared.data, batch_size=BATCH_PAGES), done, None)


def _read_or_repair(source: Source, options: ConvertOptions) -> tuple[bytes, _Read, bool]:
    """The bytes that could be read, after repair if need be, what was read from them, and if they were damaged."""
    try:
        read = _read(source.data, source, options)
    except ParseError as error:
        if "password" in str(error).lower():
            raise EncryptedDocumentError(f"{source.filename} is protected with a password.") from error
    else:
        # PDFium mends a lost cross-reference table too, but does not tell
        return source.data, read, b"%%EOF" not in source.data[-2048:]
    data = repair_pdf(source.data, source.filename)
    try:
        return data, _read(data, source, options), True
    except ParseError as error:
        raise CorruptDocumentError(
            f"{source.filename} is damaged and could not be read even after repair: {error}."
        ) from error


def _page_texts(source: Source, read: _Read) -> list[PageText]:
    """One entry for each page of the file, in order: every page of the original is accounted for."""
    if read.total == 0:
        raise CorruptDocumentError(f"{source.filename} has no pages.")
    texts = dict(read.texts)
    if len(texts) != len(read.texts) or texts.keys() | read.failed != set(range(1, read.total + 1)):
        raise LedgerError(
            f"{source.filename} has {counted(read.total, 'page')}; {len(read.texts)} were read and "
            f"{len(read.failed)} failed."
        )
    return [page_of(texts.get(number)) for number in range(1, read.total + 1)]


def _whole_text(page: WholePage) -> str:
    text = page.markdown.strip("\n")
    text = "" if text.isspace() or _EMPTY_FENCE.fullmatch(text.strip()) else escape_signs(_unescape(text))
    return "\n\n".join(filter(None, (text, *(escape_marks(beside.strip()) for beside in page.beside))))


def _require_text(source: Source, pages: list[PageText], options: ConvertOptions) -> None:
    outcomes = {page.outcome for page in pages}
    if PageOutcome.TEXT in outcomes:
        return
    count = counted(len(pages), "page")
    if PageOutcome.FAILED in outcomes:
        raise CorruptDocumentError(f"{source.filename} is damaged: nothing could be read from its {count}.")
    if PageOutcome.IMAGE_ONLY in outcomes:
        tried, action = ocr_failed(options.ocr)
        raise NoTextError(f"{source.filename} has no text, only images ({count}).{tried}", action=action)
    raise NoTextError(f"{source.filename} has no text: {all_blank(len(pages))}.", action="Upload the filled document.")
