"""Traits of a fact that follow from its words alone, whichever generator found it."""

import re
from collections.abc import Mapping

from pipeline_core.domain.confidence import FLAGS_OF, KINDS
from pipeline_core.domain.wording_traits import wording_traits

# each kind by the mark that its quote has in markdown
_ROW = re.compile(r"^\s*\||\S \| \S")
_ITEM = re.compile(r"^\s*(?:[-*+•▪‣–]|\d{1,3}[.)]|[a-z]\))\s")
_LABEL = re.compile(r"^\W{0,4}[^\W\d_][^:.!?。：\n]{0,60}[:：]\W{0,4}\s\S[^.!?。]*$")
# a capital at its head or inside, or letters with a digit
_NAME = re.compile(r"^\W*(?:[^\W\d_a-z]|\w*[A-Z]|[^\W\d_]+\d)")
# a first word that is no mere word with a capital: "NumPy", "scipy.stats", "C5"
_NAME_AT_HEAD = re.compile(r"\W*\w+[A-Z_.\d]\w*")
# definite articles; German nouns have capitals, so that they count as names
# not "a", which is Portuguese and English
_ARTICLES = frozenset(
    {
        *("the", "le", "la", "les", "l", "el", "los", "las", "lo", "il", "gli", "os"),
        *("der", "die", "das", "het", "den", "det"),
    }
)
_BEGINNING = 5
_WORD = re.compile(r"[^\W_]+")
# How much of a word a letter is, by script, so that a sentence has about as many words as what it says has in English:
# some scripts put no space between words, some write no vowels, some of their languages have no articles.
_WORDS_IN_A_LETTER = (
    (0.6, re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")),  # Chinese
    (0.3, re.compile(r"[\u3040-\u30ff]")),  # Japanese syllables
    (0.42, re.compile(r"[\uac00-\ud7af]")),  # Korean
    (0.22, re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")),  # Thai, Lao, Burmese, Khmer
    (0.25, re.compile(r"[\u0590-\u06ff\u0900-\u0d7f]")),  # Hebrew, Arabic, those of India
    (0.22, re.compile(r"[\u0400-\u04ff]")),  # Cyrillic
    (0.18, re.compile(r"[A-Za-z\u00c0-\u03ff\u1e00-\u1fff]")),  # Latin, Greek
)
_WORDS_IN_A_LATIN_LETTER = _WORDS_IN_A_LETTER[-1][0]
_ASCII = bytes(range(128))
_DIGITS = b"0123456789"
_NO_LETTERS = bytes(code for code in _ASCII if not chr(code).isalpha())
_NO_LETTER_OR_DIGIT = bytes(code for code in _ASCII if not chr(code).isalnum())
_BLANK_BETWEEN_WORDS = bytes(code if chr(code).isalnum() else 32 for code in _ASCII) + bytes(range(128, 256))
_CLOSING = "\"'”’»›“‘)]}*_`|> \t\n"
_ENDS = frozenset(".!?…。！？．؟۔।။።")
_SENTENCES = frozenset({"prose", "item"})


def statement_traits(statement: str, quote: str, said: Mapping[str, float]) -> dict[str, float]:
    """The traits of the words; ``said`` are those that the generator knows, and they go before."""
    named = next((name for name in KINDS if said.get(name)), None)
    kind = named or _kind(quote)
    seen = {
        **{name: float(name == kind) for name in KINDS},
        **dict.fromkeys(FLAGS_OF[named] if named else (), 0.0),
        "words": float(count_words(statement)),
        "digits": _share_of_digits(statement),
        **wording_traits(statement),
    }
    if kind == "row":
        # a row's name and its cells look like an entry
        seen["entry"] = 0.0
        seen["unnamed_cells"] = _unnamed(statement)
    if kind in _SENTENCES:
        seen["names"] = float(any(map(_NAME.search, statement.split()[1:])))
        seen["definite"] = float(_begins_unnamed(statement))
        if kind == "prose" and _has_capital(statement):
            # items go on from their lead-ins; a script without capitals marks no names
            seen["name_first"] = float(_begins_with_name(statement))
        seen |= {"begins_well": float(_begins_well(statement)), "ends_well": float(_ends_well(statement))}
    return {**seen, **said}


def _unnamed(statement: str) -> float:
    """Of what a row says behind its key, the share that is a mere value: "Kale – 3; Price: 2" has one of two."""
    _, found, cells = statement.rpartition(" – ")
    if not found:
        _, _, cells = statement.partition(": ")
    parts = [part for part in cells.split("; ") if part.strip()]
    return _share(sum(": " not in part for part in parts), len(parts))


def _begins_unnamed(statement: str) -> bool:
    """Returns whether it begins with an article, and none of the next words is a name: "The library integrates …"."""
    first, *others = statement.split()[:_BEGINNING] or [""]
    article = first.casefold().partition("'")[0].partition("’")[0]
    return article in _ARTICLES and not any(map(_NAME.search, others))


def _begins_with_name(statement: str) -> bool:
    """Returns whether a name is among its first words: "In Ada, tasks …", "NumPy has …"; an initial capital is none."""
    first, *others = statement.split()[:_BEGINNING] or [""]
    return _NAME_AT_HEAD.match(first) is not None or any(c.isupper() for word in others for c in word)


def _kind(quote: str) -> str:
    if _ROW.search(quote):
        return "row"
    if _ITEM.match(quote):
        return "item"
    return "label" if _LABEL.match(quote) else "prose"


def count_words(text: str) -> int:
    """Its words: as many as it has, or as its letters are worth where its language makes few of them."""
    if text.isascii():
        signs = text.encode()
        # what parts words becomes a blank
        written = len(signs.translate(_BLANK_BETWEEN_WORDS).split())
        return max(written, round(_WORDS_IN_A_LATIN_LETTER * len(signs.translate(None, _NO_LETTERS))))
    written = len(_WORD.findall(text))
    return max(written, round(sum(worth * len(script.findall(text)) for worth, script in _WORDS_IN_A_LETTER)))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole > 0 else 0.0


def _share_of_digits(statement: str) -> float:
    if statement.isascii():
        letters = statement.encode().translate(None, _NO_LETTER_OR_DIGIT)
        return _share(len(letters) - len(letters.translate(None, _DIGITS)), len(letters))
    return _share(sum(c.isdigit() for c in statement), sum(c.isalnum() for c in statement))


def _has_capital(statement: str) -> bool:
    return statement.lower() != statement if statement.isascii() else any(c.isupper() for c in statement)


def _begins_well(statement: str) -> bool:
    """With a capital, a digit, or a letter of a script without capitals."""
    first = next((c for c in statement if c.isalnum()), "")
    return bool(first) and (first.isdigit() or not first.islower())


def _ends_well(statement: str) -> bool:
    return statement.rstrip(_CLOSING)[-1:] in _ENDS
