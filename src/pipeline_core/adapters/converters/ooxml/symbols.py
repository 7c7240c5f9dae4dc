"""Characters of symbol fonts, which stand in the private use area or under a letter's code, as Unicode."""

import re
from collections.abc import Sequence

from pipeline_core.domain.findings import Finding, Severity

# Adobe's Symbol encoding from 0x20 and 0xA0 on (unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt); a space where
# there is nothing.
_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼ ",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ ",
)
# Boxes and arrows get the sign that is usual in texts, not the one that looks most alike.
_WINGDINGS = {
    0x20: " ", 0x22: "✂", 0x23: "✁", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x3E: "✇", 0x3F: "✍", 0x41: "✌",
    0x43: "👍", 0x44: "👎", 0x45: "☜", 0x46: "☞", 0x47: "☝", 0x48: "☟", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x4E: "☠",
    0x4F: "⚐", 0x51: "✈", 0x52: "☼", 0x53: "💧", 0x54: "❄", 0x56: "✞", 0x58: "✠", 0x59: "✡", 0x5A: "☪", 0x5B: "☯",
    0x5C: "ॐ", 0x5D: "☸", **{0x5E + n: chr(0x2648 + n) for n in range(12)}, 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "☐",
    0x70: "☐", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x78: "☒", 0x7A: "⌘",
    0x7B: "❀", 0x7C: "✿", 0x7D: "❝", 0x7E: "❞", 0x80: "⓪", **{0x81 + n: chr(0x2460 + n) for n in range(10)}, 0x8B: "⓿",
    **{0x8C + n: chr(0x2776 + n) for n in range(10)}, 0x9E: "·", 0x9F: "•", 0xA0: "▪", 0xA1: "○", 0xA2: "○", 0xA3: "○",
    0xA4: "◉", 0xA5: "◎", 0xA6: "○", 0xA7: "▪", 0xA8: "☐", 0xAA: "✦", 0xAB: "★", 0xAC: "✶", 0xAD: "✴", 0xAE: "✹",
    0xAF: "✵", 0xB1: "⌖", 0xB2: "⟡", 0xB3: "⌑", 0xB5: "✪", 0xB6: "✰", **{0xB7 + n: chr(0x1F550 + n) for n in range(12)},
    0xD5: "⌫", 0xD6: "⌦", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE3: "↖", 0xE4: "↗",
    0xE5: "↙", 0xE6: "↘", 0xE7: "←", 0xE8: "→", 0xE9: "↑", 0xEA: "↓", 0xEB: "↖", 0xEC: "↗", 0xED: "↙", 0xEE: "↘",
    0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xF3: "⬄", 0xF4: "⇳", 0xF5: "⬁", 0xF6: "⬀", 0xF7: "⬃", 0xF8: "⬂",
    0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {
    0x20: " ", 0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x69: "⓪",
    **{0x6A + n: chr(0x2460 + n) for n in range(10)}, 0x74: "⓿", **{0x75 + n: chr(0x2776 + n) for n in range(10)},
    0x96: "•", 0x97: "●", 0x98: "●", 0x9E: "◉", 0xA2: "■", 0xA3: "☐",
}  # fmt: skip
_WINGDINGS_3 = {
    0x20: " ", 0x22: "⇄", 0x66: "←", 0x67: "→", 0x68: "↑", 0x69: "↓", 0x6A: "↖", 0x6B: "↗", 0x6C: "↙", 0x6D: "↘",
    0x70: "▲", 0x71: "▼", 0x72: "△", 0x73: "▽", 0x74: "◀", 0x75: "▶", 0x76: "◁", 0x77: "▷", 0x7B: "◀", 0x7D: "▶",
    0x84: "◀", 0x85: "▶", 0x86: "▲", 0x87: "▼",
}  # fmt: skip
_WEBDINGS = {
    0x20: " ", 0x33: "◀", 0x34: "▶", 0x35: "▲", 0x36: "▼", 0x59: "♥", 0x61: "✓", 0x63: "☐", 0x67: "■", 0x69: "ℹ",
    0x6E: "●", 0x72: "✗",
}  # fmt: skip
_FONTS = {
    "symbol": {0x20 + n: char for n, char in enumerate(_SYMBOL[0])}
    | {0xA0 + n: char for n, char in enumerate(_SYMBOL[1]) if char != " "},
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
}
# Without a font: Symbol's signs, but where Symbol has pieces of brackets and suits of cards the ticks of Wingdings.
_FONTLESS = _FONTS["symbol"] | {code: _WINGDINGS[code] for code in (0xA7, 0xA8, 0xD8, 0xFB, 0xFC, 0xFD, 0xFE)}
UNKNOWN = "\ufffd"
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


def is_symbol_font(font: str | None) -> bool:
    return font is not None and font.strip().lower() in _FONTS


def from_symbol_font(text: str, font: str | None) -> str:
    """The text as it looks in the font: all of it in a symbol font, else what stands in the private use area.

    What no table has becomes U+FFFD.
    """
    table = _FONTS.get((font or "").strip().lower())
    if table is not None:
        return "".join(_seen(char, table) for char in text)
    return _PRIVATE.sub(lambda match: _seen(match[0], _FONTLESS), text)


def _seen(char: str, table: dict[int, str]) -> str:
    code = ord(char) - 0xF000 if "\uf000" <= char <= "\uf0ff" else ord(char)
    if code in table:
        return table[code]
    return char if (code > 0xFF and not _PRIVATE.match(char)) or char.isspace() else UNKNOWN


def unknown_symbols(passages: Sequence[str]) -> Finding:
    """The finding about signs that no table has; ``passages`` has the paragraphs in which they stand."""
    first = " ".join(passages[0].split())
    at = max(0, first.find(UNKNOWN) - 40)
    return Finding(
        "unknown_symbols",
        Severity.WARNING,
        f"{len(passages)} paragraph{'s have' if len(passages) > 1 else ' has'} signs of a symbol font that are not "
        f"known and became {UNKNOWN}, the first: “{first[at : at + 80]}”. Look at them where the document is shown.",
        {"paragraphs": len(passages)},
    )
