"""Ligatures of scripts that are read from right to left, told to the parser as one character each.

A font says of a ligature's glyph which letters it stands for, "lam, alef" for instance. PDFium takes a line of such a
script as it stands, from left to right, and turns it round as a whole: the letters of a glyph, which were in order,
come out in the wrong one ("خالل" for "خلال"). One character cannot be turned round, and Unicode has one for each
usual ligature.
"""

import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline_core.adapters.converters.to_unicode import decoded, encoded, with_texts
from pipeline_core.domain.layout import reads_leftwards

if TYPE_CHECKING:
    import pikepdf

_MOST_FONTS = 2_000
_FORMS = ((0xFB1D, 0xFDFC), (0xFE70, 0xFEFD))
"""Where Unicode has the forms of Hebrew and Arabic letters, ligatures among them."""
_LEAST = 8  # hexadecimal digits of two characters


def with_whole_ligatures(data: bytes) -> bytes:
    """The file with each such glyph as one character; the very same bytes if it has none or is damaged."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            changed = [_mended(stream) for stream in _letters_of_fonts(pdf)]
            if not any(changed):
                return data
            output = io.BytesIO()
            pdf.save(output)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError):
        return data
    return output.getvalue()


def _letters_of_fonts(pdf: "pikepdf.Pdf") -> "Iterator[pikepdf.Stream]":
    """What the fonts of the pages, and of what is drawn on them, say of their letters."""
    import pikepdf

    seen: set[Any] = set()
    todo: list[Any] = [page.obj for page in pdf.pages]
    while todo and len(seen) < _MOST_FONTS:
        resources = _inherited(todo.pop(), "/Resources")
        if not isinstance(resources, pikepdf.Dictionary):
            continue
        for kind in ("/Font", "/XObject"):
            for one in _values(resources.get(kind)):
                if one.objgen in seen:
                    continue
                seen.add(one.objgen)
                if kind == "/XObject":
                    todo.append(one)
                elif isinstance(letters := one.get("/ToUnicode"), pikepdf.Stream):
                    yield letters


def _values(names: Any) -> Iterator[Any]:
    import pikepdf

    if isinstance(names, pikepdf.Dictionary):
        yield from (one for _, one in names.items() if isinstance(one, pikepdf.Dictionary | pikepdf.Stream))


def _inherited(page: Any, name: str) -> Any:
    for _ in range(20):
        if page is None or name in page:
            break
        page = page.get("/Parent")
    return page.get(name) if page is not None else None


def _mended(stream: "pikepdf.Stream") -> bool:
    before = stream.read_bytes()
    after = with_texts(before, _whole, lambda row: row["codes"] + _whole(row["text"]))
    if after != before:
        stream.write(after)
    return after != before


def _whole(written: bytes) -> bytes:
    """A text as one character where there is one."""
    said = b"".join(written.split())
    text = decoded(said)
    if len(said) < _LEAST or len(said) % 4 or not reads_leftwards(text):
        return b"<" + written + b">"
    # letters without a form in one are turned round here, as they will be again
    return encoded(_forms().get(text) or (text[::-1] if all(map(str.isalpha, text)) else text))


@cache
def _forms() -> dict[str, str]:
    """The one character for the letters of each ligature."""
    found: dict[str, str] = {}
    for first, last in _FORMS:
        for char in map(chr, range(first, last + 1)):
            letters = unicodedata.normalize("NFKC", char)
            if len(letters) > 1 and letters.isalpha():
                found.setdefault(letters, char)
    return found
