"""Which 8-bit or East Asian encoding bytes are in: the one in which they say something in the letters of a language."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# What documents are in, each with what its score is multiplied by: of two that fit alike the commoner is taken.
_CANDIDATES = {
    **dict.fromkeys(("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256", "cp874"), 1.0),
    **dict.fromkeys(("gb18030", "big5hkscs", "cp932", "euc_jis_2004", "cp949", "euc_kr", "koi8-r", "koi8-u"), 1.0),
    **dict.fromkeys(("iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9"), 0.95),
    **dict.fromkeys(("iso8859-13", "iso8859-15", "iso8859-16"), 0.95),
    **dict.fromkeys(("mac-roman", "mac-latin2", "mac-cyrillic", "mac-greek", "mac-turkish"), 0.9),
    **dict.fromkeys(("cp866", "cp850", "cp852", "cp437", "cp857"), 0.9),
}
_SAMPLE_BYTES = 1 << 16
_CONTEXT = 80
_PLAUSIBLE = 0.75
"""Of the characters beyond ASCII, the share that must be where such characters stand, or the bytes are no text."""
_ENOUGH, _MUCH, _WORDY = 200, 5, 0.75
"""In more than so many characters, of which more than one in five is beyond ASCII, so many must be letters, digits or
blanks."""
_CLEAR_LEAD = 1.03
# The detector would believe a declaration, which whoever calls looked for already.
_MARKUP = re.compile(rb"<[^<>]{0,2000}>|charset|encoding", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]")

_AT_EDGES = frozenset(
    "„“”‚‘’«»‹›–—…•·§°€£¥¢©®™†‡±×÷¿¡№´`¹²³½¼¾ªº‰¶≤≥≠−→✓\u00a0\u00ad\u2010\u2011"
    "、。「」『』（）【】《》，：；！？％〜～・"
)
_WITHIN_WORDS = frozenset("’‘´·\u00ad–—-ªº")


@dataclass(frozen=True, slots=True)
class Guess:
    """The encoding, by Python's name. ``other``: another that fits about as well and reads differently."""

    encoding: str
    text: str
    other: str | None


def guess_encoding(data: bytes) -> Guess | None:
    """The likeliest encoding of text that is not UTF-8; None if the bytes are no text in any."""
    from chardet import detect_all

    sample = _MARKUP.sub(b" ", _sample(data))
    found = detect_all(
        sample, ignore_threshold=True, compat_names=False, include_encodings=_CANDIDATES, max_bytes=len(sample) + 1
    )
    ranked: dict[str, float] = {}
    for row in found:
        name = _SUPERSETS.get(str(row["encoding"]), str(row["encoding"]))
        said = _decoded(sample, name)
        share = _plausible(said) if said is not None else 0.0
        if share >= _PLAUSIBLE:
            score = float(row["confidence"]) * share**2 * _one_alphabet(said or "") * _CANDIDATES.get(name, 0.95)
            ranked[name] = max(score, ranked.get(name, 0.0))
    order = [name for name in sorted(ranked, key=lambda name: -ranked[name]) if _decoded(data, name) is not None]
    if not order:
        return None
    best = order[0]
    said = _decoded(sample, best)
    close = [n for n in order[1:] if ranked[n] * _CLEAR_LEAD > ranked[best] and _decoded(sample, n) != said]
    return Guess(best, data.decode(best), close[0] if close else None)


_SUPERSETS = {"iso8859-1": "cp1252", "euc_kr": "cp949", "tis-620": "cp874"}


def _decoded(data: bytes, encoding: str) -> str | None:
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
    good = bad = 0
    for at, character in enumerate(text):
        if character < "\x80":
            continue
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if _fits(character, before, after):
            good += 1
        else:
            bad += 1
    if len(text) > _ENOUGH and (good + bad) * _MUCH > len(text) and not _is_wordy(text):
        return 0.0
    return good / (good + bad) if good + bad else 1.0


def _is_wordy(text: str) -> bool:
    """Whether it has letters, digits and blanks in the main, as text does and noise does not."""
    worded = sum(
        character.isalnum() or character.isspace() or unicodedata.combining(character) > 0 for character in text
    )
    return worded >= _WORDY * len(text)


def _fits(character: str, before: str, after: str) -> bool:
    category = unicodedata.category(character)
    if before == character == after:
        return False
    if category[0] == "L":
        if category == "Lu" and before.islower() and not after.isupper():
            return False
        return all(not near.isalpha() or _script(near) == _script(character) for near in (before, after))
    if category[0] == "M":
        return unicodedata.category(before or " ")[0] == "M" or (
            before.isalpha() and _script(character) in (_script(before), "COMBINING")
        )
    if character not in _AT_EDGES:
        return False
    return not (before.isalpha() and after.isalpha()) or character in _WITHIN_WORDS


def _script(letter: str) -> str:
    """The first word of its name: LATIN, CYRILLIC; those that are written together in one word count as one."""
    script = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    return "CJK" if script in _TOGETHER else script


_TOGETHER = frozenset(
    ["CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH", "FULLWIDTH", "HANGUL", "IDEOGRAPHIC"]
)


# The letters beyond ASCII of languages with Latin letters: a text has those of one of them, nearly always.
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîșțşţ",  # Romanian
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņōŗšūž",  # Latvian
        "äöõüšž",  # Estonian
        "çğıöşüâîû",  # Turkish
        "äöüßé",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíñóúü",  # Spanish
        "áâãàçéêíóôõú",  # Portuguese
        "àèéìíòóùú",  # Italian
        "àçèéíïòóúü",  # Catalan
        "áàäéèëíïóòöúü",  # Dutch
        "åäöéæø",  # Swedish, Danish, Norwegian, Finnish
        "áæðéíóöúýþ",  # Icelandic
        "çë",  # Albanian
    )
)


def _one_alphabet(text: str) -> float:
    """From 0.6 to 1: the share of the Latin letters beyond ASCII that the best alphabet has."""
    letters = [c for c in text.lower() if "\x80" <= c < "\u0250" and c.isalpha()]
    if not letters:
        return 1.0
    best = max(sum(letter in alphabet for letter in letters) for alphabet in _ALPHABETS)
    return 0.6 + 0.4 * best / len(letters)
