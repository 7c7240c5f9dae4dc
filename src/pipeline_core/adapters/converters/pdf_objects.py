"""The text objects of a PDF page, as PDFium sees them: place, size, colour and how they are painted."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points, from the lower left corner of the page as it is stored."""

_TEXT, _PATH, _IMAGE, _FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_FORM,
)
_DEEPEST = 12  # forms within forms


@dataclass(frozen=True, slots=True)
class Matrix:
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, other: "Matrix") -> "Matrix":
        return Matrix(
            self.a * other.a + self.b * other.c,
            self.a * other.b + self.b * other.d,
            self.c * other.a + self.d * other.c,
            self.c * other.b + self.d * other.d,
            self.e * other.a + self.f * other.c + other.e,
            self.e * other.b + self.f * other.d + other.f,
        )

    def box(self, box: Box) -> Box:
        left, bottom, right, top = box
        corners = [
            (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
            for x in (left, right)
            for y in (bottom, top)
        ]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(slots=True)
class PageObject:
    """``order`` counts the objects as they are painted; ``parent`` is the form that holds it, if any."""

    handle: Any
    parent: Any
    order: int
    is_text: bool
    is_image: bool
    box: Box
    marked: bool
    matrix: Matrix = Matrix()

    @property
    def area(self) -> float:
        left, bottom, right, top = self.box
        return max(0.0, right - left) * max(0.0, top - bottom)

    @property
    def size(self) -> float:
        """Height of the font in points, as it is painted."""
        size = ctypes.c_float()
        pdfium.FPDFTextObj_GetFontSize(self.handle, size)
        return float(size.value) * hypot(self.matrix.c, self.matrix.d)

    @property
    def fill(self) -> tuple[int, int, int, int]:
        """Red, green, blue and opacity, 0 to 255."""
        channels = [ctypes.c_uint() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetFillColor(self.handle, *channels):
            return 0, 0, 0, 255
        red, green, blue, alpha = (channel.value for channel in channels)
        return red, green, blue, alpha

    @property
    def mode(self) -> int:
        """How the text is rendered: 3 is invisible, 7 only clips."""
        return int(pdfium.FPDFTextObj_GetTextRenderMode(self.handle))

    @property
    def is_filled(self) -> bool:
        """Whether a path paints its inside."""
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


def page_objects(page: Any) -> list[PageObject]:
    """Texts, images and paths of the page, those within forms included, in the order of painting."""
    return list(_walk(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, None, Matrix(), [0], 0))


def _walk(
    holder: Any, count: Any, get: Any, parent: Any, outer: Matrix, order: list[int], depth: int
) -> Iterator[PageObject]:
    for index in range(count(holder)):
        handle = get(holder, index)
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == _FORM:
            if depth < _DEEPEST:
                inner = _matrix(handle).then(outer)
                yield from _walk(
                    handle,
                    pdfium.FPDFFormObj_CountObjects,
                    pdfium.FPDFFormObj_GetObject,
                    handle,
                    inner,
                    order,
                    depth + 1,
                )
            continue
        if kind not in (_TEXT, _PATH, _IMAGE):
            continue
        order[0] += 1
        is_text = kind == _TEXT
        yield PageObject(
            handle,
            parent,
            order[0],
            is_text,
            kind == _IMAGE,
            outer.box(_bounds(handle)),
            is_text and pdfium.FPDFPageObj_CountMarks(handle) > 0,
            _matrix(handle).then(outer) if is_text else outer,
        )


def _matrix(handle: Any) -> Matrix:
    got = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(handle, got)
    return Matrix(got.a, got.b, got.c, got.d, got.e, got.f)


def _bounds(handle: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value
