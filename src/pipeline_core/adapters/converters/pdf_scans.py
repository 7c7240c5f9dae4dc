"""Finds the pages of a PDF that show text only as pictures, and chooses what to take from OCR."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from liteparse import LiteParse, ParseError

from pipeline_core.adapters.converters.ocr_page import ScannedPage
from pipeline_core.adapters.converters.pages import PageText
from pipeline_core.adapters.converters.pdf_findings import ranges
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.errors import CorruptDocumentError
from pipeline_core.domain.fluency import common_words
from pipeline_core.domain.unreadable import share_unreadable

SPARSE_CHARACTERS = 50
"""Below this much text a page is looked at again: a scan often has nothing but a stamp or a page number."""

_GARBLED = 0.05  # share of its characters that nobody can read, from which OCR may do better
_JUDGED_FROM = 40
"""Words from which a text is judged by them: a table of names has few that are common, and so has a title page."""
_COMMON = 0.04
"""A fifth of a text are the commonest words of its language; where not even this many are, the words are none."""
_ALIKE = 0.5
"""Share of words that a text layer has in common with what OCR reads: less, and one of the two is wrong."""
_SURE = 0.25
"""Doubt up to which a reading is believed against the text layer."""
_WORD = re.compile(r"[^\W\d_]+")


class Why(StrEnum):
    """Why a page is read by OCR."""

    PICTURE = "picture"
    LAYER = "layer"
    """It has a text layer, which is not what the page shows: a scanner's software or a font without letters made it."""


def scanned_pages(data: bytes, filename: str, pages: Sequence[PageText]) -> dict[int, Why]:
    """Numbers of the pages that show their text as an image or as drawn outlines, or have a layer of rubbish."""
    looked_at = {
        number: Why.PICTURE if len(page.text) < SPARSE_CHARACTERS else Why.LAYER
        for number, page in enumerate(pages, start=1)
        if page.outcome is not PageOutcome.FAILED and (len(page.text) < SPARSE_CHARACTERS or is_rubbish(page.text))
    }
    if not looked_at:
        return {}
    looking = LiteParse(ocr_enabled=False, quiet=True, target_pages=ranges([*looked_at]), max_pages=len(pages))
    try:
        found = looking.is_complex(data)
    except ParseError as error:
        raise CorruptDocumentError(f"{filename} could not be examined for scanned pages: {error}.") from error
    return {
        stats.page_number: looked_at[stats.page_number]
        for stats in found
        if stats.full_page_image
        or "vector-text" in stats.reasons
        or (stats.image_block_count > 0 and not pages[stats.page_number - 1].text)
        or (
            looked_at[stats.page_number] is Why.LAYER
            and share_unreadable(pages[stats.page_number - 1].text) >= _GARBLED
        )
    }


def is_rubbish(text: str) -> bool:
    """Return whether the text is unreadable, or no language known by its common words has such words."""
    if share_unreadable(text) >= _GARBLED:
        return True
    words = _WORD.findall(text.lower())
    return len(words) >= _JUDGED_FROM and 0 <= common_words(words) < _COMMON


def taken_from_scans(
    pages: Sequence[PageText], scanned: Mapping[int, Why], scans: Mapping[int, ScannedPage]
) -> dict[int, ScannedPage]:
    """The readings that stand for their pages: all of pictures; of a text layer only one that differs and is sure."""
    return {
        number: scan
        for number, scan in scans.items()
        if scanned.get(number) is Why.PICTURE or (number in scanned and _is_better(scan, pages[number - 1].text))
    }


def _is_better(scan: ScannedPage, layer: str) -> bool:
    if scan.doubt > _SURE:
        return False
    read, said = (Counter(_WORD.findall(text.lower())) for text in (scan.markdown, layer))
    return (read & said).total() < _ALIKE * max(read.total(), said.total())
