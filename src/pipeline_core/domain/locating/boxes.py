"""Boxes to be marked: those of the words in some spans, made one along each line."""

from collections.abc import Iterable, Iterator

from pipeline_core.domain.layout import reads_leftwards
from pipeline_core.domain.locating.page_text import PageText, Span
from pipeline_core.domain.page_words import Box

_GAP = 1.0
"""In heights of a line: words that are farther apart are marked by themselves."""
_LAST_LINES = 3


def marked_boxes(page: PageText, spans: Iterable[Span]) -> tuple[Box, ...]:
    """One box for each stretch of a line that the spans cover."""
    lines: list[Box] = []
    for box in _word_boxes(page, spans):
        for at in range(len(lines) - 1, max(-1, len(lines) - 1 - _LAST_LINES), -1):
            if _goes_on(lines[at], box):
                lines[at] = _around(lines[at], box)
                break
        else:
            lines.append(box)
    return tuple(lines)


def _word_boxes(page: PageText, spans: Iterable[Span]) -> Iterator[Box]:
    for span in spans:
        at = span.start
        while at < span.end:
            word = page.word_at(at)
            first, last = page.starts[word], page.ends_at(word)
            end = min(span.end, last)
            left, top, right, bottom = page.boxes[word]
            if right > left and bottom > top:
                # a whole clause may be one word in a script without spaces: its part is cut in proportion
                if end - at < last - first and right - left > bottom - top:
                    begins, ends = _cut(page.text[first:last], Span(at - first, end - first))
                    left, right = left + begins * (right - left), left + ends * (right - left)
                yield left, top, right, bottom
            at = end


def _cut(text: str, part: Span) -> tuple[float, float]:
    """The beginning and the end of the part across the word, from 0 at its left to 1 at its right."""
    begins, ends = part.start / len(text), part.end / len(text)
    return (1 - ends, 1 - begins) if reads_leftwards(text) else (begins, ends)


def _goes_on(line: Box, box: Box) -> bool:
    over = min(line[3], box[3]) - max(line[1], box[1])
    gap = max(box[0] - line[2], line[0] - box[2])
    height = max(line[3] - line[1], box[3] - box[1])
    return over > 0.5 * min(line[3] - line[1], box[3] - box[1]) and gap < _GAP * height


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
