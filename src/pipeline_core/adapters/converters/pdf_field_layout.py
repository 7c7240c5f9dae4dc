"""Position of a form field's value on the page, so that it is read with its label."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline_core.adapters.converters.pdf_objects import Box, PageObject
from pipeline_core.domain.layout import upright

CHARACTER_WIDTH = 0.5  # of the size, for each character
_SIZE = 10.0  # points, where the page has no text to go by
_NEAR = 14.0  # points between a box and the label behind it
_APART = 0.35  # of the size, between a label and its value


def text_matrix(x: float, y: float, turn: int) -> str:
    """The text matrix that puts upright text at this place of the page as it is shown, turned clockwise."""
    row, back = {
        90: ("0 1 -1 0", (-y, x)),
        180: ("-1 0 0 -1", (-x, -y)),
        270: ("0 -1 1 0", (y, -x)),
    }.get(turn, ("1 0 0 1", (x, y)))
    return f"{row} {back[0]:.2f} {back[1]:.2f}"


@dataclass(frozen=True, slots=True)
class Line:
    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class _Label:
    box: Box
    baseline: float
    size: float


class FieldLayout:
    """The fields and everything else on the page, as shown; ``turn``: degrees clockwise."""

    def __init__(self, fields: Sequence[Box], objects: Sequence[PageObject], turn: int):
        self._fields = fields
        self._labels = [
            _Label(upright(one.box, turn), upright((one.matrix.e, one.matrix.f) * 2, turn)[1], one.size)
            for one in objects
            if one.is_text and one.area > 0
        ]
        self._drawn = [upright(one.box, turn) for one in objects if not one.is_text]
        self._size = median([label.size for label in self._labels] or [_SIZE])

    def lines(self, box: Box, value: str) -> Iterator[Line]:
        """One beside the label, or from the top of a field of several lines."""
        left, bottom, _, top = box
        size = max(4.0, min(self._size, 0.9 * (top - bottom)))
        columns = max(8, int((box[2] - box[0]) / (size * CHARACTER_WIDTH)))
        wrapped = [line for part in value.split("\n") for line in (textwrap.wrap(part, columns) or [""])]
        if len(wrapped) > 1 and top - bottom > 2.2 * size:
            step = min(1.2 * size, (top - bottom) / len(wrapped))
            for number, line in enumerate(wrapped):
                if line:
                    yield Line(left + 1, top - step * (number + 1) + 0.2 * size, size, line)
            return
        text = " ".join(value.split())
        if (after := self._label_after(box)) is not None:
            width = len(text) * CHARACTER_WIDTH * after.size
            yield Line(after.box[0] - _APART * after.size - width, after.baseline, after.size, text)
        elif (before := self._label_before(box)) is not None:
            yield Line(before.box[2] + _APART * before.size, before.baseline, before.size, text)
        else:
            yield Line(left + 1, bottom + (top - bottom - size) / 2 + 0.22 * size, size, text)

    def has_label(self, box: Box) -> bool:
        """Return whether words stand before or behind the box with no other field between."""
        behind = [one.box[0] for one in self._beside(box) if -3 < one.box[0] - box[2] < 3 * _NEAR]
        is_followed = bool(behind) and not self._is_parted(box[2], min(behind), box)
        return is_followed or self._label_before(box) is not None

    def _label_before(self, box: Box) -> _Label | None:
        found = [one for one in self._beside(box) if one.box[2] < box[0] + 3]
        nearest = max(found, key=lambda one: one.box[2], default=None)
        if nearest is None or self._is_parted(nearest.box[2], box[0], box):
            return None
        return nearest

    def _label_after(self, box: Box) -> _Label | None:
        """The label of a box to tick stands right behind it, unless one stands as near before it."""
        if box[2] - box[0] > 2 * (box[3] - box[1]):
            return None
        found = [one for one in self._beside(box) if -3 < one.box[0] - box[2] < _NEAR]
        nearest = min(found, key=lambda one: one.box[0], default=None)
        before = self._label_before(box)
        if nearest is None or (before is not None and box[0] - before.box[2] < nearest.box[0] - box[2]):
            return None
        return None if self._is_parted(box[2], nearest.box[0], box) else nearest

    def _beside(self, box: Box) -> Iterator[_Label]:
        for label in self._labels:
            if box[1] - 3 < label.baseline + label.size / 4 < box[3] + 1:
                yield label

    def _is_parted(self, start: float, end: float, box: Box) -> bool:
        """Return whether a drawn line, or another field, stands between the label and the field."""
        middle = (box[1] + box[3]) / 2
        crossed = [one for one in self._drawn if one[1] < middle < one[3] and one[3] - one[1] > 6]
        edges = any(start < x < end + 2 for one in crossed for x in (one[0], one[2]))
        return edges or any(start <= one[0] and one[2] <= end and one[1] < middle < one[3] for one in self._fields)
