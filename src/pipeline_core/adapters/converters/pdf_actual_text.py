"""Letters of which a page says again, beside their glyph, what they are: joined letters that are read leftwards.

Browsers and office programs write a form of a letter as a piece of its own with the letter as its "actual text". PDFium
takes such pieces in the order in which they are drawn, from left to right, and turns round only what stands between
them: "فیلتر" comes out as "رتلیف". Without them the whole line is turned round, and what each glyph shows the map of
its font says; where that does not, or says something else, it is taught so.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from pipeline_core.adapters.converters.logical_order import is_mark
from pipeline_core.adapters.converters.to_unicode import decoded, mapped, texts_by_code
from pipeline_core.domain.layout import reads_leftwards

_LAST_CODE = 0xFFFF
_FONT = rb"/(?P<font>[^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf\b"
_USED = re.compile(_FONT)
_PIECE = re.compile(
    _FONT + rb"|/Span\s*<<\s*/ActualText\s*<(?P<text>[0-9A-Fa-f\s]*)>\s*>>\s*BDC(?P<shown>[^()]{0,400}?)\bEMC\b"
)
_SHOWN = re.compile(rb"<([0-9A-Fa-f\s]*)>\s*Tj\b")
_CODES = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_BEGINNING = b"FEFF"
_NO_GLYPH = 0
"""Drawn for every letter that a font has not."""


@dataclass(slots=True)
class _Known:
    """A font: how many hexadecimal digits a code has, what its map says of each, and what pages say of each."""

    font: Any
    digits: int
    mapped: dict[int, str]
    told: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def codes(self, written: bytes) -> list[int]:
        digits = b"".join(written.split())
        return [int(digits[at : at + self.digits], 16) for at in range(0, len(digits), self.digits)]


def without_actual_texts(pdf: pikepdf.Pdf, drawn: Sequence[tuple[Any, Any]]) -> bool:
    """Remove the replacement texts that the glyphs do not need; return whether anything was changed.

    Args:
        pdf: the file, which is changed.
        drawn: what draws text, pages and forms, each with the resources that its names are found in.
    """
    fonts: dict[Any, _Known] = {}
    changed = False
    for at, (owner, resources) in enumerate(drawn):
        names = _Names(resources, fonts, at)
        for stream in _streams(owner):
            written = stream.read_bytes()
            if b"/ActualText" in written and (plain := _plain(written, names)) != written:
                stream.write(plain)
                changed = True
    for known in fonts.values():
        _teach(pdf, known)
    return changed


class _Names:
    """The fonts of one page or form by their names, and the one in use; a page's streams hand it on."""

    def __init__(self, resources: Any, fonts: dict[Any, _Known], page: int) -> None:
        self._page = page
        self._named = resources.get("/Font") if resources is not None else None
        self._fonts = fonts
        self.used: _Known | None = None

    def use(self, name: bytes) -> None:
        font = self._named.get(f"/{name.decode('latin-1')}") if isinstance(self._named, pikepdf.Dictionary) else None
        if not isinstance(font, pikepdf.Dictionary):
            self.used = None
            return
        key = font.objgen if font.is_indirect else (self._page, name)
        if key not in self._fonts:
            said = font.get("/ToUnicode")
            texts = texts_by_code(said.read_bytes(), _LAST_CODE) if isinstance(said, pikepdf.Stream) else {}
            # some writers map a glyph of which they know nothing to U+0000
            known = {code: text for code, text in texts.items() if text.strip("\0")}
            self._fonts[key] = _Known(font, 4 if font.get("/Subtype") == "/Type0" else 2, known)
        self.used = self._fonts[key]


def _streams(owner: Any) -> Iterator[Any]:
    """Yield the content streams of a form, or of a page, in pieces that hand on the font in use."""
    contents = owner if isinstance(owner, pikepdf.Stream) else owner.get("/Contents")
    for stream in contents if isinstance(contents, pikepdf.Array) else (contents,):
        if isinstance(stream, pikepdf.Stream):
            yield stream


def _plain(written: bytes, names: _Names) -> bytes:
    """Return the content stream without the texts of such pieces."""

    def one(piece: re.Match[bytes]) -> bytes:
        if piece["font"] is not None:
            names.use(piece["font"])
            return piece[0]
        for used in _USED.finditer(piece["shown"]):
            names.use(used["font"])
        text = decoded(b"".join(piece["text"].split()).removeprefix(_BEGINNING))
        if not _is_leftwards(text) or names.used is None:
            return piece[0]
        shown = _by_itself(names.used, piece["shown"], text)
        return piece[0] if shown is None else shown

    return _PIECE.sub(one, written)


def _is_leftwards(text: str) -> bool:
    """Return whether it is of a right-to-left script; a vowel mark by itself may be."""
    return reads_leftwards(text) or (text != "" and all(map(is_mark, text)))


def _by_itself(known: _Known, shown: bytes, text: str) -> bytes | None:
    """Return the drawing if the glyphs say the text by themselves once one of them has been taught; else None.

    The marks of a letter are taken away: they stand beside their place, and the line would be torn there.
    """
    codes = [code for part in _CODES.findall(shown) for code in known.codes(part)]
    unknown = [code for code in codes if code not in known.mapped] if len(codes) > 1 else codes
    left = list(_letters(text))
    for letter in (char for code in codes if code not in unknown for char in _letters(known.mapped[code])):
        if letter not in left:
            return None
        left.remove(letter)
    if not codes or len(unknown) > 1 or bool(unknown) != bool(left) or _NO_GLYPH in codes:
        return None
    said = {code: known.mapped.get(code, "") for code in codes} | dict.fromkeys(unknown, "".join(left))
    for code in unknown:
        known.told[code][said[code]] += 1
    marks = {code for code, one in said.items() if all(map(is_mark, _letters(one)))}
    return _SHOWN.sub(lambda part: b"" if marks.issuperset(known.codes(part[1])) else part[0], shown)


def _letters(text: str) -> str:
    """A text in letters as they are typed; a mark that has a form of its own is written above a space there."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _teach(pdf: pikepdf.Pdf, known: _Known) -> None:
    """The font's map says of each glyph what pages mostly say of it."""
    texts = dict(known.mapped)
    for code, told in known.told.items():
        if _letters(texts.get(code, "")) not in told:
            texts[code] = told.most_common(1)[0][0]
    if texts != known.mapped:
        known.font.ToUnicode = pdf.make_stream(mapped(texts, known.digits))
