"""Number of slides or sheets of an office file, counted in its directory, not in a converter's result."""

import io
import re
import zipfile
import zlib

from pipeline_core.adapters.converters.source import Source
from pipeline_core.domain import filetypes

# What to count, and where: the slide list of the presentation (ECMA-376 part 1, 19.2.1.33), and the types of a
# workbook's parts (part 2, 10.1.2.2), because its sheet list has sheets that are only charts.
_COUNTED = {
    filetypes.PPTX: ("ppt/presentation.xml", re.compile(rb"<(?:\w+:)?sldId\s")),
    filetypes.XLSX: ("[Content_Types].xml", re.compile(rb"spreadsheetml\.worksheet\+xml")),
}


def declared_total(source: Source) -> int | None:
    """The number of pages that the file itself declares; None where its format has none, or does not say."""
    if source.kind not in _COUNTED:
        return None
    part, pattern = _COUNTED[source.kind]
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            return len(pattern.findall(archive.read(part))) or None
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        return None
