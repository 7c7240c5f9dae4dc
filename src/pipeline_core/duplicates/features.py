"""Features by which texts are compared: words, numbers, signs, units, codes and keys."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_core.domain.number_words import with_digits
from pipeline_core.domain.same_words import plainly_spelled, signs_in, strict_form
from pipeline_core.domain.text import negations_in, normalise_for_match, numbers_in

_LETTERS = re.compile(r"[^\W\d_]+")
_FEW = 5
_NUMBERED = re.compile(r"\s*(?:Q(?:uestion)? ?)?\d+[.):–-]+ +(?=\S)", re.IGNORECASE)
_KEY = re.compile(r"\s*(\S[^:\n]{0,79}?):\s")
_MOST_WORDS_OF_A_KEY = 6
# LX-2204, B12, 4WD, ISO-9001/2; what is only a number is among the numbers
_CODE = re.compile(r"\b(?=[\w./-]*\d)(?=[\w./-]*[^\W\d_])\w+(?:[./-]\w+)*")
_UNIT_BEHIND = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]{1,4}")
_TIME = re.compile(r"\d+(?:st|nd|rd|th|s|am|pm)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marks:
    """``capitals`` are the words that keep their capitals (units, abbreviations, codes), by their small letters.

    ``tells_by_case``: it is neither all in small letters, nor all in capitals, nor with a capital for every word.
    ``key`` is what stands before the colon of a row, ``KW: 42``; "" where there is none.
    """

    signs: Counter[str]
    capitals: dict[str, str]
    tells_by_case: bool
    words: frozenset[str]
    codes: frozenset[str]
    key: str


def marks_of(text: str) -> Marks:
    form = strict_form(text)
    capitals = {token.lower(): token for token in form.split() if token.lower() != token}
    return Marks(
        Counter(signs_in(form)),
        capitals,
        _tells_by_case(text),
        frozenset(form.lower().split()),
        frozenset(_codes(text)),
        _key_of(text),
    )


def _tells_by_case(text: str) -> bool:
    words = [word for word in _LETTERS.findall(text) if len(word) > 1]
    small = sum(map(str.islower, words))
    return text != text.lower() and small * _FEW > len(words)


def _codes(text: str) -> Iterator[str]:
    for match in _CODE.finditer(text):
        if not (_UNIT_BEHIND.fullmatch(match[0]) or _TIME.fullmatch(match[0])):
            yield strict_form(match[0]).lower()


def _key_of(text: str) -> str:
    numbered = _NUMBERED.match(text)
    match = _KEY.match(text, numbered.end() if numbered else 0)
    if match is None or len(match[1].split()) > _MOST_WORDS_OF_A_KEY:
        return ""
    return strict_form(match[1])


def differences(left: Marks, right: Marks) -> Iterator[str]:
    """The flags of what differs; ``APART`` has those that no two texts of the same fact can differ in."""
    more, fewer = left.signs - right.signs, right.signs - left.signs
    if (more and fewer) or _cases_differ(left, right):
        yield "sign"
    elif more or fewer:
        yield "sign_missing"
    if left.key and right.key and left.key != right.key:
        yield "key"
    elif left.key != right.key:
        yield "key_missing"
    if left.codes != right.codes or _abbreviations_differ(left, right):
        yield "code"


def _cases_differ(left: Marks, right: Marks) -> bool:
    """3 MW and 3 mW, CO and Co: the same letters, of which one side has capitals that say something else."""
    both = left.capitals.keys() & right.capitals.keys()
    if any(left.capitals[word] != right.capitals[word] for word in both):
        return True
    if not (left.tells_by_case and right.tells_by_case):
        return False
    return bool((left.capitals.keys() - both) & right.words or (right.capitals.keys() - both) & left.words)


def _abbreviations_differ(left: Marks, right: Marks) -> bool:
    """Each side has an abbreviation that the other lacks, in any letters: KW and KWP."""
    if not (left.tells_by_case and right.tells_by_case):
        return False
    return bool(left.capitals.keys() - right.words) and bool(right.capitals.keys() - left.words)


# The month, where it is no first word: "may" is a word without content.
_MAY = re.compile(r"(?<![.!?:] )(?<!^)\bMay\b|\bMay(?= \d)")
_PROPER_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b[^\W\d_a-z][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Features:
    """``words`` are distinct and in order; ``names`` are the capitalised words within sentences, normalised."""

    text: str
    words: tuple[str, ...]
    numbers: Counter[str]
    negations: int
    names: frozenset[str]
    marks: Marks


def features(text: str) -> Features:
    """Everything about one text that a comparison needs, computed once."""
    normalised = normalise_for_match(text)
    words = normalise_for_match(_MAY.sub("May-month", text)).split() if "May" in text else normalised.split()
    numbers = Counter(numbers_in(with_digits(" ".join(plainly_spelled(text).split()))))
    names = frozenset(word for name in _PROPER_NAME.findall(text) for word in normalise_for_match(name).split())
    return Features(normalised, tuple(dict.fromkeys(words)), numbers, len(negations_in(text)), names, marks_of(text))
