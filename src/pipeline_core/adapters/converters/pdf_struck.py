"""Struck-out text of a PDF page: a comment of the kind that strikes out, or a line drawn through the words.

Neither is part of the text that is read from the page; without it the old price stands beside the new one.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from pipeline_core.adapters.converters.pdf_objects import Box, PageObject, annotations
from pipeline_core.adapters.converters.squashed import Squashed, squash

_THIN = 0.3  # of the size of the text: a line, not an area; PDFium adds the width of a line on both sides
_THROUGH = (0.14, 0.55)  # of the size, above the baseline: lower is an underline, higher a line above
_WITHIN = 1.0  # points that a stroke may stand out on either side of the text
_CONTEXT = 12
_MOST_STROKES = 2_000
_MARKED = re.compile(r"(?<![\\~])~~(?=[^\s~])((?:(?!\n\n)[^~])+)~~(?!~)")


@dataclass(frozen=True, slots=True)
class Struck:
    """Words that are struck out, and the letters before and after them on the page."""

    text: str
    before: str
    after: str


def struck(page: Any, objects: Sequence[PageObject], *, is_annotated: bool) -> list[Struck]:
    """Find the text struck out on the page, in the order of painting; turned text is left out."""
    boxes = _drawn_through(objects)
    if is_annotated:
        for kind, annotation in annotations(page):
            boxes += _quads(annotation) if kind == pdfium.FPDF_ANNOT_STRIKEOUT else ()
    if not boxes:
        return []
    with closing(page.get_textpage()) as text_page:
        return [one for box in boxes if (one := _read(text_page, box)) is not None]


def _drawn_through(objects: Sequence[PageObject]) -> list[Box]:
    """The places of level text that a thin line goes through."""
    tallest = max((one.size for one in objects if one.is_text), default=0.0)
    thin = [
        one.box
        for one in objects
        if not one.is_text and not one.is_image and _is_thin(one.box, tallest) and one.fill[3] > 0
    ]
    if not 0 < len(thin) <= _MOST_STROKES:
        return []
    texts = [one for one in objects if one.is_text and one.matrix.b == 0 and one.matrix.a > 0 and one.size > 0]
    return list(_crossings(sorted(thin, key=_middle), texts))


def _is_thin(box: Box, size: float) -> bool:
    high, wide = box[3] - box[1], box[2] - box[0]
    return high < _THIN * size and wide > 2 * high and wide > 2


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _crossings(strokes: Sequence[Box], texts: Sequence[PageObject]) -> Iterator[Box]:
    from bisect import bisect_left, bisect_right

    heights = [_middle(box) for box in strokes]
    found: dict[int, list[PageObject]] = {}
    for one in texts:
        base = one.matrix.f
        for at in range(
            bisect_left(heights, base + _THROUGH[0] * one.size), bisect_right(heights, base + _THROUGH[1] * one.size)
        ):
            left, bottom, right, top = strokes[at]
            if top - bottom < _THIN * one.size and min(right, one.box[2]) - max(left, one.box[0]) > 0:
                found.setdefault(at, []).append(one)
    for at, crossed in sorted(found.items()):
        left, right = strokes[at][0], strokes[at][2]
        # a rule of a table or of a form goes on where no text is
        if min(one.box[0] for one in crossed) - _WITHIN - 0.3 * crossed[0].size > left:
            continue
        if max(one.box[2] for one in crossed) + _WITHIN + 0.3 * crossed[0].size < right:
            continue
        low = min(one.matrix.f + 0.1 * one.size for one in crossed)
        high = max(one.matrix.f + 0.45 * one.size for one in crossed)
        yield left, low, right, high


def _quads(annotation: Any) -> Iterator[Box]:
    quad = pdfium.FS_QUADPOINTSF()
    for index in range(min(pdfium.FPDFAnnot_CountAttachmentPoints(annotation), _MOST_STROKES)):
        if pdfium.FPDFAnnot_GetAttachmentPoints(annotation, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            low, high = min(ys), max(ys)
            yield min(xs), low + 0.3 * (high - low), max(xs), high - 0.3 * (high - low)


def _read(text_page: Any, box: Box) -> Struck | None:
    """The characters of which most lies within the box."""
    count = text_page.count_chars()
    first = last = None
    for index in _characters(text_page, box, count):
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        middle = (left + right) / 2
        if box[0] - 0.2 <= middle <= box[2] + 0.2 and min(top, box[3]) > max(bottom, box[1]):
            first = index if first is None else first
            last = index
        elif first is not None:
            break
    if first is None or last is None:
        return None
    text = text_page.get_text_range(first, last - first + 1).strip()
    if not squash(text):
        return None
    before = text_page.get_text_range(max(0, first - 3 * _CONTEXT), min(first, 3 * _CONTEXT)) if first else ""
    behind = min(3 * _CONTEXT, count - last - 1)
    return Struck(text, before, text_page.get_text_range(last + 1, behind) if behind else "")


def _characters(text_page: Any, box: Box, count: int) -> range:
    """From the character at the left end of the box on."""
    height = (box[1] + box[3]) / 2
    for x in (box[0] + 1.5, box[0] + 3.5, (box[0] + box[2]) / 2):
        at = text_page.get_index(x, height, 2.0, 4.0)
        if at is not None:
            return range(max(0, at - 2), count)
    return range(0)


def write_struck(markdown: str, found: Sequence[Struck]) -> tuple[str, list[Struck]]:
    """The markdown with ``~~`` about what is struck out, and what was not found in it.

    The parser's own marks go: it takes lines of charts and tables for strokes.
    """
    if "~~" in markdown:
        markdown = _MARKED.sub(r"\1", markdown)
    if not found:
        return markdown, []
    page = Squashed(markdown)
    edits: set[tuple[int, int]] = set()
    lost: list[Struck] = []
    for one in found:
        place = _find(page, one)
        if place is None:
            lost.append(one)
        else:
            edits.add(place)
    return _marked(markdown, sorted(edits)), lost


def _find(page: Squashed, one: Struck) -> tuple[int, int] | None:
    wanted, before, after = squash(one.text), squash(one.before), squash(one.after)
    for length in (_CONTEXT, 5, 2, 0):
        head, tail = before[len(before) - length :] if length else "", after[:length]
        places = list(page.places(head + wanted + tail))
        if places and (len(places) == 1 or length == _CONTEXT):
            start, end = page.raw_span(places[0] + len(head), places[0] + len(head) + len(wanted))
            return _with_signs(page.text, one.text, start, end)
    return None


def _with_signs(text: str, wanted: str, start: int, end: int) -> tuple[int, int]:
    """Signs at the ends of the struck text, as that of a currency, belong to it."""
    letters = [at for at, char in enumerate(wanted) if squash(char)]
    head, tail = wanted[: letters[0]], wanted[letters[-1] + 1 :]
    start -= len(head) if head and text[:start].endswith(head) else 0
    end += len(tail) if tail and text.startswith(tail, end) else 0
    return start, end


def _marked(markdown: str, edits: Sequence[tuple[int, int]]) -> str:
    """Pieces of one line that follow each other are struck out as one; marks do not go over the end of a block."""
    joined: list[tuple[int, int]] = []
    for start, end in edits:
        between = markdown[joined[-1][1] : start] if joined else "\n\n"
        if between.strip() or "\n\n" in between:
            joined.append((start, end))
        else:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
    for start, end in reversed(joined):
        struck_out = markdown[start:end]
        markdown = f"{markdown[:start]}~~{struck_out}~~{markdown[end:]}"
    return markdown
