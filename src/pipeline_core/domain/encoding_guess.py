"""Guesses the 8-bit or East Asian encoding of bytes: the one in which they read as a language."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_core.domain.fluency import fluency

# What documents are in, each with what its score is multiplied by: of two that fit alike the commoner is taken.
_CANDIDATES = {
    **dict.fromkeys(("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256", "cp874"), 1.0),
    # that bytes pair into characters at all says much
    **dict.fromkeys(("gb18030", "big5hkscs", "cp932", "euc_jis_2004", "cp949"), 1.3),
    **dict.fromkeys(("koi8-r", "koi8-u"), 1.0),
    **dict.fromkeys(("iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9"), 0.95),
    **dict.fromkeys(("iso8859-13", "iso8859-15", "iso8859-16"), 0.95),
    **dict.fromkeys(("mac-roman", "mac-cyrillic", "cp866", "cp850", "cp852", "cp437"), 0.9),
    **dict.fromkeys(("mac-latin2", "mac-greek", "mac-turkish", "cp857"), 0.85),
}
_SAMPLE_BYTES = 1 << 16
_CONTEXT = 80
_PLAUSIBLE = 0.75
"""Of the characters beyond ASCII, the share that must be where such characters stand, or the bytes are no text."""
_ENOUGH, _MUCH, _WORDY = 200, 5, 0.75
"""In more than so many characters, of which more than one in five is beyond ASCII, so many must be letters, digits or
blanks."""
_CLEAR_LEAD = 1.15
# The detector would believe a declaration, which whoever calls looked for already.
_MARKUP = re.compile(rb"<[^<>]{0,2000}>|charset|encoding", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]")

_AT_EDGES = frozenset(
    "„“”‚‘’«»‹›–—…•·§°€£¥¢©®™†‡±×÷¿¡№´`¹²³½¼¾ªº‰¶≤≥≠−→✓\u00a0\u00ad\u2010\u2011"
    "、。「」『』（）【】《》，：；！？％〜～・"
)
_RAISED = frozenset("¹²³ºª°")
_POWERS, _UNITS = "²³", "ms"
_ODD = 0.25
"""Penalty for a raised character at a word: a footnote's mark, or a letter of another encoding."""
_NOT_AFTER_LETTERS = frozenset("№≤≥≠§¶¿¡±×÷£¥¢¼½¾")
_NOT_BEFORE_LETTERS = frozenset("£¥¢¹²³¼½¾®©™±")
_WITHIN_WORDS = frozenset("’‘´·\u00ad–—-ªº")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text file's characters.

    ``guessed``: nothing in the file says so; ``other``: what it may be as well; ``fit``: from 0 to 1, how well it
    fits any language.
    """

    text: str
    encoding: str
    guessed: bool = False
    other: str | None = None
    fit: float = 1.0


def guess_encoding(data: bytes) -> Decoded | None:
    """The likeliest encoding of text that is not UTF-8; None if the bytes are no text in any."""
    sample = _MARKUP.sub(b" ", _sample(data))
    ranked: dict[str, float] = {}
    for name, likely in _CANDIDATES.items():
        said = decoded(sample, name)
        share = _plausible(said) if said is not None else 0.0
        if said is not None and share >= _PLAUSIBLE:
            ranked[name] = likely * share**2 * fluency(said, name)
    order = [name for name in sorted(ranked, key=lambda name: -ranked[name]) if decoded(data, name) is not None]
    if not order:
        return None
    best = order[0]
    said = decoded(sample, best)
    close = [n for n in order[1:] if ranked[n] * _CLEAR_LEAD > ranked[best] and decoded(sample, n) != said]
    return Decoded(data.decode(best), best, True, close[0] if close else None, min(1.0, ranked[best]))


def decoded(data: bytes, encoding: str) -> str | None:
    """The characters; None where the bytes are none in this encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _sample(data: bytes) -> bytes:
    """The lines that have bytes beyond ASCII, or what is around those in long ones: the rest says nothing."""
    pieces = list(_telling(data))
    return b"\n".join(pieces) if pieces else data[:_SAMPLE_BYTES]


def _telling(data: bytes) -> Iterator[bytes]:
    taken = 0
    for line in data.splitlines():
        high = _HIGH.findall(line)
        if not high:
            continue
        piece = line
        if len(line) > 4 * _CONTEXT and len(high) * 20 < len(line):
            spans = [(max(0, m.start() - _CONTEXT), m.end() + _CONTEXT) for m in _HIGH.finditer(line)]
            piece = b" ".join(
                line[line.rfind(b" ", 0, start) + 1 : _word_end(line, end)] for start, end in _merged(spans)
            )
        yield piece
        taken += len(piece)
        if taken > _SAMPLE_BYTES:
            return


def _word_end(line: bytes, at: int) -> int:
    end = line.find(b" ", at)
    return len(line) if end < 0 else end


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged = spans[:1]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


# --- whether characters stand where such characters stand ----------------------------------------------------


def _plausible(text: str) -> float:
    """The share of the characters beyond ASCII that are where they belong: letters in words of one script and so on."""
    good = bad = 0.0
    for at, character in enumerate(text):
        if character < "\x80":
            continue
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if _fits(character, before, after) and not _drops_case(text, at):
            good += 1
        else:
            bad += 1
        if before.isalpha() and character in _RAISED and not (character in _POWERS and before in _UNITS):
            bad += _ODD
    if len(text) > _ENOUGH and (good + bad) * _MUCH > len(text) and not _is_wordy(text):
        return 0.0
    return good / (good + bad) if good + bad else 1.0


def _is_wordy(text: str) -> bool:
    """Returns whether the text is mostly letters, digits and blanks, as text is and noise is not."""
    worded = sum(
        character.isalnum() or character.isspace() or unicodedata.combining(character) > 0 for character in text
    )
    return worded >= _WORDY * len(text)


def _fits(character: str, before: str, after: str) -> bool:
    category = unicodedata.category(character)
    if before == character == after:
        return False
    if character == "µ":
        return not before.isalpha()
    if category[0] == "L":
        if category == "Lu" and before.islower():
            return False
        return all(not near.isalpha() or _script(near) == _script(character) for near in (before, after))
    if category[0] == "M":
        return unicodedata.category(before or " ")[0] == "M" or (
            before.isalpha() and _script(character) in (_script(before), "COMBINING")
        )
    if character == "\u00a0" and (before.isspace() or after.isspace()):
        return False
    if character not in _AT_EDGES or (before.isalpha() and character in _NOT_AFTER_LETTERS):
        return False
    if after.isalpha() and character in _NOT_BEFORE_LETTERS:
        return False
    return not (before.isalpha() and after.isalpha()) or character in _WITHIN_WORDS


def _drops_case(text: str, at: int) -> bool:
    """Returns whether the character is a small letter after two capitals of its word."""
    return at > 1 and text[at].islower() and text[at - 1].isupper() and text[at - 2].isupper()


def _script(letter: str) -> str:
    """The first word of its name: LATIN, CYRILLIC; those that are written together in one word count as one."""
    script = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    return "CJK" if script in _TOGETHER else script


_TOGETHER = frozenset(
    ["CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH", "FULLWIDTH", "HANGUL", "IDEOGRAPHIC"]
)
