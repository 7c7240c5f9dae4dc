"""Repairs of joints that only the parser makes: of paragraphs, lines at a page's edge, ends of lines without blanks.

"Reports 14 (2022) 1" at the foot of a page with two columns is followed by the top of the second one, and was read as
the beginning of its first line. Where it stands tells, on a page by itself, too.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from liteparse.types import LayoutBlock

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_completeness import Line
from pipeline_core.adapters.converters.squashed import squash
from pipeline_core.domain.text import UNSPACED

_WIDER = 1.25
"""Times the usual step from line to line: so much parts paragraphs."""
_LOOSE = 1.45
_ALONE = 1.75
"""In heights of a line: a step that parts paragraphs, among others and where there are no others to compare it with."""
_SHORT = 0.15  # of the width: a line that ends so far before the others ends its paragraph
_STOPS = (".", ":", "!", "?", "”", '."', ".)", "。", "！", "？", "：", "؟")
_TITLE = 4  # letters at least
_MARKS = r"[*_\[\]]{0,4}"
_WORDS = 4
_MOST_COMPARED = 2_000_000  # blocks times lines of a page: about a second


def parted(markdown: str, blocks: Sequence[LayoutBlock], lines: Sequence[Line], title: str = "") -> str:
    """The markdown with its paragraphs parted. ``title``: the file's own, where this is its first page."""
    if len(blocks) * len(lines) > _MOST_COMPARED:
        return markdown
    for block in blocks:
        if block.kind != "paragraph" or block.bbox is None:
            continue
        left, top, right, bottom = Box.of(block.bbox)
        around = Box(left - 1, top - 1, right + 1, bottom + 1)
        own = [line for line in lines if around.holds(line.box)]
        if title and block is blocks[0]:
            markdown = _after_title(markdown, own, title)
        for above, below in _breaks(own):
            markdown = _broken(markdown, above.text, below.text)
    return markdown


