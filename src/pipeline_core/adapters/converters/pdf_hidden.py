"""Text of a PDF page that its readers do not see: taken out before the page is converted.

Invisible text over a picture is the text of a scan, recognized by OCR, and stays.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pypdfium2.raw as pdfium
from pypdfium2 import PdfPage

from pipeline_core.adapters.converters.pdf_objects import Box, PageObject

_INVISIBLE = 3  # text rendering mode
_CLIP = 7
_SMALLEST = 1.0  # points: nobody reads that
_OPAQUE = 250
_SAME_COLOUR = 24  # of 255, in each channel
_SCALE = 2.0  # pixels a point of the picture that is looked at; less for posters
_LARGEST = 2400
_LINE = 2.0  # points: nothing is hidden under that
_COVERS = 400  # of a page, the largest


def hidden_objects(page: PdfPage, objects: Sequence[PageObject], layers_off: frozenset[str]) -> list[PageObject]:
    """Text that is invisible, transparent, tiny, beside the page, of a layer switched off, or shows no ink."""
    visible = page.get_bbox()
    images = [one.box for one in objects if one.is_image]
    sure, doubtful = [], []
    covers = _Covers(objects)
    for one in objects:
        if not one.is_text:
            continue
        is_off = bool(layers_off) and not layers_off.isdisjoint(one.layers())
        if is_off or one.size < _SMALLEST or _outside(one.box, visible):
            sure.append(one)
            continue
        mode = one.mode
        if mode in (_INVISIBLE, _CLIP):
            if not any(_inside(one.box, image) for image in images):
                doubtful.append(one)
            continue
        fill = one.fill
        if fill[3] == 0 and mode == 0:
            sure.append(one)
        elif layers_off or covers.may_hide(one, fill):
            doubtful.append(one)
    if doubtful:
        seen = _Picture(page)
        sure += [one for one in doubtful if not seen.has_ink(one.box)]
    return sure


def take_out(page: PdfPage, hidden: Sequence[PageObject]) -> None:
    """Remove the objects from the page, which is written anew."""
    for one in hidden:
        if one.parent is None:
            pdfium.FPDFPage_RemoveObject(page.raw, one.handle)
        else:
            pdfium.FPDFFormObj_RemoveObject(one.parent, one.handle)
        pdfium.FPDFPageObj_Destroy(one.handle)
    pdfium.FPDFPage_GenerateContent(page.raw)


class _Covers:
    """The areas of one colour, and the pictures, that something may be hidden under or in; the largest only."""

    def __init__(self, objects: Sequence[PageObject]):
        first = next((one.order for one in objects if one.is_text), 0)
        wide = (one for one in objects if min(one.box[2] - one.box[0], one.box[3] - one.box[1]) > _LINE)
        areas = [one for one in wide if not one.is_text and (one.is_image or one.is_filled)]
        self._over: list[PageObject] = []
        self._under: dict[tuple[int, ...], list[PageObject]] = defaultdict(list)
        self._alike: dict[tuple[int, ...], list[PageObject]] = {}
        for one in sorted(areas, key=lambda one: -one.area)[:_COVERS]:
            fill = (0, 0, 0, 255) if one.is_image else one.fill
            if one.order > first and fill[3] >= _OPAQUE:
                self._over.append(one)
            if not one.is_image:
                self._under[fill].append(one)

    def may_hide(self, text: PageObject, fill: tuple[int, ...]) -> bool:
        """Return whether something lies over the text, or its background has its colour, as white paper may."""
        if self._over and any(cover.order > text.order and _inside(text.box, cover.box) for cover in self._over):
            return True
        if (alike := self._alike.get(fill)) is None:
            alike = [one for colour, covers in self._under.items() if _same(colour, fill) for one in covers]
            self._alike[fill] = alike
        is_white = min(fill[:3]) > 255 - _SAME_COLOUR
        if not alike and not is_white:
            return False
        ground = self._ground(text)
        return is_white if ground is None else _same(ground, fill)

    def _ground(self, text: PageObject) -> tuple[int, ...] | None:
        """The colour of the area that the text is painted on; None where that is the paper."""
        top, colour = -1, None
        for fill, covers in self._under.items():
            for one in covers:
                if top < one.order < text.order and _inside(text.box, one.box):
                    top, colour = one.order, fill
        return colour


def _same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= _SAME_COLOUR for a, b in zip(one[:3], other[:3], strict=True))


def _outside(box: Box, page: Box) -> bool:
    return box[2] <= page[0] or box[0] >= page[2] or box[3] <= page[1] or box[1] >= page[3]


def _inside(box: Box, area: Box) -> bool:
    """Return whether the middle of the box, and most of it, lies in the area."""
    wide, high = box[2] - box[0], box[3] - box[1]
    over = min(box[2], area[2]) - max(box[0], area[0]), min(box[3], area[3]) - max(box[1], area[1])
    return over[0] > 0.8 * wide and over[1] > 0.6 * high


class _Picture:
    def __init__(self, page: PdfPage):
        painted = page.render(scale=min(_SCALE, _LARGEST / max(*page.get_size(), 1.0)))
        self._pixels: Any = painted.to_numpy()[:, :, :3]
        self._places = painted.get_posconv(page)

    def has_ink(self, box: Box) -> bool:
        """Return whether the area of the box has more than one colour."""
        (left, right), (top, bottom) = (
            sorted(max(0, at) for at in ends)
            for ends in zip(self._places.to_bitmap(*box[:2]), self._places.to_bitmap(*box[2:]), strict=True)
        )
        part = self._pixels[top : bottom + 1, left : right + 1]
        return bool(part.size == 0 or (part.max(axis=(0, 1)).astype(int) - part.min(axis=(0, 1))).max() > _SAME_COLOUR)
