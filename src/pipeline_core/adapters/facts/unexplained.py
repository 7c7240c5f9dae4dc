"""Sentences that speak of what only the text before them explains, whatever their first word is.

``leaning`` knows the openings that point back ("This", "However"). Here is what points back without pointing: a
definite thing without its complement ("The mechanism is based on …"), the rest of a set ("The other two clusters"), a
comparison without its second term ("is much lower."), a tie in the midst of the clause ("is therefore not specific"),
and a pronoun behind what is put in front ("For such sites, that is fine"). What goes on from another sentence with an
"also" or "another" may well stand alone, and is better said with that one or with the heading of its section.
"""

import re
from functools import cache

from pipeline_core.adapters.facts.self_named import with_name
from pipeline_core.adapters.facts.unexplained_words import LANGUAGES, Language

_UNSPACED = ("zh",)
# A tie is sought before the first pause: behind it stands another clause of the same sentence.
# Nor behind "and", where it ties the second verb to the first.
_CLAUSE = r"^(?:(?! (?:and|but|or|und|oder|et|ou|y|e|ed|o|en|of|dan|i|a|и|но|και)\b)[^,;:，；：—–]){2,90}?"
_BETWEEN = r"^[^,;:，；：]{3,70}, "


@cache
def _leaning(language: str) -> re.Pattern[str]:
    words = LANGUAGES.get(language, Language())
    begins = "|".join(filter(None, (words.rest, words.openings, words.resumed)))
    return re.compile(rf"^[\"“„«(]*(?:{begins or '(?!)'})|{words.compared or '(?!)'}")


@cache
def _tied(language: str) -> re.Pattern[str]:
    ties = LANGUAGES.get(language, Language()).ties or "(?!)"
    if language in _UNSPACED:
        return re.compile(f"^[^，。；]{{2,12}}(?:{ties})")
    return re.compile(rf"{_CLAUSE}(?<!\w)(?:{ties})(?!\w)|{_BETWEEN}(?:{ties}),")


@cache
def _definite(language: str) -> re.Pattern[str]:
    words = LANGUAGES.get(language, Language())
    if not words.heads:
        return re.compile("(?!)")
    goes_on = rf"(?= (?:{words.goes_on})(?!\w))" if words.goes_on else ""
    return re.compile(
        rf"(?:{words.before_noun})(?:(?:{words.vague}) ){{0,2}}(?P<head>{words.heads})(?![\w'’-])"
        rf"(?!,? (?:{words.complements})(?!\w))(?! \(|[:,]? [A-Z\d]){goes_on}"
    )


# "If he pays, then …": what follows is tied to its own sentence.
_ON_A_CONDITION = re.compile(
    r"(?:if|when|unless|once|wenn|falls|si|se|als|jika|bila|если|когда|αν|εάν|jeśli|pokud|ako|ha)\b|如果|若|当",
    re.IGNORECASE,
)


def is_unexplained(sentence: str, language: str) -> bool:
    """Return whether its clause is tied to another sentence, or takes a part or a comparison of its text."""
    sentence = with_name(sentence, language)
    if _leaning(language).search(sentence):
        return True
    return _tied(language).search(sentence) is not None and not _ON_A_CONDITION.match(sentence)


def unexplained_head(sentence: str, language: str) -> str:
    """The noun of the definite thing that it begins with, where nothing says of what; "" where there is none."""
    match = _definite(language).match(sentence)
    return match["head"] if match else ""


def introduces(before: str, head: str) -> bool:
    """Return whether the sentence before names it: "The Stability Mechanism …", later called "the mechanism"."""
    stem = head.casefold()[: max(4, len(head) - 2)]
    return stem in before.casefold()


_FIRST_WORDS = 8
_ADDS = {
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
_ADDED = {code: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for code, words in _ADDS.items()}
_ADDED_UNSPACED = {"zh": re.compile("^[^，。]{1,12}(?:也|还|同样)"), "ja": re.compile("^[^、。]{1,12}も(?:また)?")}


def continues(sentence: str, language: str) -> bool:
    """Return whether its first words add it to, or compare it with, something said before."""
    if language in _ADDED_UNSPACED:
        return _ADDED_UNSPACED[language].match(sentence) is not None
    pattern = _ADDED.get(language)
    match = pattern.search(sentence) if pattern else None
    return match is not None and sentence.count(" ", 0, match.start()) < _FIRST_WORDS
