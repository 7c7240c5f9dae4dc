"""PDF, by liteparse; what liteparse cannot open is repaired once and tried again."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.escapes import unescaper
from pipeline_core.adapters.converters.pages import PageText, assemble
from pipeline_core.adapters.converters.repair import repair_pdf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    EncryptedDocumentError,
    LedgerError,
    NoTextError,
    TooManyPagesError,
)
from pipeline_core.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from liteparse import LiteParse, ParseResult

NAME = "liteparse"
SPARSE_CHARACTERS = 50
"""Below this much text a page is looked at again: a scan often has nothing but a stamp or a page number."""

_unescape = unescaper("\\*_")  # what liteparse escapes
_EMPTY_FENCE = re.compile(r"```\w*\s*```")  # how liteparse writes a page without text


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a PDF page by page.

    Raises:
        EncryptedDocumentError, CorruptDocumentError, TooManyPagesError: the file cannot be read.
        NoTextError: no page has any text.
        LedgerError: pages went missing between the file and the result.
    """
    parser = _parser(options)
    findings: list[Finding] = []
    data, result = _parse(parser, source, findings)
    if result.total_pages > options.max_pages:
        raise TooManyPagesError(
            f"{source.filename} has {result.total_pages:,} pages; the limit is {options.max_pages:,}."
        )
    pages = _page_texts(source, result)
    scanned = _scanned_pages(data, pages)
    for number in scanned:
        if not pages[number - 1].text:
            pages[number - 1] = PageText("", PageOutcome.IMAGE_ONLY)
    if findings:  # in a damaged file a page without content has lost it
        pages = [_lost(page) for page in pages]
    _require_text(source, pages)
    findings += _page_findings(pages, scanned, damaged=bool(findings))
    markdown, page_map = assemble(pages, "page")
    return Converted(markdown, page_map, NAME, tuple(findings))


def _parser(options: ConvertOptions) -> "LiteParse":
    from liteparse import LiteParse

    # Running headers stay in: liteparse would also drop headings that stand at the top of several pages.
    # The cleaning stage takes them out with the whole document in view.
    ocr = bool(options.tessdata_path)
    return LiteParse(
        output_format="markdown",
        image_mode="off",
        keep_headers_footers=True,
        continue_on_page_error=True,
        max_pages=options.max_pages,
        num_workers=1,
        quiet=True,
        ocr_enabled=ocr,
        ocr_failure_fatal=False,  # pages that stay without text are reported one by one
        tessdata_path=options.tessdata_path if ocr else None,
        ocr_language=options.ocr_languages if ocr else None,
    )


def _parse(parser: "LiteParse", source: Source, findings: list[Finding]) -> "tuple[bytes, ParseResult]":
    """The bytes that could be read, after repair if need be, and what was read from them."""
    from liteparse import ParseError

    data = source.data
    try:
        result = parser.parse(data)
    except ParseError as error:
        if "password" in str(error).lower():
            raise EncryptedDocumentError(f"{source.filename} is protected with a password.") from error
        data = repair_pdf(data, source.filename)
        try:
            result = parser.parse(data)
        except ParseError as again:
            raise CorruptDocumentError(
                f"{source.filename} is damaged and could not be read even after repair: {again}."
            ) from again
        findings.append(_repaired(result.total_pages))
    else:
        if b"%%EOF" not in data[-2048:]:  # PDFium mends a lost cross-reference table too, but does not tell
            findings.append(_repaired(result.total_pages))
    return data, result


def _repaired(pages: int) -> Finding:
    return Finding(
        "repaired",
        Severity.WARNING,
        "document",
        f"The PDF is damaged or cut off. It was repaired and {pages} pages were found; "
        "pages or text after the damage are probably lost. Compare it with the original.",
        {"pages_found": pages},
    )


def _page_texts(source: Source, result: "ParseResult") -> list[PageText]:
    """One entry for each page of the file, in order: every page of the original is accounted for."""
    read = {page.page_num: _text(page.markdown) for page in result.pages}
    failed = {error.page_num for error in result.page_errors}
    total = result.total_pages
    if total == 0:
        raise CorruptDocumentError(f"{source.filename} has no pages.")
    if read.keys() | failed != set(range(1, total + 1)) or len(read) != len(result.pages):
        raise LedgerError(
            f"{source.filename} has {total} pages, of which {len(read)} were read and {len(failed)} failed."
        )
    return [
        PageText("", PageOutcome.FAILED)
        if number not in read
        else PageText(read[number], PageOutcome.TEXT if read[number] else PageOutcome.BLANK)
        for number in range(1, total + 1)
    ]


def _text(markdown: str) -> str:
    text = markdown.strip("\n")
    return "" if text.isspace() or _EMPTY_FENCE.fullmatch(text.strip()) else _unescape(text)


def _scanned_pages(data: bytes, pages: list[PageText]) -> list[int]:
    """Numbers of the pages that show their text as an image or as drawn outlines."""
    sparse = [
        number
        for number, page in enumerate(pages, start=1)
        if page.outcome is not PageOutcome.FAILED and len(page.text) < SPARSE_CHARACTERS
    ]
    if not sparse:
        return []
    from liteparse import LiteParse

    looking = LiteParse(ocr_enabled=False, quiet=True, target_pages=_ranges(sparse), max_pages=len(pages))
    return [
        stats.page_number
        for stats in looking.is_complex(data)
        if stats.full_page_image
        or "vector-text" in stats.reasons
        or (stats.image_block_count > 0 and not pages[stats.page_number - 1].text)
    ]


def _lost(page: PageText) -> PageText:
    return PageText("", PageOutcome.FAILED) if page.outcome is PageOutcome.BLANK else page


def _require_text(source: Source, pages: list[PageText]) -> None:
    outcomes = {page.outcome for page in pages}
    if PageOutcome.TEXT in outcomes:
        return
    count = f"{len(pages)} page" + ("s" if len(pages) > 1 else "")
    if PageOutcome.FAILED in outcomes:
        raise CorruptDocumentError(f"{source.filename} is damaged: nothing could be read from its {count}.")
    if PageOutcome.IMAGE_ONLY in outcomes:
        raise NoTextError(f"{source.filename} has no text, only images ({count}).")
    raise NoTextError(f"{source.filename} has no text: its {count} are blank.", action="Upload the filled document.")


def _page_findings(pages: list[PageText], scanned: list[int], *, damaged: bool) -> Iterable[Finding]:
    failed = [number for number, page in enumerate(pages, start=1) if page.outcome is PageOutcome.FAILED]
    if failed:
        cause = "their content is lost" if damaged else "the converter failed on them"
        yield Finding(
            "page_failed",
            Severity.WARNING,
            "document",
            f"Pages {_spoken(failed)} could not be read: {cause}. Save the PDF again where it was made.",
            {"pages": failed, "total": len(pages)},
        )
    if scanned:
        yield Finding(
            "page_without_text",
            Severity.WARNING,
            "document",
            f"Pages {_spoken(scanned)} of {len(pages)} are images without readable text: what they show is "
            f"not in the result. {NoTextError.action}",
            {"pages": scanned, "total": len(pages)},
        )


def _ranges(numbers: list[int]) -> str:
    """``[1, 2, 3, 7]`` as ``1-3,7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _spoken(numbers: list[int]) -> str:
    return _ranges(numbers).replace(",", ", ")
