"""Reads scanned pages of a PDF with tesseract. Runs in a process that can be killed, a few pages a call."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfPage

from pipeline_core.adapters.converters.ocr_layout import in_order, markdown
from pipeline_core.adapters.converters.ocr_page import Line, ScannedPage, Word
from pipeline_core.adapters.converters.pages import storable
from pipeline_core.adapters.converters.pdf_file import ONE_AT_A_TIME, repair_pdf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain.page_words import Run

if TYPE_CHECKING:
    from tesserocr import PyTessBaseAPI

_POINTS = 72.0
_LEAST_DPI, _MOST_DPI = 150.0, 300.0
"""Tesseract was trained on letters of some 30 pixels: below 150 dpi too small, above 300 only slower."""
_MOST_PIXELS = 25_000_000
"""Of a page's picture: an A3 page at 300 dpi, in 25 MB."""
_DOUBTED_BELOW = 70.0
"""Of words that the engine is less sure of, fewer than nine in ten were right on pages that were compared."""
_UPRIGHT_FROM = 75.0
"""A page whose words the engine is as sure of as this, on average, is not turned to see whether it reads better."""
_CLEARLY = 1.3
"""So much more must be read on a turned page: the engine reads much of a line that stands on its head."""
_FEW_WORDS = 5


@dataclass(frozen=True, slots=True)
class _Reading:
    lines: tuple[Line, ...]

    @property
    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]

    @property
    def sure(self) -> float:
        """The mean confidence of the words."""
        words = self.words
        return sum(word.confidence for word in words) / len(words) if words else 0.0

    @property
    def is_upended(self) -> bool:
        """True if its lines run up or down the picture: the engine reads these as well, line by line."""
        long = [line for line in self.lines if len(line.words) > 1]
        return 2 * sum(line.box[3] - line.box[1] > line.box[2] - line.box[0] for line in long) > len(long)

    @property
    def letters_sure(self) -> float:
        """Letters and digits, each as much as the engine is sure of its word: what the right side up has most of."""
        return sum(word.confidence * sum(map(str.isalnum, word.text)) for word in self.words)


def read_pages(numbers: Sequence[int], source: Source, options: ConvertOptions) -> dict[int, ScannedPage]:
    """The pages with these numbers, as far as anything could be read on them; none if the data is unusable."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # other conversions want the other cores; more threads are hardly faster
    from tesserocr import PSM, PyTessBaseAPI

    read: dict[int, ScannedPage] = {}
    try:
        api = PyTessBaseAPI(path=options.ocr.folder, lang=options.ocr.languages, psm=PSM.AUTO)
    except RuntimeError:
        return read
    with api, ONE_AT_A_TIME, _opened(source) as document:
        for number in numbers:
            # a page that does not open is reported as one that could not be read
            with suppress(pypdfium2.PdfiumError, IndexError), closing(document[number - 1]) as page:
                if found := _read(api, page):
                    read[number] = found
    return read


def _opened(source: Source) -> PdfDocument:
    try:
        return pypdfium2.PdfDocument(source.data)
    except pypdfium2.PdfiumError:
        return pypdfium2.PdfDocument(repair_pdf(source.data, source.filename))


def _read(api: "PyTessBaseAPI", page: PdfPage) -> ScannedPage | None:
    best = _reading(api, page, 0)
    if best.sure < _UPRIGHT_FROM or len(best.words) < _FEW_WORDS or best.is_upended:
        turned = [_reading(api, page, degrees) for degrees in (90, 180, 270)]
        other = max((one for one in turned if not one.is_upended), key=lambda one: one.letters_sure, default=best)
        least = best.letters_sure * (1 / _CLEARLY if best.is_upended else _CLEARLY)
        best = other if other.letters_sure > least else best
    lines = in_order(best.lines)
    text = storable(markdown(lines))
    words = [word for word in best.words if any(map(str.isalnum, word.text))]
    if not text or not words:
        return None
    doubted = sum(word.confidence < _DOUBTED_BELOW for word in words)
    runs = tuple(Run(storable(line.text), line.box) for line in lines)
    return ScannedPage(text, round(doubted / len(words), 4), runs)


def _reading(api: "PyTessBaseAPI", page: PdfPage, degrees: int) -> _Reading:
    scale = _scale(page)
    picture = page.render(scale=scale, rotation=degrees, grayscale=True, may_draw_forms=False)
    dots = _softened(picture.to_numpy())
    picture.close()
    height, width = dots.shape
    api.SetImageBytes(dots.tobytes(), width, height, 1, width)
    api.SetSourceResolution(round(scale * _POINTS))
    try:
        api.Recognize()
        return _Reading(tuple(_lines(api, scale)))
    finally:
        api.Clear()


def _softened(dots: Any) -> Any:
    """Each dot the mean of itself and its neighbours, the near ones counting more: a scan's grain is not read then."""
    import numpy as np

    wide = np.pad(dots.reshape(dots.shape[:2]).astype(np.uint16), 1, mode="edge")
    across = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    return ((across[:-2] + 2 * across[1:-1] + across[2:]) // 16).astype(np.uint8)


def _scale(page: PdfPage) -> float:
    """Pixels a point: as fine as the page's largest picture itself, within bounds."""
    width, height = page.get_size()
    pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=2)
    finest = _LEAST_DPI
    for picture in pictures:
        left, bottom, right, top = picture.get_bounds()
        if right - left > width / 2 and top - bottom > 0:
            finest = max(finest, picture.get_px_size()[0] / (right - left) * _POINTS)
    scale = min(finest, _MOST_DPI) / _POINTS
    scale = min(scale, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    return float(scale) - 1e-6  # the size in pixels is rounded up, and one more would smear the picture


def _lines(api: "PyTessBaseAPI", scale: float) -> Iterator[Line]:
    from tesserocr import RIL, iterate_level

    words: list[Word] = []
    paragraph = 0
    for at in iterate_level(api.GetIterator(), RIL.WORD):
        if at.IsAtBeginningOf(RIL.TEXTLINE) and words:
            yield Line(tuple(words), paragraph)
            words = []
        if at.IsAtBeginningOf(RIL.PARA):
            paragraph += 1
        if word := _word(at, scale):
            words.append(word)
    if words:
        yield Line(tuple(words), paragraph)


def _word(at: Any, scale: float) -> Word | None:
    from tesserocr import RIL

    box = at.BoundingBox(RIL.WORD)
    try:
        text = at.GetUTF8Text(RIL.WORD).strip()
    except RuntimeError:  # nothing was read there
        return None
    if not text or box is None:
        return None
    left, top, right, bottom = (edge / scale for edge in box)
    return Word(text, at.Confidence(RIL.WORD), (left, top, right, bottom))
