"""Lines of scripts that part no words by blanks: the end of a line is none either, "合同 总价" is "合同总价"."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline_core.adapters.converters.pdf_completeness import Line
from pipeline_core.domain.text import UNSPACED

_MOST_CHARS = 8
"""Of a line's end and of the next one's beginning, by which the place is known in the markdown."""
_MOST_LINES = 2_000
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
        if line.x + line.width < _edge(line, lines) - _SHORT_OF * line.height:
            continue
        parted = f"{end} {begin}"
        if markdown.count(parted) == 1:
            markdown = markdown.replace(parted, end + begin)
    return markdown


def _edge(line: Line, lines: Sequence[Line]) -> float:
    """Find the right edge of the column that has the line."""
    beside = (one for one in lines if one.x < line.x + line.width and line.x < one.x + one.width)
    return max(one.x + one.width for one in beside)
