"""From the words that were read on a scanned page to its markdown, in the order in which a person reads."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.ocr_page import Line
from pipeline_core.adapters.converters.ocr_table import as_markdown, table_at
from pipeline_core.domain.sentence_ends import CLOSING, STOPS

_ONE_LINE = 1.2  # times the height: a narrower gap between two parts of a line is a space between words
_ADJACENT = 0.9  # times the height: lines no further apart may be of one paragraph
_LARGER = 1.3  # times the page's usual height: a short line set so is a heading
_HEADING_WORDS = 14
_MOST_LINES = 600
"""Lines of a page that are put in order; the order of more stays the engine's."""
_NOISE = 35.0
"""A line that the engine is less sure of, on average, is a picture's edge or a rule taken for letters: of words below
this, two in three are none."""
_SPECK = 60.0  # a lone sign without a letter or digit, less sure than this, is dirt

_ENDS_SENTENCE = re.compile(rf"[{STOPS}:;：][{CLOSING}]*$")
_BULLET = re.compile(r"[•°¢®©*·»▪●■◦○➢✓‣–—-]|[eo]")
_SURE_BULLET = frozenset("•▪●■◦○➢✓‣·")
_LINE_NUMBER = re.compile(r"\d{1,4}")
_MIN_NUMBERED = 5
_GUTTER = 1.5  # times the height of a line: the strip between two columns is at least so wide
_COLUMN_LINES, _COLUMN_WORDS = 3, 2.5
"""Lines side by side that make two columns, and words that each has in one on average."""
_MARKUP = re.compile(r"(?<!\\)([*_`\[\]<|\\])|^(?=#{1,6} |>|[+-] |={2,}$|-{2,}$|~{3})")


def in_order(lines: Sequence[Line]) -> list[Line]:
    """The page's lines as they are read: parts of one line put together, column after column, without dirt."""
    kept = [cleaned for line in lines if (cleaned := _without_specks(line)) and cleaned.confidence >= _NOISE]
    whole = _put_together(kept)
    whole = _without_line_numbers(_in_columns(whole))
    return _sorted(whole) if len(whole) <= _MOST_LINES else whole


def markdown(lines: Sequence[Line]) -> str:
    """Paragraphs, headings and list items of lines in order. A word divided at a line's end stays divided."""
    if not lines:
        return ""
    usual = median(line.height for line in lines for _ in line.words)
    bullets = _bullets(lines)
    texts: list[str] = []
    block: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        table = None if line in bullets else table_at(lines, at)
        if block and (table or not _goes_on(block[-1], line, bullets)):
            texts.append(_block(block, usual, bullets))
            block = []
        if table:
            at, rows = table
            texts.append(as_markdown([[_escaped(cell) for cell in row] for row in rows]))
            continue
        block.append(line)
        at += 1
    if block:
        texts.append(_block(block, usual, bullets))
    return "\n\n".join(texts)


def _block(block: Sequence[Line], usual: float, bullets: frozenset[Line]) -> str:
    first, words = block[0], sum(len(line.words) for line in block)
    if first in bullets:
        rest = replace(first, words=first.words[1:])
        return f"- {_joined([rest, *block[1:]])}"
    text = _joined(block)
    is_large = all(line.height >= _LARGER * usual for line in block)
    if (
        is_large
        and words <= _HEADING_WORDS
        and sum(map(str.isalpha, text)) > sum(map(str.isdigit, text))
        and not text.endswith((".", ",", ";"))
    ):
        return f"## {text}"
    return text


def _joined(lines: Sequence[Line]) -> str:
    joined, *parts = [_escaped(line.text) for line in lines]
    for part in parts:
        joined += ("\n" if joined.endswith(("-", "\u00ad")) else " ") + part
    return joined


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda match: f"\\{match[1] or ''}", text)


def _goes_on(before: Line, line: Line, bullets: frozenset[Line]) -> bool:
    """Return whether the line is of the same paragraph as the one read before it."""
    if line in bullets:
        return False
    gap = line.box[1] - before.box[3]
    height = max(before.height, line.height)
    same_size = min(before.height, line.height) > 0.75 * height
    if not (-height < gap < _ADJACENT * height and same_size):
        return False
    if before.paragraph == line.paragraph:
        return True
    # the engine cut a paragraph: a sentence that goes on in small letters says so
    return not _ENDS_SENTENCE.search(before.text) and line.text[:1].islower()


def _bullets(lines: Sequence[Line]) -> frozenset[Line]:
    """Lines that begin with a list's sign. What may as well be a word or a dash must return at the same place."""
    found = [line for line in lines if len(line.words) > 1 and _BULLET.fullmatch(line.words[0].text)]

    def returns(line: Line) -> bool:
        near = [
            other
            for other in found
            if abs(other.words[0].box[0] - line.words[0].box[0]) < line.height
            and other.words[0].text == line.words[0].text
        ]
        return len(near) > 1

    return frozenset(line for line in found if line.words[0].text in _SURE_BULLET or returns(line))


def _without_specks(line: Line) -> Line | None:
    words = tuple(
        word
        for word in line.words
        if word.confidence >= _SPECK or any(map(str.isalnum, word.text)) or word.text in "-–—"
    )
    return replace(line, words=words) if words else None


