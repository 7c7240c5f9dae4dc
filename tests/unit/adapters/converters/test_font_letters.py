"""Glyphs that the map of a PDF names wrongly are told by the font that draws them."""

import io

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from pipeline_core.adapters.converters.pdf_ligatures import misnamed

_GLYPHS = [
    ".notdef",
    "jeem",
    "maksura",
    "lam",
    "alef",
    "bare",
    "jeem.medi",
    "maksura.fina",
    "lam_alef",
    "bare.init",
]
_CHARACTERS = {0x062C: "jeem", 0x0649: "maksura", 0x0644: "lam", 0x0623: "alef", 0x06A1: "bare", 0xFEA0: "jeem.medi"}
_FORMS = """
    feature fina { sub maksura by maksura.fina; } fina;
    feature init { sub bare by bare.init; } init;
    feature rlig { sub lam alef by lam_alef; } rlig;
"""


@pytest.fixture(scope="module")
def program() -> bytes:
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(_GLYPHS)
    builder.setupCharacterMap(_CHARACTERS)
    builder.setupGlyf({glyph: TTGlyphPen(None).glyph() for glyph in _GLYPHS})
    builder.setupHorizontalMetrics(dict.fromkeys(_GLYPHS, (500, 0)))
    builder.setupHorizontalHeader()
    builder.setupNameTable({})
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    addOpenTypeFeaturesFromString(builder.font, _FORMS)
    output = io.BytesIO()
    builder.save(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("glyph", "named", "shown"),
    [
        ("jeem.medi", "ى", "ج"),  # by a character of its own
        ("maksura.fina", " ", "ى"),  # by what the font makes of letters
        ("lam_alef", "لآ", "لأ"),
        ("jeem.medi", "ج", ""),  # right as it is
        ("jeem.medi", "\ufea0", ""),
        ("maksura.fina", "ي", ""),  # the body of a letter that dots are put to
        ("bare.init", "ف", ""),
        ("bare.init", " ", ""),
    ],
)
def test_a_glyph_is_named_by_its_font(program: bytes, glyph: str, named: str, shown: str) -> None:
    number = _GLYPHS.index(glyph)

    assert misnamed(program, {number: named}) == ({number: shown} if shown else {})


@pytest.mark.parametrize("cut", [0, 3, 40, 400])
def test_a_damaged_font_tells_nothing(program: bytes, cut: int) -> None:
    assert misnamed(program[:cut], {6: "ى"}) == {}
