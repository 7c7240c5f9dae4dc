"""Paragraphs that the parser joins: a gap of the page parts them, or the title that the file says it has."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pdf_completeness import Line
from pipeline_core.adapters.converters.squashed import squash

if TYPE_CHECKING:
    from liteparse.types import LayoutBlock

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


def parted(markdown: str, blocks: "Sequence[LayoutBlock]", lines: Sequence[Line], title: str = "") -> str:
    """The markdown with its paragraphs parted. ``title``: the file's own, where this is its first page."""
    if len(blocks) * len(lines) > _MOST_COMPARED:
        return markdown
    for block in blocks:
        if block.kind != "paragraph" or block.bbox is None:
            continue
        box = block.bbox
        own = [
            line
            for line in lines
            if box.x - 1 <= line.x + line.width / 2 <= box.x + box.width + 1
            and box.y - 1 <= line.y + line.height / 2 <= box.y + box.height + 1
        ]
        if title and block is blocks[0]:
            markdown = _after_title(markdown, own, title)
        for above, below in _breaks(own):
            markdown = _broken(markdown, above.text, below.text)
    return markdown


def _breaks(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    lines = sorted(lines, key=lambda line: line.y)
    if any(one.is_beside(other) for one, other in pairwise(lines)):
        return  # not lines of a text, one below the other
    steps = sorted(below.y - above.y for above, below in pairwise(lines))
    usual = steps[len(steps) // 3] if len(steps) > 1 else 0.0
    right, left = max((line.right for line in lines), default=0.0), min((line.x for line in lines), default=0.0)
    for above, below in pairwise(lines):
        step = below.y - above.y
        least = max(_WIDER * usual, _LOOSE * above.height) if usual else _ALONE * above.height
        ends = above.text.rstrip().endswith(_STOPS) or above.right < right - _SHORT * (right - left)
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
