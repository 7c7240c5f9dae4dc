"""HTML: decoded here, because xberg takes every page for UTF-8; then converted with the office formats."""

import re
from dataclasses import replace

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import UnsupportedTypeError
from pipeline_core.domain.text_encoding import decode_text

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LOOKED_AT = 2048


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert an HTML page in whatever encoding. Raises as ``office.convert`` does, and

    UnsupportedTypeError: the bytes are not text.
    """
    text = _decode(source.data)
    if text is None:
        raise UnsupportedTypeError(f"{source.filename} is called {source.kind.label} but is binary data.")
    return office.convert(replace(source, data=text.encode("utf-8")), options)


def _decode(data: bytes) -> str | None:
    """UTF-8 if it is that, whatever it declares; then what it declares; then the guess for any text."""
    declared = _DECLARED.search(data, 0, _LOOKED_AT)
    candidates = ["utf-8", declared[1].decode("ascii")] if declared else []
    for encoding in candidates:
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return decode_text(data)
