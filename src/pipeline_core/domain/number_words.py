"""Numbers that English writes out: ``two hundred and fifty days``, ``twice a year``, ``half of it``, ``the third day``.

A word counts only where it is a number: ``once`` is none in "once the form is in", ``one`` none in "no one", ``third``
none in "third party", ``half`` none in "the first half". Pure, and linear in the length of the text.
"""

import re
from collections.abc import Iterator, Sequence

_FROM_ONE = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen
    """.split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUES = {
    "zero": 0,
    **{word: value for value, word in enumerate(_FROM_ONE, start=1)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        """
        third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
        seventeenth eighteenth nineteenth twentieth
        """.split(),  # noqa: SIM905
        start=3,
    )
}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_WORDS = frozenset({*_VALUES, *_SCALES, *_ORDINALS, *_TIMES, "half", "quarter", "quarters", "thirds"})

_WORD = "|".join([*_VALUES, *_SCALES])
_MEASURED = (
    r"(?:calendar |business |working )?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|times?"
    r"|per ?cent|dollars?|euros?|pounds?|cents?|met(?:er|re)s?|kilomet(?:er|re)s?|miles?|feet|inch(?:es)?|grams?"
    r"|kilograms?|lit(?:er|re)s?|tons?|tonnes?)\b"
)
_PERIOD = "second|minute|hour|day|night|week|fortnight|month|quarter|season|term|year|decade|century|lifetime|shift"
_NUMBERED = "chapter|part|section|phase|step|level|type|stage|class|tier|article|page|zone|schedule|annex|appendix"
_NUMBER = re.compile(
    r"\b(?P<dozen>half a dozen)\b"
    r"|\b(?P<quarters>a|one|three)[ -]quarters?\b(?= (?:of|past|to|hour|mile|inch|million)\b)"
    r"|\b(?P<thirds>a|one|two)[ -]thirds?\b(?= (?:of|less|more|lower|higher)\b|[.,;:)]|\Z)"
    # "5 million" and "2.5 thousand" are read with their digits
    rf"|(?<!\d )(?<!\d-)\b(?P<run>(?:a (?={'|'.join(_SCALES)}))?(?:{_WORD})"
    rf"(?:(?: and |[ -])(?:{_WORD}))*)\b(?P<half> and a half\b)?(?P<measured>[ -](?:{_MEASURED}))?"
    rf"|\b(?P<numbered>(?:{_NUMBERED}) )one\b"
    r"|\b(?P<times>twice|thrice)\b"
    # how often, not when
    r"|(?P<least>\b(?:least|most|only|just|exactly|than|or) )?(?<!\bat )\bonce\b"
    rf"(?P<often>(?= (?:an? (?:[a-z-]+ )?(?:{_PERIOD})|per"
    r"|each|every|in (?:an?|every|each|\d+)|daily|weekly|monthly|quarterly|yearly|annually)\b"
    r"| or twice\b|[.;!?)]|\Z))?"
    r"|(?<!first )(?<!second )(?<!other )(?<!last )(?<!latter )(?<!former )(?<!upper )(?<!lower )\b(?P<mid>half)\b(?!-)"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\b(?! (?:part(?:y|ies)|person)\b)",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"[ -]")
_LETTERS = re.compile(r"[a-z]+")


def with_digits(text: str) -> str:
    """The text with its numbers in digits: ``5 days`` for ``five days``, ``2 times a year`` for ``twice a year``."""
    if _WORDS.isdisjoint(_LETTERS.findall(text.lower())):
        return text
    return _NUMBER.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    if match["run"]:
        return _run(match)
    if match["times"]:
        return f"{_TIMES[match['times'].lower()]} times"
    if match["dozen"]:
        return "6"
    if match["mid"]:
        return "0.5"
    if match["quarters"]:
        return "0.75" if match["quarters"].lower() == "three" else "0.25"
    if match["thirds"]:
        return "2/3" if match["thirds"].lower() == "two" else "1/3"
    if match["ordinal"]:
        return f"{_ORDINALS[match['ordinal'].lower()]}th"
    if match["numbered"]:
        return f"{match['numbered']}1"
    if match["least"] is not None or match["often"] is not None:
        return f"{match['least'] or ''}1 time"
    return match[0]


def _run(match: re.Match[str]) -> str:
    words = _SPLIT.split(match["run"].lower())
    behind = match["measured"] or ""
    if words == ["one"] and not behind and not match["half"]:
        return match[0]
    if words[0] == "a":
        del words[0]
    numbers = [str(value) if isinstance(value, int) else value for value in _read(words)]
    if match["half"] and numbers[-1].isdigit():
        numbers[-1] += ".5"
    return " ".join(numbers) + behind


def _read(words: Sequence[str]) -> Iterator[int | str]:
    """The numbers that the words say, in order: "two hundred and five" is one, "two and three" are two."""
    total = group = 0
    last = ""
    for at, word in enumerate(words):
        kind = _kind(word)
        if kind == "word":
            if not (word == "and" and last in ("hundred", "scale")):
                yield from [total + group] * bool(last)
                yield word
                total, group, last = 0, 0, ""
            continue
        if last and not _follows(kind, last, group):
            yield total + group
            total = group = 0
            last = ""
        if kind in ("unit", "teen", "tens"):
            group += _VALUES[word]
        elif word == "hundred" or word == "dozen":
            group = max(group, 1) * _SCALES[word]
        else:
            total += max(group, 1) * _SCALES[word]
            group = 0
        last = kind
        if at == len(words) - 1:
            yield total + group


def _kind(word: str) -> str:
    if word in ("hundred", "dozen"):
        return word
    if word in _SCALES:
        return "scale"
    value = _VALUES.get(word)
    if value is None:
        return "word"
    return "unit" if 0 < value < 10 else "tens" if value % 10 == 0 and value > 10 else "teen"


def _follows(kind: str, last: str, group: int) -> bool:
    """Returns whether a word of this kind continues the number."""
    if kind == "unit":
        return last in ("tens", "hundred", "scale")
    if kind in ("teen", "tens"):
        return last in ("hundred", "scale")
    if kind in ("hundred", "dozen"):
        return last in ("unit", "teen", "tens") and group < 100
    return last in ("unit", "teen", "tens", "hundred")
