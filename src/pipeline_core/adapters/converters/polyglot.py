"""Files that are two documents at once: one reader sees this one, another that one."""

import re

from pipeline_core.domain import filetypes
from pipeline_core.domain.filetypes import FileType

_ZIP_START, _ZIP_END, _PDF = b"PK\x03\x04", b"PK\x05\x06", b"%PDF-"
_ZIP_END_BYTES = 22
_PDF_END = b"%%EOF"
_MARKUP = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|script)[\s>]", re.IGNORECASE)
_LOOKED_AT = 1024  # within so many bytes a PDF must begin


def other_document(data: bytes, kind: FileType) -> str | None:
    """Find another document before or after the recognised one in the file; None if there is none."""
    if kind == filetypes.PDF:
        return _beside_pdf(data)
    if data.startswith(_ZIP_START):
        return "PDF document" if _PDF in data[_end_of_zip(data) :] else None
    return None


def _beside_pdf(data: bytes) -> str | None:
    if _MARKUP.match(data[: data.find(_PDF, 0, _LOOKED_AT)]):
        return "HTML page"
    end = data.rfind(_ZIP_END)
    if end < 0:
        return None
    # what stands behind the last end of a PDF is no attachment within it
    pdf_end = data.rfind(_PDF_END, 0, end)
    return "ZIP container" if pdf_end >= 0 and 0 <= data.find(_ZIP_START, pdf_end) < end else None


def _end_of_zip(data: bytes) -> int:
    """Return the end of the container by its own directory (PKWARE APPNOTE 4.3.16), its comment included."""
    end = data.rfind(_ZIP_END)
    if end < 0 or end + _ZIP_END_BYTES > len(data):
        return len(data)
    return end + _ZIP_END_BYTES + int.from_bytes(data[end + 20 : end + 22], "little")
