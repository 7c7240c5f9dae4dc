"""Number of pages that an office file states: good enough for an estimate, and used for nothing else."""

import io
import re
import zipfile
import zlib

from pipeline_core.domain import filetypes
from pipeline_core.domain.filetypes import FileType

_MOST_READ = 64 * 1024
_STATED = {
    # type: (part, what precedes the number in it)
    filetypes.DOCX: ("docProps/app.xml", re.compile(rb"<Pages>(\d{1,6})<")),
    filetypes.ODT: ("meta.xml", re.compile(rb'meta:page-count="(\d{1,6})"')),
}
_COUNTED = {
    # type: the names of its parts of which each is a page
    filetypes.PPTX: re.compile(r"ppt/slides/slide\d+\.xml"),
    filetypes.XLSX: re.compile(r"xl/worksheets/sheet\d+\.xml"),
}


def page_hint(data: bytes, kind: FileType) -> int | None:
    """The number of pages by the file's own account; None: it says nothing, or cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _stated(archive, kind) if kind in _STATED else _counted(archive, kind)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, OSError, RuntimeError, ValueError):
        return None


def _stated(archive: zipfile.ZipFile, kind: FileType) -> int | None:
    name, number = _STATED[kind]
    with archive.open(name) as part:
        found = number.search(part.read(_MOST_READ))
    return (int(found[1]) or None) if found else None


def _counted(archive: zipfile.ZipFile, kind: FileType) -> int | None:
    if kind not in _COUNTED:
        return None
    return sum(bool(_COUNTED[kind].fullmatch(name)) for name in archive.namelist()) or None
