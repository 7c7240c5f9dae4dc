"""Character maps of the fonts of a PDF, rewritten so that the parser loses no character.

The parser drops what lies beyond U+FFFF (the letters of formulas, as mathematical alphanumerics; emoji; rare
ideographs) and glyphs that stand for a control character: "for n ≤ 50" and "20 µg" came out as "for ≤ 50" and "20 g".
Some writers name a ligature by its last letter only.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline_core.adapters.converters.pdf_file import changed
from pipeline_core.adapters.converters.to_unicode import (
    CMAP,
    decoded,
    encoded,
    mapped,
    texts_by_code,
    texts_of,
    with_texts,
)

UNKNOWN = "\ue700"
"""Stands for a glyph whose font does not say what it shows; of private use, so it counts as unreadable. Where a font
says it of none, its glyphs are ``UNKNOWN`` and the 255 characters behind it: texts that differ stay different."""

_STAND_INS = range(0xE800, 0xF000)
_MOST_OBJECTS = 200_000
_MOST_CODES = 0x10000
_BASIC = 0xFFFF
_BYTE = 0xFF
_NAMED_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl")
_ITALIC_H = "\u210e"  # the one italic letter of formulas that has its place elsewhere
_CONTROLS = range(0x20)
_NOT_SAID = re.compile("[\ue700-\ue7ff]")
_SURROGATE = re.compile(rb"D\s*[89AB]", re.IGNORECASE)
# A name that a list of glyphs has, or that says its code point; "G01", "g23" and "c5" only count the font's glyphs.
_COUNTED = re.compile(r"/?(?:\.notdef|[A-Za-z]{0,5}\d+|cid:?\d+|glyph\w*)")


class StandIns:
    """Characters of private use in place of those that the parser would drop, and the way back."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._back: dict[int, str] = {}
        self._used: set[str] = set()

    def keep(self, text: str) -> None:
        """No character of the text will stand for another."""
        self._used.update(text)

    def plain(self, text: str) -> str:
        """The text without what lies beyond U+FFFF: letters of formulas as the letters they are, others stood for."""
        return "".join(char if ord(char) <= _BASIC else self._plain(char) for char in text.replace(_ITALIC_H, "h"))

    def restored(self, text: str) -> str:
        """The text with the characters that were stood for."""
        return text.translate(self._back) if self._back and not text.isascii() else text

    def _plain(self, char: str) -> str:
        letter = unicodedata.normalize("NFKC", char)
        if all(ord(one) <= _BASIC for one in letter):
            return letter
        if char not in self._of:
            free = (chr(code) for code in _STAND_INS if code not in self._back and chr(code) not in self._used)
            self._of[char] = stand_in = next(free, UNKNOWN)
            if stand_in != UNKNOWN:
                self._back[ord(stand_in)] = char
        return self._of[char]


def with_characters(data: bytes, pages: int) -> tuple[bytes, StandIns]:
    """The PDF whose fonts name no character that the parser drops; the same bytes where none does.

    ``pages`` are those that PDFium finds: of a damaged file each library may find others, and then it stays as it is.
    """
    stand_ins = StandIns()
    if b"/Font" not in data and b"/ObjStm" not in data:
        return data, stand_ins

    def mend(pdf: pikepdf.Pdf) -> bool:
        return len(pdf.objects) <= _MOST_OBJECTS and _mend_fonts(pdf, stand_ins) and len(pdf.pages) == pages

    mended = changed(data, mend)
    # what is too damaged for a look is repaired later, or its words are proved missing
    return mended, StandIns() if mended is data else stand_ins


def not_said(text: str) -> list[str]:
    """The words of the text with glyphs in them of which nobody knows what they show."""
    if text.isascii() or not _NOT_SAID.search(text):
        return []
    # alone it is the bullet of a list
    return [word for word in text.split() if len(word) > 1 and _NOT_SAID.search(word)]


def _mend_fonts(pdf: pikepdf.Pdf, stand_ins: StandIns) -> bool:
    """Mend the fonts of the file; return whether there was one to mend."""
    dictionaries = (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary))
    fonts = [one for one in dictionaries if "/ToUnicode" in one or one.get("/Type") == "/Font"]
    is_mended = _whole_ligatures(pdf, fonts)
    maps = {one.ToUnicode.objgen: one.ToUnicode for one in fonts if isinstance(one.get("/ToUnicode"), pikepdf.Stream)}
    read = {name: stream.read_bytes() for name, stream in maps.items()}
    for written in read.values():
        stand_ins.keep("".join(texts_of(written)))
    for name, written in read.items():
        if _SURROGATE.search(written) and (mended := _mended(written, stand_ins)) != written:
            maps[name].write(mended)
            is_mended = True
    for font in fonts:
        if "/ToUnicode" not in font and (made := _unknown(font)):
            font.ToUnicode = pdf.make_stream(made)
            is_mended = True
    return is_mended


