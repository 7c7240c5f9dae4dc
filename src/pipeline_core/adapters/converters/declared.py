"""The title and the page count that files declare, apart from their converted text."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pipeline_core.adapters.converters.archive import BROKEN_ZIP
from pipeline_core.adapters.converters.pdf_file import by_qpdf
from pipeline_core.adapters.converters.source import Convert, ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.filetypes import FileType

_DC_TITLE = re.compile(r"<dc:title(?:\s[^>]*)?>([^<]*)</dc:title>")
_HTML_TITLE = re.compile(rb"<title(?:\s[^>]*)?>([^<]*)</title", re.IGNORECASE)
_HTML_HEAD = 64 << 10


def titled(convert: Convert, source: Source, options: ConvertOptions) -> Converted:
    """Convert, and add the file's own title where it has one. Raises what ``convert`` raises."""
    converted = convert(source, options)
    read = _READERS.get(source.kind)
    title = " ".join(read(source.data).split()) if read else ""
    return replace(converted, title=title or None)


def _in_package(part: str, data: bytes) -> str:
    found = _DC_TITLE.search(_read(data, part).decode("utf-8", "replace"))
    return html.unescape(found[1]) if found else ""


def _in_html(data: bytes) -> str:
    found = _HTML_TITLE.search(data, 0, _HTML_HEAD)
    return html.unescape(found[1].decode("utf-8", "replace")) if found else ""


_READERS: dict[filetypes.FileType, Callable[[bytes], str]] = {
    # where it cannot be read, its text could be all the same
    filetypes.PDF: lambda data: by_qpdf(data, lambda pdf: str(pdf.docinfo.get("/Title", "")), ""),
    filetypes.HTML: _in_html,
    **dict.fromkeys((filetypes.DOCX, filetypes.PPTX, filetypes.XLSX), partial(_in_package, "docProps/core.xml")),
    **dict.fromkeys((filetypes.ODT, filetypes.ODS, filetypes.ODP), partial(_in_package, "meta.xml")),
}


_MOST_READ = 16 << 20
"""Bytes of a part: far more than any honest one has."""
_STATED = {
    # type: (part, the number in it)
    filetypes.DOCX: ("docProps/app.xml", re.compile(rb"<Pages>(\d{1,6})<")),
    filetypes.ODT: ("meta.xml", re.compile(rb'meta:page-count="(\d{1,6})"')),
}
_COUNTED = {
    # the slide list of a presentation (ECMA-376 part 1, 19.2.1.33), and the types of a workbook's parts (part 2,
    # 10.1.2.2), because its sheet list has sheets that are only charts
    filetypes.PPTX: ("ppt/presentation.xml", re.compile(rb"<(?:\w+:)?sldId\s")),
    filetypes.XLSX: ("[Content_Types].xml", re.compile(rb"spreadsheetml\.worksheet\+xml")),
}


def page_hint(data: bytes, kind: FileType) -> int | None:
    """Return the number of pages by the file's own account, good enough for an estimate; None: it does not say."""
    if kind not in _STATED:
        return declared_total(data, kind)
    part, number = _STATED[kind]
    found = number.search(_read(data, part))
    return (int(found[1]) or None) if found else None


def declared_total(data: bytes, kind: FileType) -> int | None:
    """Return the number of slides or sheets that the file declares; None where its format has none, or does not say."""
    if kind not in _COUNTED:
        return None
    part, pattern = _COUNTED[kind]
    return len(pattern.findall(_read(data, part))) or None


def _read(data: bytes, part: str) -> bytes:
    """Return the part, or nothing where it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(part) as file:
            return file.read(_MOST_READ)
    except (*BROKEN_ZIP, KeyError, OSError, RuntimeError):
        return b""
