"""Raised and lowered characters that the parser puts behind the next sign: “χ =2” for “χ² =”."""

from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pdf_completeness import Line, line
from pipeline_core.adapters.converters.pdf_scripts import Script
from pipeline_core.adapters.converters.squashed import squash
from pipeline_core.domain.layout import reads_leftwards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liteparse.types import TextItem, WordBox

_SMALLER = 0.8  # of the height of the word before it
_BEFORE = 0.5  # points that it stands further to the left
_OFF_LEVEL = 0.2  # of the line's height that its middle is above or below that of the line


def lines_in_order(markdown: str, items: "Sequence[TextItem]") -> tuple[str, list[Line]]:
    """The markdown and the lines of the page with each small character where it stands along its line.

    A line that the markdown has at several places, or in another form, stays as it is in both.
    """
    lines = []
    for item in items:
        one = line(item)
        if text := _in_order(item):
            times = markdown.count(item.text)
            if times == 1:
                markdown = markdown.replace(item.text, text)
            if times == 1 or squash(item.text) not in squash(markdown):
                one = Line(text, one.x, one.y, one.width, one.height)
        lines.append(one)
    return markdown, lines


def _in_order(item: "TextItem") -> str:
    """The line's text by the places of its words; empty if they stand in order already."""
    misplaced = [word for before, word in pairwise(item.words) if _is_misplaced(word, before)]
    if not misplaced or reads_leftwards(item.text):
        return ""
    level = [word for word in item.words if not any(word is one for one in misplaced)]
    if any(after.x < before.x for before, after in pairwise(level)):
        return ""  # not one row
    text = ""
    for word in sorted(item.words, key=lambda one: one.x):
        if any(word is one for one in misplaced):
            off = (item.y + item.height / 2 - word.y - word.height / 2) / item.height
            if not text or abs(off) < _OFF_LEVEL:
                return ""
            text += Script(word.text, off > 0, "", "").written
        else:
            text += f" {word.text}" if text else word.text
    return text


def _is_misplaced(word: "WordBox", before: "WordBox") -> bool:
    return word.x < before.x - _BEFORE and word.height < _SMALLER * before.height and word.text.isalnum()
