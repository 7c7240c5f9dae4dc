"""Maps glyphs of an embedded font to letters, by the font's own character map and glyph substitutions.

A writer may name a glyph wrongly in the file, a form of an Arabic letter above all: that of "ج" in mid-word as
"ى". The font program still has the way from letters to their forms, by which the text was set.
"""

import io
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

from pipeline_core.domain.layout import reads_leftwards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fontTools.ttLib import TTFont

_FORMS = ("isol", "init", "medi", "fina", "rlig", "liga")
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


def _substitutions(font: "TTFont") -> "Iterator[tuple[tuple[str, ...], str]]":
    """Glyphs, and the one that is set for them, feature by feature."""
    table = font["GSUB"].table
    features = table.FeatureList.FeatureRecord
    for tag in _FORMS:
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
