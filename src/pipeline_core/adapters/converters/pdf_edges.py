"""The line at the foot or head of a page that the parser takes for a part of the text where a column turns.

"Reports 14 (2022) 1" at the foot of a page with two columns is followed by the top of the second one, and was read as
the beginning of its first line. Where it stands tells, on a page by itself, too.
"""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from pipeline_core.adapters.converters.pdf_completeness import Line

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
    usual = median(line.height for line in lines)
    for line in lines:
        is_foot = line.y > height * (1 - _EDGE)
        if not is_foot and line.y + line.height > height * _EDGE:
            continue
        is_small = line.height <= _SMALLER * usual or _NUMBERED.fullmatch(line.text.strip())
        if is_small and all(_is_apart(line, other) for other in lines if other is not line):
            yield line, is_foot


def _is_apart(line: Line, other: Line) -> bool:
    gap = max(other.y - line.y - line.height, line.y - other.y - other.height)
    # what stands beside it on its level is of the edge, too
    return gap >= _GAP * line.height or abs(other.y - line.y) < line.height / 2


def _taken_out(markdown: str, start: int, end: int) -> str | None:
    """The markdown without the words, where they stand in a paragraph with others; None where they do not."""
    first = markdown.rfind("\n\n", 0, start) + 2 if "\n\n" in markdown[:start] else 0
    last = markdown.find("\n\n", end)
    last = len(markdown) if last < 0 else last
    before, behind = markdown[first:start].strip(), markdown[end:last].strip()
    if not (before or behind) or markdown[first:last].lstrip()[:1] in ("#", "|", "-", "*", "`", ">"):
        return None
    return f"{markdown[:first]}{' '.join(filter(None, (before, behind)))}{markdown[last:]}"
