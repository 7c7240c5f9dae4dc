"""The words of a PDF page with their boxes, and its lines with small characters at their places: "χ² =", not "χ =2"."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from liteparse.types import ParsedPage, TextItem, WordBox

from pipeline_core.adapters.converters.boxes import Box, parted
from pipeline_core.adapters.converters.pages import storable
from pipeline_core.adapters.converters.pdf_completeness import Line, line
from pipeline_core.adapters.converters.pdf_scripts import Script
from pipeline_core.adapters.converters.squashed import squash
from pipeline_core.domain.layout import WORD_GAP, reads_leftwards
from pipeline_core.domain.page_words import Run

_WIDER = 1.3


def page_words(page: ParsedPage) -> tuple[Run, ...]:
    """The page's runs from top to bottom. A line that liteparse reads over a gap is two: columns may stand there."""
    return tuple(run for item in page.text_items for run in _runs(item))


def _runs(item: TextItem) -> Iterator[Run]:
    turn = round(item.rotation) % 360
    # the boxes of words that are read from right to left come in the order in which they stand, not in the text's
    if turn or len(item.words) < 2 or reads_leftwards(item.text):
        yield _run([item], turn)
        return
    gaps = [after.x - (word.x + word.width) for word, after in pairwise(item.words)]
    # in a justified line all gaps are wide
    widest = max(WORD_GAP * item.height, _WIDER * median(gaps) if len(gaps) > 1 else 0.0)
    for words in parted(item.words, lambda before, after: after.x - (before.x + before.width) > widest):
        yield _run(words, turn)


def _run(words: list[WordBox] | list[TextItem], turn: int) -> Run:
    return Run(storable(" ".join(word.text for word in words)), Box.around(map(Box.of, words)), turn)


_SMALLER = 0.8  # of the height of the word before it
_BEFORE = 0.5  # points that it stands further to the left
_OFF_LEVEL = 0.2  # of the line's height that its middle is above or below that of the line


def lines_in_order(markdown: str, items: Sequence[TextItem]) -> tuple[str, list[Line]]:
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
                one = Line(text, one.box)
        lines.append(one)
    return markdown, lines


def _in_order(item: TextItem) -> str:
    """The line's text by the places of its words; empty if they stand in order already."""
    misplaced = [
        word
        for before, word in pairwise(item.words)
        if word.x < before.x - _BEFORE and word.height < _SMALLER * before.height and word.text.isalnum()
    ]
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
