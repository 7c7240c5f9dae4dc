"""Ligatures of scripts that are read from right to left, told to the parser as one character each.

A font says of a ligature's glyph which letters it stands for, "lam, alef" for instance. PDFium takes a line of such a
script as it stands, from left to right, and turns it round as a whole: the letters of a glyph, which were in order,
come out in the wrong one ("خالل" for "خلال"). One character cannot be turned round, and Unicode has one for each
usual ligature.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline_core.domain.layout import reads_leftwards

if TYPE_CHECKING:
    import pikepdf

_MOST_FONTS = 2_000
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end(?:bfchar|bfrange)", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
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
    after = _SECTION.sub(_whole_section, before)
    if after != before:
        stream.write(after)
    return after != before


def _whole_section(section: "re.Match[bytes]") -> bytes:
    """The texts of a section as one character each where there is one; codes stay as they are.

    A code and its text follow each other, or two codes and a text, or two codes and a list of texts.
    """
    codes = 1 if section[1] == b"bfchar" else 2
    at = 0
    in_list = False

    def write(token: "re.Match[bytes]") -> bytes:
        nonlocal at, in_list
        if token[2] or token[3]:
            in_list, at = bool(token[2]), 0
            return token[0]
        is_text = in_list or at == codes
        at = 0 if at == codes and not in_list else at + (not in_list)
        return _whole(token) if is_text else token[0]

    start, end = section.start(2) - section.start(), section.end(2) - section.start()
    return section[0][:start] + _TOKEN.sub(write, section[2]) + section[0][end:]


def _whole(token: "re.Match[bytes]") -> bytes:
    said = b"".join(token[1].split())
    if len(said) < _LEAST or len(said) % 4:
        return token[0]
    text = bytes.fromhex(said.decode("ascii")).decode("utf-16-be", "replace")
    if not reads_leftwards(text):
        return token[0]
    # letters without a form in one are turned round here, as they will be again
    whole = _forms().get(text) or (text[::-1] if all(map(str.isalpha, text)) else text)
    return b"<" + whole.encode("utf-16-be").hex().upper().encode("ascii") + b">"


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