def _put_together(lines: Sequence[Line]) -> list[Line]:
    """Lines that the engine cut in two at a gap no wider than one between words, whole again."""
    whole: list[Line] = []
    for line in lines:
        for index, other in enumerate(whole):
            left, right = sorted((other, line), key=lambda one: one.box[0])
            gap = right.box[0] - left.box[2]
            height = min(left.height, right.height)
            if left.box.is_beside(right.box) and -0.3 * height < gap < _ONE_LINE * height:
                whole[index] = replace(other, words=left.words + right.words)
                break
        else:
            whole.append(line)
    return whole


def _in_columns(lines: Sequence[Line]) -> list[Line]:
    """Lines that the engine read across two columns, each in two: one empty strip runs down several of them.

    A table has such strips too, but few words between them.
    """
    parted: list[Line] = []
    run: list[Line] = []
    strip = (0.0, 0.0)
    for line in [*sorted(lines, key=lambda one: one.box[1]), None]:
        gap = _widest_gap(line) if line else None
        shared = (max(strip[0], gap[0]), min(strip[1], gap[1])) if gap else (0.0, 0.0)
        near = bool(run) and line is not None and line.box[1] - run[-1].box[3] < 2 * line.height
        if line is not None and run and near and shared[1] - shared[0] > _GUTTER / 2 * line.height:
            run.append(line)
            strip = shared
            continue
        parted += _parted(run, strip)
        run, strip = ([line], gap) if line is not None and gap else ([], (0.0, 0.0))
        if line is not None and not gap:
            parted.append(line)
    places = {word: index for index, line in enumerate(lines) for word in line.words}
    return sorted(parted, key=lambda one: places[one.words[0]])


def _widest_gap(line: Line) -> tuple[float, float] | None:
    gaps = [(a.box[2], b.box[0]) for a, b in pairwise(line.words) if b.box[0] - a.box[2] > _GUTTER * line.height]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def _parted(run: list[Line], strip: tuple[float, float]) -> list[Line]:
    sides = [
        (
            tuple(word for word in line.words if word.box[0] < strip[1]),
            tuple(word for word in line.words if word.box[0] >= strip[1]),
        )
        for line in run
    ]
    fewest = min((sum(len(side[at]) for side in sides) for at in (0, 1)), default=0)
    if len(run) < _COLUMN_LINES or fewest < _COLUMN_WORDS * len(run):
        return run
    return [replace(line, words=words) for line, side in zip(run, sides, strict=True) for words in side if words]


def _without_line_numbers(lines: list[Line]) -> list[Line]:
    """Without the numbers that a draft has in its margin: a column of them, counting on, left of all text."""
    alone = [line for line in lines if len(line.words) == 1 and _LINE_NUMBER.fullmatch(line.text)]
    starts = {line: [line] for line in alone}
    for line in alone:
        starts[line] = [one for one in alone if one.box.shares_column(line.box)]
    for column in sorted(starts.values(), key=len, reverse=True):
        if len(column) < _MIN_NUMBERED:
            break
        column = sorted(column, key=lambda one: one.box[1])
        counting = all(int(a.text) < int(b.text) for a, b in pairwise(column))
        right = max(line.box[2] for line in column)
        top, bottom = column[0].box[1], column[-1].box[3]
        left_of_text = all(
            line in column or line.box[0] >= right or line.box[3] < top or line.box[1] > bottom for line in lines
        )
        if counting and left_of_text:
            return [line for line in lines if line not in column]
    return lines


def _sorted(lines: Sequence[Line]) -> list[Line]:
    """Breuel's order: of two lines in one column the upper first; of two side by side the left one, unless a line
    across both stands between them. What neither decides stays as the engine gave it.
    """
    boxes = [line.box for line in lines]
    count = len(boxes)
    after: list[set[int]] = [set() for _ in range(count)]
    waits = [0] * count
    for a in range(count):
        for b in range(count):
            if a != b and _comes_before(boxes, a, b):
                after[a].add(b)
                waits[b] += 1
    order: list[int] = []
    done = [False] * count
    for _ in range(count):
        free = [i for i in range(count) if not done[i] and waits[i] == 0]
        # a circle (lines that cross): the engine's order breaks it
        left = free or [i for i in range(count) if not done[i]]
        # go on where the last line leaves off, so that a column is read to its end
        following = [i for i in left if order and i in after[order[-1]] and boxes[i].shares_column(boxes[order[-1]])]
        chosen = min(following or left)
        done[chosen] = True
        order.append(chosen)
        for b in after[chosen]:
            waits[b] -= 1
    return [lines[i] for i in order]


def _comes_before(boxes: Sequence[Box], a: int, b: int) -> bool:
    one, other = boxes[a], boxes[b]
    if one.shares_column(other):
        return one[1] + one[3] < other[1] + other[3]
    if one[0] >= other[0]:
        return False
    top, bottom = min(one[1], other[1]), max(one[3], other[3])
    return not any(
        top < (box[1] + box[3]) / 2 < bottom and box.shares_column(one) and box.shares_column(other)
        for index, box in enumerate(boxes)
        if index not in (a, b)
    )