def _whole_ligatures(pdf: pikepdf.Pdf, fonts: list[pikepdf.Dictionary]) -> bool:
    """Mend the fonts that name a ligature by one of its letters ("confidence" lost its f); return whether any did."""
    is_mended = False
    for font in fonts:
        encoding, letters = font.get("/Encoding"), font.get("/ToUnicode")
        if not isinstance(encoding, pikepdf.Dictionary) or not isinstance(letters, pikepdf.Stream):
            continue
        whole = {code: text for code, name in _differences(encoding) if (text := _ligature(name))}
        if not whole:
            continue
        said = texts_by_code(letters.read_bytes())
        wrong = {code: text for code, text in whole.items() if len(said.get(code, text)) < len(text)}
        if wrong:
            font.ToUnicode = pdf.make_stream(_written({**said, **wrong}))
            is_mended = True
    return is_mended


def _ligature(name: str) -> str:
    """The letters of a glyph that is named as a ligature: "fi", "f_f_i", "T_h.liga"; "" of another."""
    bare = name.lstrip("/").partition(".")[0]
    parts = bare.split("_")
    if bare in _NAMED_LIGATURES:
        return bare
    return "".join(parts) if len(parts) > 1 and all(len(part) == 1 and part.isalpha() for part in parts) else ""


def _written(texts: dict[int, str]) -> bytes:
    return mapped({code: text for code, text in texts.items() if code <= _BYTE}, 2)


def _mended(written: bytes, stand_ins: StandIns) -> bytes:
    """The map with other texts in place of those that the parser drops."""

    def mend(text: bytes) -> bytes:
        return encoded(stand_ins.plain(decoded(text)))

    def mend_range(row: re.Match[bytes]) -> bytes:
        text = decoded(row["text"])
        if text.isascii() or max(map(ord, text)) <= _BASIC:
            return row[0]
        count = min(int(row["last"], 16) - int(row["first"], 16) + 1, _MOST_CODES)
        following = (text[:-1] + chr(ord(text[-1]) + step) for step in range(count))
        return row["codes"] + b"[" + b" ".join(encoded(stand_ins.plain(one)) for one in following) + b"]"

    return with_texts(written, mend, mend_range)


def _unknown(font: Any) -> bytes:
    """A map for a font without one, in which glyphs of which nobody knows what they show are said to be so."""
    encoding = font.get("/Encoding")
    if font.get("/Subtype") == "/Type0":
        if not _names_glyphs_only(font):
            return b""
        # a row of a map goes over the last byte only
        rows = b"\n".join(
            b"100 beginbfrange\n"
            + b"\n".join(b"<%02X00> <%02XFF> <E700>" % (high, high) for high in range(at, min(at + 100, 256)))
            + b"\nendbfrange"
            for at in range(0, 256, 100)
        )
        return CMAP % {b"low": b"0000", b"high": b"FFFF", b"rows": rows}
    if not isinstance(encoding, pikepdf.Dictionary) or font.get("/Subtype") == "/Type3":
        return b""
    unknown = [code for code, name in _differences(encoding) if code in _CONTROLS and _COUNTED.fullmatch(name)]
    if not unknown:
        return b""
    return _written(dict.fromkeys(unknown, UNKNOWN))


def _names_glyphs_only(font: Any) -> bool:
    """Return whether the font's codes are its glyph numbers, and nothing says what they show."""
    if font.get("/Encoding") not in ("/Identity-H", "/Identity-V"):
        return False
    below = font.get("/DescendantFonts")
    descendant = below[0] if isinstance(below, pikepdf.Array) and len(below) else None
    if not isinstance(descendant, pikepdf.Dictionary):
        return False
    system = descendant.get("/CIDSystemInfo")
    ordering = str(system.get("/Ordering", "")) if isinstance(system, pikepdf.Dictionary) else ""
    # with a table from codes to glyphs the codes are often the characters themselves
    return ordering == "Identity" and not isinstance(descendant.get("/CIDToGIDMap"), pikepdf.Stream)


def _differences(encoding: Any) -> Iterator[tuple[int, str]]:
    """The codes that the font gives names of its own."""
    code = 0
    for entry in encoding.get("/Differences", ()):
        if isinstance(entry, pikepdf.Name):
            yield code, str(entry)
            code += 1
        else:
            code = int(entry)