def _breaks(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    lines = sorted(lines, key=lambda line: line.box.top)
    if any(one.box.is_beside(other.box) for one, other in pairwise(lines)):
        return  # not lines of a text, one below the other
    steps = sorted(below.box.top - above.box.top for above, below in pairwise(lines))
    usual = steps[len(steps) // 3] if len(steps) > 1 else 0.0
    left, _, right, _ = Box.around(line.box for line in lines) if lines else (0.0, 0.0, 0.0, 0.0)
    for above, below in pairwise(lines):
        step, height = below.box.top - above.box.top, above.box.height
        least = max(_WIDER * usual, _LOOSE * height) if usual else _ALONE * height
        ends = above.text.rstrip().endswith(_STOPS) or above.box.right < right - _SHORT * (right - left)
        if step > least and ends and not below.text.lstrip()[:1].islower():
            yield above, below


def _broken(markdown: str, above: str, below: str) -> str:
    """The markdown with a blank line between the two, where they follow each other once and within no mark."""
    last, first = above.split()[-_WORDS:], below.split()[:_WORDS]
    if not last or not first:
        return markdown
    before, behind = (rf"{_MARKS}\s".join(map(re.escape, words)) for words in (last, first))
    found = [*re.finditer(rf"{before}{_MARKS}( ){_MARKS}{behind}", markdown)]
    if len(found) != 1:
        return markdown
    at = found[0].start(1)
    paragraph = markdown[markdown.rfind("\n\n", 0, at) + 1 : at]
    if paragraph.count("*") % 2 or paragraph.count("[") != paragraph.count("]") or "|" in paragraph:
        return markdown
    return f"{markdown[:at]}\n\n{markdown[at + 1 :]}"


def _after_title(markdown: str, lines: Sequence[Line], title: str) -> str:
    """The title as a heading, where the first lines are it and more follows in one paragraph."""
    wanted = squash(title)
    said = ""
    for number, line in enumerate(lines[:-1]):
        said += squash(line.text)
        if len(wanted) >= _TITLE and said == wanted:
            result = _broken(markdown, line.text, lines[number + 1].text)
            return f"# {result.lstrip()}" if result != markdown else markdown
        if not wanted.startswith(said):
            break
    return markdown


_EDGE = 0.1
"""Of the page's height: what stands at its edge."""
_GAP = 1.75
"""In heights of the line: what stands so far from all others is apart from them."""
_SMALLER = 0.9
_NUMBERED = re.compile(r"\d{1,4}\W.*|.*\W\d{1,4}", re.DOTALL)
_LEAST_LINES = 8
_MOST_LINES = 2_000


def without_edges(markdown: str, lines: Sequence[Line], height: float) -> str:
    """The markdown with such lines as paragraphs of their own, those of the foot at its end."""
    if not _LEAST_LINES <= len(lines) <= _MOST_LINES:
        return markdown
    for line, is_foot in _edges(lines, height):
        said = r"\s".join(map(re.escape, line.text.split()))
        found = [*re.finditer(rf"(?<![^\s]){said}(?![^\s])", markdown)]
        if len(found) != 1 or (taken := _taken_out(markdown, *found[0].span())) is None:
            continue
        markdown = f"{taken.rstrip()}\n\n{line.text}\n" if is_foot else f"{line.text}\n\n{taken.lstrip()}"
    return markdown


def _edges(lines: Sequence[Line], height: float) -> Iterator[tuple[Line, bool]]:
    usual = median(line.box.height for line in lines)
    for line in lines:
        is_foot = line.box.top > height * (1 - _EDGE)
        if not is_foot and line.box.bottom > height * _EDGE:
            continue
        is_small = line.box.height <= _SMALLER * usual or _NUMBERED.fullmatch(line.text.strip())
        if is_small and all(_is_apart(line.box, other.box) for other in lines if other is not line):
            yield line, is_foot


def _is_apart(line: Box, other: Box) -> bool:
    gap = max(other.top - line.bottom, line.top - other.bottom)
    # what stands beside it on its level is of the edge, too
    return gap >= _GAP * line.height or abs(other.top - line.top) < line.height / 2


def _taken_out(markdown: str, start: int, end: int) -> str | None:
    """The markdown without the words, where they stand in a paragraph with others; None where they do not."""
    first = markdown.rfind("\n\n", 0, start) + 2 if "\n\n" in markdown[:start] else 0
    last = markdown.find("\n\n", end)
    last = len(markdown) if last < 0 else last
    before, behind = markdown[first:start].strip(), markdown[end:last].strip()
    if not (before or behind) or markdown[first:last].lstrip()[:1] in ("#", "|", "-", "*", "`", ">"):
        return None
    return f"{markdown[:first]}{' '.join(filter(None, (before, behind)))}{markdown[last:]}"


_MOST_CHARS = 8
"""Of a line's end and of the next one's beginning, by which the place is known in the markdown."""
_SHORT_OF = 2.0
"""In heights of a line: one that ends farther from the edge of its column was ended on purpose."""


def without_blanks_at_ends(markdown: str, lines: Sequence[Line]) -> str:
    """The markdown without a blank where a full line of such a script goes on in the next one."""
    if len(lines) > _MOST_LINES or not any(UNSPACED.search(line.text) for line in lines):
        return markdown
    for line, below in pairwise(lines):
        end, begin = line.text.rstrip()[-_MOST_CHARS:], below.text.lstrip()[:_MOST_CHARS]
        if not (end and begin and UNSPACED.fullmatch(end[-1]) and UNSPACED.fullmatch(begin[0])):
            continue
        edge = max(one.box.right for one in lines if one.box.shares_column(line.box))
        if line.box.right < edge - _SHORT_OF * line.box.height:
            continue
        parted = f"{end} {begin}"
        if markdown.count(parted) == 1:
            markdown = markdown.replace(parted, end + begin)
    return markdown
