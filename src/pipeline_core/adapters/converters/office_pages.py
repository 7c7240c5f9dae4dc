"""Slides and sheets as pages: each keeps its number, and one that the converter gave up is a failed page."""

import html
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pipeline_core.adapters.converters.pages import PageText
from pipeline_core.adapters.converters.source import Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import PageOutcome

if TYPE_CHECKING:
    from xberg import ExtractedDocument
    from xberg._xberg import PageContent

UNITS = {
    filetypes.PPTX: "slide",
    filetypes.XLSX: "sheet",
    filetypes.XLS: "sheet",
    filetypes.ODS: "sheet",
}
_FAILED = PageText("", PageOutcome.FAILED)
_SLIDE = re.compile(rb"<(?:\w+:)?sldId\s")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*?\bname=\"([^\"]*)\"")
_SKIPPED_SHEET = re.compile(r"[Ss]heet '(.*?)' (?:declared|could not)")
# A row without anything in it, but not the one above the line that makes a table's head.
_EMPTY_ROW = re.compile(r"\n\|(?: *\|)+(?=\n(?!\| ?---)|\Z)")


def page_texts(document: "ExtractedDocument", source: Source, plain: Callable[[str], str]) -> list[PageText]:
    """The text of every slide or sheet that the file names, in its order. ``plain`` takes xberg's escapes away."""
    texts = {page.page_number: _page_text(page, plain) for page in document.pages or ()}
    if source.kind == filetypes.PPTX:
        declared = len(_SLIDE.findall(_part(source.data, "ppt/presentation.xml")))
        return [texts.get(number, _FAILED) for number in range(1, max([declared, *texts]) + 1)]
    skipped = {name for warning in document.processing_warnings for name in _SKIPPED_SHEET.findall(warning.message)}
    if not skipped:
        return list(texts.values())
    by_name = {page.sheet_name or "": texts[page.page_number] for page in document.pages or ()}
    by_name |= dict.fromkeys(skipped, _FAILED)
    return [by_name[name] for name in _in_order(by_name, source)]


def _in_order(names: dict[str, PageText], source: Source) -> Sequence[str]:
    workbook = _part(source.data, "xl/workbook.xml").decode("utf-8", errors="replace")
    order = {html.unescape(name): at for at, name in enumerate(_SHEET.findall(workbook))}
    return sorted(names, key=lambda name: order.get(name, len(order)))


def _page_text(page: "PageContent", plain: Callable[[str], str]) -> PageText:
    parts = []
    if not page.is_blank:
        # a sheet's name stands in the whole content only, not in the page's
        parts += [f"## {page.sheet_name}"] if page.sheet_name else []
        content = plain(page.content).strip("\n")
        parts.append(_EMPTY_ROW.sub("", content) if page.sheet_name else content)
    if page.speaker_notes:
        parts.append(f"Speaker notes: {plain(page.speaker_notes)}")
    text = "\n\n".join(part for part in parts if part)
    return PageText(text, PageOutcome.TEXT if text else PageOutcome.BLANK)


def _part(data: bytes, name: str) -> bytes:
    if not data.startswith(b"PK"):
        return b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name) if name in archive.namelist() else b""
