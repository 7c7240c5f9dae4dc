"""The words of a PDF page with their boxes, as liteparse gives them beside the markdown."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pages import storable
from pipeline_core.domain.layout import WORD_GAP, reads_leftwards
from pipeline_core.domain.page_words import Run

if TYPE_CHECKING:
    from liteparse import ParsedPage, TextItem, WordBox


_WIDER = 1.3


def page_words(page: "ParsedPage") -> tuple[Run, ...]:
    """The page's runs from top to bottom. A line that liteparse reads over a gap is two: columns may stand there."""
    return tuple(run for item in page.text_items for run in _runs(item))


def _runs(item: "TextItem") -> Iterator[Run]:
    turn = round(item.rotation) % 360
    # the boxes of words that are read from right to left come in the order in which they stand, not in the text's
    if turn or len(item.words) < 2 or reads_leftwards(item.text):
        yield _run([item], turn)
        return
    gaps = [after.x - (word.x + word.width) for word, after in pairwise(item.words)]
    # in a justified line all gaps are wide
    widest = max(WORD_GAP * item.height, _WIDER * median(gaps) if len(gaps) > 1 else 0.0)
    words: list[WordBox] = []
    for word, gap in zip(item.words, [0.0, *gaps], strict=True):
        if gap > widest:
            yield _run(words, turn)
            words = []
        words.append(word)
    yield _run(words, turn)


def _run(words: "list[WordBox] | list[TextItem]", turn: int) -> Run:
    box = (
        min(word.x for word in words),
        min(word.y for word in words),
        max(word.x + word.width for word in words),
        max(word.y + word.height for word in words),
    )
    return Run(storable(" ".join(word.text for word in words)), box, turn)
