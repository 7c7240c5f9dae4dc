"""Glyphs of scripts that are read from right to left, told to the parser as one character each.

A font says of a ligature's glyph which letters it stands for, "lam, alef" for instance. PDFium takes a line of such a
script as it stands, from left to right, and turns it round as a whole: the letters of a glyph, which were in order,
come out in the wrong one ("خالل" for "خلال"). One character cannot be turned round, and Unicode has one for each
usual ligature. Where the file names a letter's form as another letter ("ج" in mid-word as "ى"), the embedded font is
asked: it has the way from letters to their forms by which the text was set.
"""

import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pikepdf

from pipeline_core.adapters.converters.pdf_actual_text import without_actual_texts
from pipeline_core.adapters.converters.pdf_file import changed, inherited
from pipeline_core.adapters.converters.to_unicode import mapped, texts_by_code
from pipeline_core.domain.layout import reads_leftwards

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_MOST_FONTS = 2_000
_MOST_FORMS = 2_000
_FORMS = ((0xFB1D, 0xFDFC), (0xFE70, 0xFEFD))
"""Ranges of Unicode for the forms of Hebrew and Arabic letters, ligatures among them."""
_LAST_CODE = 0xFFFF


def with_whole_ligatures(data: bytes) -> bytes:
    """The file with each such glyph as one character; the very same bytes if it has none or is damaged."""

    def mend(pdf: pikepdf.Pdf) -> bool:
        drawn = [*_drawn(pdf)]
        # the texts of pages first: they teach fonts letters
        return any([without_actual_texts(pdf, drawn), *(_mended(pdf, font) for font in _fonts(drawn))])

    return changed(data, mend)


def _drawn(pdf: pikepdf.Pdf) -> Iterator[tuple[Any, pikepdf.Dictionary]]:
    """The pages and what is drawn on them, each with its resources."""
    seen: set[Any] = set()
    todo: list[Any] = [page.obj for page in pdf.pages]
    while todo and len(seen) < _MOST_FORMS:
        one = todo.pop()
        resources = inherited(one, "/Resources")
        if not isinstance(resources, pikepdf.Dictionary):
            continue
        yield one, resources
        forms = {form.objgen: form for form in _values(resources.get("/XObject")) if form.objgen not in seen}
        seen |= forms.keys()
        todo += forms.values()


def _fonts(drawn: Sequence[tuple[Any, pikepdf.Dictionary]]) -> Iterator[pikepdf.Object]:
    """The fonts, each once, that say of their codes what they stand for."""
    fonts = {font.objgen: font for _, resources in drawn for font in _values(resources.get("/Font"))}
    for font in [*fonts.values()][:_MOST_FONTS]:
        if isinstance(font.get("/ToUnicode"), pikepdf.Stream):
            yield font


def _values(names: Any) -> Iterator[Any]:
    if isinstance(names, pikepdf.Dictionary):
        yield from (one for _, one in names.items() if isinstance(one, pikepdf.Dictionary | pikepdf.Stream))


def _mended(pdf: pikepdf.Pdf, font: Any) -> bool:
    """Rebuild the font's map code by code, as a range has none of these forms; return whether it was rebuilt."""
    said = texts_by_code(font.ToUnicode.read_bytes(), _LAST_CODE)
    if not any(map(reads_leftwards, said.values())):
        return False
    right = {**said, **misnamed(_program(font), said)}
    told = {code: _whole(text) for code, text in right.items()}
    if told == said:
        return False
    font.ToUnicode = pdf.make_stream(mapped(told, 4 if font.get("/Subtype") == "/Type0" else 2))
    return True


def _program(font: Any) -> bytes:
    """The TrueType font whose glyphs have the codes as their numbers; nothing where it is another."""
    below = font.get("/DescendantFonts")
    one = below[0] if isinstance(below, pikepdf.Array) and len(below) else None
    if font.get("/Encoding") != "/Identity-H" or one is None or isinstance(one.get("/CIDToGIDMap"), pikepdf.Stream):
        return b""
    program = one.get("/FontDescriptor", pikepdf.Dictionary()).get("/FontFile2")
    return program.read_bytes() if isinstance(program, pikepdf.Stream) else b""


def _whole(text: str) -> str:
    """A text as one character where there is one."""
    if len(text) < 2 or not reads_leftwards(text):
        return text
    # letters without a form in one are turned round here, as they will be again
    return _forms().get(text) or (text[::-1] if all(map(str.isalpha, text)) else text)


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


_FEATURES = ("isol", "init", "medi", "fina", "rlig", "liga")
_LARGEST = 20 * 2**20  # bytes
_WITHOUT_DOTS = frozenset("\u066e\u066f\u06a1\u06ba\u06d5\u0640")
"""Bodies of letters that some fonts put dots to; which letter one is the map of the file tells, and not the font."""
_AS_WELL_WITHOUT_DOTS = frozenset("\u0649\u06cc\u06a9")


def misnamed(program: bytes, named: dict[int, str]) -> dict[int, str]:
    """The glyphs that are named wrongly, with what the font shows by them; none if the font cannot be read.

    Args:
        program: a TrueType font.
        named: the text of each glyph by its number, as the file has it.
    """
    if len(program) > _LARGEST:
        return {}
    try:
        shown = _shown(program)
    except Exception:  # a damaged font fails in as many ways as there are bytes; its map stays as it is
        return {}
    found = {}
    for glyph, text in named.items():
        letters = shown.get(glyph, set())
        said = unicodedata.normalize("NFKC", text)
        if len(letters) == 1 and said not in letters and _may_be(one := next(iter(letters)), said):
            found[glyph] = one
    return found


def _may_be(letters: str, said: str) -> bool:
    """Return whether the glyph certainly shows these letters despite another name."""
    if not letters or not all(reads_leftwards(char) and char.isalpha() for char in letters):
        return False
    if not _WITHOUT_DOTS.isdisjoint(letters):
        return False
    return not said.strip() or _AS_WELL_WITHOUT_DOTS.isdisjoint(letters)


def _shown(program: bytes) -> dict[int, set[str]]:
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(program), lazy=True) as font:
        texts: dict[str, set[str]] = defaultdict(set)
        for code, glyph in (font.getBestCmap() or {}).items():
            texts[glyph].add(unicodedata.normalize("NFKC", chr(code)))
        if "GSUB" in font:
            for parts, form in [*_substitutions(font)]:
                read = [texts.get(part, set()) for part in parts]
                if all(len(one) == 1 for one in read):
                    texts[form].add("".join(next(iter(one)) for one in read))
        return {font.getGlyphID(glyph): said for glyph, said in texts.items()}


def _substitutions(font: "TTFont") -> Iterator[tuple[tuple[str, ...], str]]:
    """Glyphs, and the one that is set for them, feature by feature."""
    table = font["GSUB"].table
    features = table.FeatureList.FeatureRecord
    for tag in _FEATURES:
        numbers = {n for record in features if record.FeatureTag == tag for n in record.Feature.LookupListIndex}
        for number in sorted(numbers):
            for part in table.LookupList.Lookup[number].SubTable:
                one = getattr(part, "ExtSubTable", part)
                for glyph, form in getattr(one, "mapping", {}).items():
                    if isinstance(form, str):
                        yield (glyph,), form
                for glyph, forms in getattr(one, "alternates", {}).items():
                    yield from (((glyph,), form) for form in forms)
                for first, ligatures in getattr(one, "ligatures", {}).items():
                    yield from (((first, *ligature.Component), ligature.LigGlyph) for ligature in ligatures)
