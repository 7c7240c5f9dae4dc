"""Page counts that office files declare, read from their archive and not from converted text."""

import io
import re
import zipfile

from pipeline_core.adapters.converters.archive import BROKEN_ZIP
from pipeline_core.domain import filetypes
from pipeline_core.domain.filetypes import FileType

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
