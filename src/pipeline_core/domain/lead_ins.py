"""Paragraphs that belong with what stands below them: the lead-in of a list, the caption and the unit of a table."""

import re

from pipeline_core.domain.lists import begins_in_list
from pipeline_core.domain.markdown_lines import NO_PARAGRAPH
from pipeline_core.domain.sentence_ends import CLOSING, MARKUP, STOPS
from pipeline_core.domain.tables import begins_in_table

_LONGEST = 240
_MOST = 2
_LEADS = re.compile(r"[:：][*_`\s]*\Z")
_ENDS_SENTENCE = re.compile(rf"[{STOPS}][{CLOSING}{MARKUP}]*\s*\Z")
_GAP = re.compile(r"\n[^\S\n]*\n")


def with_lead_in(markdown: str, start: int, cut: int) -> int:
    """The cut moved before the short paragraphs that lead to what stands at it; the cut itself where none do.

    Args:
        markdown: the document.
        start: where the piece before the cut begins; if all of it leads on, that is what is given back.
        cut: where a piece begins.
    """
    below = markdown[cut : cut + _LONGEST].lstrip("\n")
    to_table = begins_in_table(below)
    if not to_table and not begins_in_list(below):
        return cut
    moved = cut
    for _ in range(_MOST if to_table else 1):
        begin = _paragraph_start(markdown, start, moved)
        paragraph = markdown[begin:moved].strip()
        if (
            begin < start
            or moved <= start
            or not paragraph
            or len(paragraph) > _LONGEST
            or NO_PARAGRAPH.match(paragraph)
        ):
            break
        if not _LEADS.search(paragraph) and (not to_table or _ENDS_SENTENCE.search(paragraph)):
            break
        moved = begin
    return moved


def _paragraph_start(markdown: str, start: int, end: int) -> int:
    """Returns the start of the last paragraph before ``end``."""
    body = markdown[start:end].rstrip()
    gaps = [gap.end() for gap in _GAP.finditer(body, max(0, len(body) - _LONGEST - 2))]
    return start + gaps[-1] if gaps else start
