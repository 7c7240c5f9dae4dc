"""The title that a file gives itself, beside its text."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted

_PART_LIMIT = 1 << 20
_DC_TITLE = re.compile(r"<dc:title(?:\s[^>]*)?>([^<]*)</dc:title>")
_HTML_TITLE = re.compile(rb"<title(?:\s[^>]*)?>([^<]*)</title", re.IGNORECASE)
_HTML_HEAD = 64 << 10


def titled(
    convert: Callable[[Source, ConvertOptions], Converted], source: Source, options: ConvertOptions
) -> Converted:
    """Convert, and add the file's own title where it has one. Raises what ``convert`` raises."""
    converted = convert(source, options)
    read = _READERS.get(source.kind)
    title = " ".join(read(source.data).split()) if read else ""
    return replace(converted, title=title or None)


def _in_pdf(data: bytes) -> str:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return str(pdf.docinfo.get("/Title", ""))
    except (pikepdf.PdfError, ValueError, TypeError):  # its text could be read all the same: only the title is not
        return ""


def _in_package(part: str) -> Callable[[bytes], str]:
    def read(data: bytes) -> str:
        if not data.startswith(b"PK"):
            return ""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if part not in archive.namelist() or archive.getinfo(part).file_size > _PART_LIMIT:
                return ""
            found = _DC_TITLE.search(archive.read(part).decode("utf-8", "replace"))
        return html.unescape(found[1]) if found else ""

    return read


def _in_html(data: bytes) -> str:
    found = _HTML_TITLE.search(data, 0, _HTML_HEAD)
    return html.unescape(found[1].decode("utf-8", "replace")) if found else ""


_READERS: dict[filetypes.FileType, Callable[[bytes], str]] = {
    filetypes.PDF: _in_pdf,
    filetypes.HTML: _in_html,
    **dict.fromkeys((filetypes.DOCX, filetypes.PPTX, filetypes.XLSX), _in_package("docProps/core.xml")),
    **dict.fromkeys((filetypes.ODT, filetypes.ODS, filetypes.ODP), _in_package("meta.xml")),
}
