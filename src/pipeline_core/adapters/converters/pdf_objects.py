"""The objects of a PDF page, as PDFium sees them: place, size, colour and how they are painted."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, isfinite
from typing import Any

import pypdfium2.raw as pdfium
from pypdfium2 import PdfMatrix

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points, from the lower left corner of the page as it is stored."""

_TEXT, _PATH, _IMAGE, _FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_FORM,
)
_DEEPEST = 12  # forms within forms


class TooManyObjectsError(Exception):
    """A page has more objects than are looked at one by one."""


_AS_STORED = PdfMatrix()


@dataclass(slots=True)
class PageObject:
    """``order`` counts the objects as they are painted; ``parent`` is the form that holds it, if any.

    ``size`` is the height of a text's font in points, as it is painted.
    """

    handle: Any
    parent: Any
    order: int
    is_text: bool
    is_image: bool
    box: Box
    matrix: PdfMatrix
    size: float = 0.0

    @property
    def area(self) -> float:
        left, bottom, right, top = self.box
        return max(0.0, right - left) * max(0.0, top - bottom)

    @property
    def fill(self) -> tuple[int, int, int, int]:
        """Red, green, blue and opacity, 0 to 255."""
        if not pdfium.FPDFPageObj_GetFillColor(self.handle, *_CHANNELS):
            return 0, 0, 0, 255
        red, green, blue, alpha = _CHANNELS
        return red.value, green.value, blue.value, alpha.value

    @property
    def mode(self) -> int:
        """Rendering mode of the text: 3 is invisible, 7 only clips."""
        return int(pdfium.FPDFTextObj_GetTextRenderMode(self.handle))

    @property
    def is_filled(self) -> bool:
        """Return whether a path paints its inside."""
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        return bool(pdfium.FPDFPath_GetDrawMode(self.handle, fill, stroke) and fill.value)

    def text(self, text_page: Any) -> str:
        length = pdfium.FPDFTextObj_GetText(self.handle, text_page, None, 0)
        buffer = (ctypes.c_ushort * (length // 2 + 1))()
        pdfium.FPDFTextObj_GetText(self.handle, text_page, buffer, length)
        return bytes(buffer).decode("utf-16-le", "replace").split("\0")[0]

    def layers(self) -> Iterator[str]:
        """Names of the optional-content groups it is marked with."""
        for index in range(max(0, pdfium.FPDFPageObj_CountMarks(self.handle))):
            mark = pdfium.FPDFPageObj_GetMark(self.handle, index)
            if _mark_string(pdfium.FPDFPageObjMark_GetName, mark) == "OC":
                yield _mark_string(pdfium.FPDFPageObjMark_GetParamStringValue, mark, b"Name")


def _mark_string(get: Any, mark: Any, *key: bytes) -> str:
    length = ctypes.c_ulong()
    buffer = (ctypes.c_ushort * 256)()
    if not get(mark, *key, buffer, 512, length):
        return ""
    return bytes(buffer).decode("utf-16-le", "replace").split("\0")[0]


# what PDFium writes its answers into; each converter process has one thread
_CHANNELS = tuple(ctypes.c_uint() for _ in range(4))
_EDGES = tuple(ctypes.c_float() for _ in range(4))
_FONT_SIZE = ctypes.c_float()
_MATRIX = pdfium.FS_MATRIX()


def annotations(page: Any) -> Iterator[tuple[int, Any]]:
    """Kind and handle of each annotation of the page; a handle is good until the next is asked for."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        try:
            yield pdfium.FPDFAnnot_GetSubtype(annotation), annotation
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def page_objects(page: Any, most: int) -> list[PageObject]:
    """Texts, images and paths of the page, those within forms included, in the order of painting.

    Raises TooManyObjectsError if there are more than ``most``.
    """
    found: list[PageObject] = []
    _walk(page, found, iter(range(most)))
    return found


def _walk(
    holder: Any, found: list[PageObject], budget: Iterator[int], outer: PdfMatrix = _AS_STORED, depth: int = 0
) -> None:
    is_form = depth > 0
    get = pdfium.FPDFFormObj_GetObject if is_form else pdfium.FPDFPage_GetObject
    count = pdfium.FPDFFormObj_CountObjects if is_form else pdfium.FPDFPage_CountObjects
    parent = holder if is_form else None
    is_moved = outer != _AS_STORED
    for index in range(count(holder)):
        if next(budget, None) is None:
            raise TooManyObjectsError
        handle = get(holder, index)
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == _FORM:
            if depth < _DEEPEST:
                _walk(handle, found, budget, _matrix(handle).multiply(outer), depth + 1)
            continue
        if kind not in (_TEXT, _PATH, _IMAGE):
            continue
        box = _bounds(handle)
        one = PageObject(
            handle, parent, len(found), kind == _TEXT, kind == _IMAGE, outer.on_rect(*box) if is_moved else box, outer
        )
        if one.is_text:
            matrix = _matrix(handle)
            one.matrix = matrix.multiply(outer) if is_moved else matrix
            pdfium.FPDFTextObj_GetFontSize(handle, _FONT_SIZE)
            one.size = _FONT_SIZE.value * hypot(one.matrix.c, one.matrix.d)
            if not all(map(isfinite, (*one.matrix.get(), one.size, *one.box))):
                continue  # of a damaged file
        found.append(one)


def _matrix(handle: Any) -> PdfMatrix:
    pdfium.FPDFPageObj_GetMatrix(handle, _MATRIX)
    return PdfMatrix.from_raw(_MATRIX)


def _bounds(handle: Any) -> Box:
    left, bottom, right, top = _EDGES
    pdfium.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value
