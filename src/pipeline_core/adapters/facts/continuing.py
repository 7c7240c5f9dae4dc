"""Sentences that go on from another one with an "also" or "another" in their first words.

They may well stand alone, and are better said with the sentence before them or with the heading of their section.
"""

import re

_FIRST_WORDS = 8
_WORDS = {
    "en": r"also|another|same|further(?!more| education| training)|additional|still|likewise|too|others?(?! than)"
    r"|both(?!.* and )",
    "de": r"auch|ebenfalls|gleichfalls|andere[nrsm]?|weitere[nrsm]?|gleiche[nrsm]?|zusätzliche[nrsm]?"
    r"|beide[nr]?(?!.* und )",
    "fr": r"également|aussi(?! \w+ que)|autres?|mêmes?|encore",
    "es": r"también|asimismo|otr[oa]s?|mism[oa]s?|además",
    "it": r"anche|inoltre|altr[oaie]|stess[oaie]|ulterior[ei]",
    "pt": r"também|outr[oa]s?|mesm[oa]s?|ainda|além disso",
    "nl": r"ook|eveneens|andere|dezelfde|hetzelfde|verdere",
    "id": r"juga|lain(?:nya)?|sama",
    "ru": r"также|тоже|друг\w+|так(?:ой|ая|ое|ие) же",
    "el": r"επίσης|άλλ\w+|ίδι\w+|ακόμη",
    "pl": r"także|również|inn[yeai]\w*",
    "cs": r"také|rovněž|jin[ýéáí]\w*",
}
_SPACED = {code: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for code, words in _WORDS.items()}
_UNSPACED = {"zh": re.compile("^[^，。]{1,12}(?:也|还|同样)"), "ja": re.compile("^[^、。]{1,12}も(?:また)?")}


def continues(sentence: str, language: str) -> bool:
    """Return whether its first words add it to, or compare it with, something said before."""
    if language in _UNSPACED:
        return _UNSPACED[language].match(sentence) is not None
    pattern = _SPACED.get(language)
    match = pattern.search(sentence) if pattern else None
    return match is not None and sentence.count(" ", 0, match.start()) < _FIRST_WORDS
