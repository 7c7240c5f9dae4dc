"""One page of a PDF as people see it: its picture by PDFium, its words with their boxes by liteparse."""

import io
import math
import os
from collections.abc import Iterator

from liteparse import LiteParse, ParseError
from liteparse.types import ParsedPage, TextItem
from pypdfium2 import PdfiumError, PdfPage

from pipeline_core.adapters.converters import worker
from pipeline_core.adapters.converters.pages import storable
from pipeline_core.adapters.converters.pdf_file import by_pdfium, repair_pdf
from pipeline_core.domain.errors import PageNotShownError, PipelineError, StageCrashedError, UnexpectedError
from pipeline_core.domain.faults import of_machine
from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_views import ImageKind, PageView, PageWords

_SCALE, _SMALL_SCALE = 2.0, 0.25
"""Pixels a point: letters are sharp at the size at which a page is read."""
_MOST_PIXELS = 8_000_000
"""A page may be as large as a wall: it is shown smaller then."""
_MOST_WORDS = 40_000
_LEVEL = 2.0
"""Degrees by which a line that is not turned may be."""
_QUALITY = 80


def view_page(data: bytes, number: int, kind: ImageKind | None) -> PageView:
    """Read one page, by its number from 1; ``kind`` is that of its picture, None: only its words are wanted.

    Raises:
        PageNotShownError: there is no such page, or it cannot be shown.
    """
    try:
        return _view(data, number, kind)
    except (ParseError, PdfiumError):
        pass
    try:
        return _view(repair_pdf(data, "The file"), number, kind)
    except (ParseError, PdfiumError, PipelineError) as error:
        raise PageNotShownError(f"Page {number} is damaged.") from error


def view_guarded(data: bytes, number: int, kind: ImageKind | None) -> PageView:
    """``view_page`` in a worker process: what native code does to it is not the caller's.

    Raises:
        PageNotShownError: as ``view_page``.
        UnexpectedError, StageCrashedError: the parser failed in an unforeseen way.
    """
    try:
        return view_page(data, number, kind)
    except MemoryError:
        os._exit(worker.OUT_OF_MEMORY)
    except PipelineError:
        raise
    except Exception as error:
        raise of_machine(error) or UnexpectedError(f"{type(error).__name__}: {error}") from None
    except BaseException as error:  # a Rust panic is no Exception
        raise StageCrashedError(f"The parser crashed: {error}.") from None


def _view(data: bytes, number: int, kind: ImageKind | None) -> PageView:
    with by_pdfium(data) as document:
        if document is None:
            raise ParseError("PDFium does not open it.")
        if not 1 <= number <= len(document):
            raise PageNotShownError(f"There is no page {number}.")
        page = document[number - 1]
        width, height = page.get_size()
        image = _picture(page, kind) if kind else None
        page.close()
    return PageView(PageWords(round(width, 2), round(height, 2), tuple(_words(data, number))), image)


def _picture(page: PdfPage, kind: ImageKind) -> bytes:
    width, height = page.get_size()
    scale = min(_SMALL_SCALE if kind is ImageKind.SMALL else _SCALE, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    output = io.BytesIO()
    if kind is ImageKind.PNG:
        picture.save(output, "PNG", compress_level=3)
    else:
        picture.save(output, "WEBP", quality=_QUALITY, method=0)  # of the same size as by slower methods
    return output.getvalue()


def _words(data: bytes, number: int) -> Iterator[Word]:
    parser = LiteParse(
        output_format="json",
        ocr_enabled=False,
        quiet=True,
        num_workers=1,
        emit_word_boxes=True,
        keep_headers_footers=True,
        preserve_very_small_text=True,
        extract_links=False,
        target_pages=str(number),
        max_pages=number,
    )
    left = _MOST_WORDS
    for page in parser.parse(data).pages:
        for word in _words_of(page):
            if not left:
                return
            left -= 1
            yield word


def _words_of(page: ParsedPage) -> Iterator[Word]:
    for item in page.text_items:
        # the boxes of the words of a turned line are not those that the page shows
        for one in item.words if item.words and _is_level(item) else (item,):
            if text := storable(one.text).strip():
                yield Word(text, (one.x, one.y, one.x + one.width, one.y + one.height))


def _is_level(item: TextItem) -> bool:
    turn = item.rotation % 360
    return min(turn, 360 - turn) < _LEVEL
