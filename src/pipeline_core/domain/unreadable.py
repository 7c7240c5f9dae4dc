"""Characters that no reader can read: what a lost font or a wrong encoding left of a text."""

import html
import re
import unicodedata
from functools import lru_cache

_NO_CHARACTERS = frozenset({"Cc", "Co", "Cs", "Cn"})
# Bullets of symbol fonts. Before a number another character of private use may be a sign.
_BULLET = re.compile(
    r"^[ \t#*_|>-]*+[\ue000-\uf8ff](?![^\s*_|])(?![ \t]*[\d$€£¥.,])|(?<!\S)[\uf0b7\uf0a7\uf0d8\uf06e](?!\S)",
    re.MULTILINE,
)
_LEFTOVERS = (
    # codes of glyphs instead of characters
    re.compile(r"\(cid:\d+\)|/uni[0-9A-F]{4}"),
    # letters that an encoding did not have
    re.compile(r"(?<!\S)\?{2,}+(?:[ \n]\?{2,}+){2,}+"),
    # bytes of no text, or of another alphabet, as Latin-1: no language has four such letters in a row
    re.compile(r"(?=[\u00a1-\u00bf]*+[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]{2})[\u00a1-\u00ff]{4,}+"),
    # UTF-8 as Windows-1251, Windows-1253, Shift-JIS and GBK
    re.compile(r"(?:[РС][^\sА-Яа-я]){2,}+|(?:[РС]\S){5,}+"),
    re.compile(r"(?:[ΞΟ][^\sΑ-Ω]){3,}+"),
    re.compile(r"(?:[縺繧繝][^\s縺繧繝]{1,2}){2,}+|锟斤拷"),
)
_IN_ASCII = ("(cid:", "/uni", "??")
"""Without one of them printable ASCII has none of the above."""
_OF_A_PAIR = 2


def unreadable(text: str) -> int:
    """Counts the unreadable characters of the text. The bullets of symbol fonts say nothing, and do not count."""
    text = html.unescape(text) if "&#" in text else text
    if text.isascii() and text.isprintable() and not any(sign in text for sign in _IN_ASCII):
        return 0
    if not text.isascii():
        text = _BULLET.sub(" ", text)
    suspects = [char for char in set(text) if char == "\ufffd" or _is_none(char)]
    found = sum(map(text.count, suspects))
    text = text.replace("\ufffd", " ")
    for pattern in _LEFTOVERS:
        found += sum(len(match[0]) for match in pattern.finditer(text))
    return found if text.isascii() else found + _mojibake(text)


def share_unreadable(text: str) -> float:
    """``unreadable`` as a share of the characters that are not blank; 0 where there are none."""
    visible = sum(map(len, text.split()))
    return min(1.0, unreadable(text) / visible) if visible else 0.0


@lru_cache(maxsize=1 << 12)
def _is_none(char: str) -> bool:
    return unicodedata.category(char) in _NO_CHARACTERS and not char.isspace()


def _mojibake(text: str) -> int:
    """Characters in pairs that only a wrong encoding makes (ftfy knows which)."""
    from ftfy.badness import badness

    return _OF_A_PAIR * sum(badness(line) for line in text.splitlines() if not line.isascii())
