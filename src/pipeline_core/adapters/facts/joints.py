"""The words between the items of a list: "and" says that all of them are meant, "or" that any is."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline_core.domain.languages import UNSPACED

_AND, _OR = 0, 1
# "and" and "or" of each language. They are few, and everything that a list of conditions says hangs on them.
_WORDS = {
    "en": ("and", "or"),
    "de": ("und|sowie", "oder"),
    "fr": ("et", "ou(?: bien)?"),
    "es": ("y|e", "o|u|o bien"),
    "it": ("e|ed", "o|od|oppure"),
    "pt": ("e", "ou"),
    "nl": ("en", "of"),
    "id": ("dan|serta", "atau"),
    "ms": ("dan|serta", "atau"),
    "ru": ("и", "или|либо"),
    "uk": ("і|й|та", "або|чи"),
    "el": ("και", "ή|είτε"),
    "pl": ("i|oraz", "lub|albo|bądź"),
    "cs": ("a", "nebo|anebo"),
    "sk": ("a", "alebo"),
    "hr": ("i|te", "ili"),
    "sl": ("in|ter", "ali"),
    "ro": ("și|şi", "sau|ori"),
    "sv": ("och|samt", "eller"),
    "da": ("og|samt", "eller"),
    "no": ("og|samt", "eller"),
    "fi": ("ja|sekä", "tai"),
    "hu": ("és|valamint", "vagy"),
    "tr": ("ve", "veya|ya da"),
    "vi": ("và", "hoặc"),
    "ca": ("i", "o"),
    "zh": ("并且|而且|以及|且|和|及", "或者|或"),
    "ja": ("かつ|および|及び|並びに", "または|又は|もしくは|若しくは"),
    "ko": ("그리고|및", "또는|혹은"),
    "ar": ("و", "أو"),
    "fa": ("و", "یا"),
    "he": ("וגם|וכן", "או"),
    "hi": ("और|तथा", "या|अथवा"),
}
_STOPS = r"[;,；，、،؛]"


@dataclass(frozen=True, slots=True)
class _Joints:
    ends: tuple[re.Pattern[str], re.Pattern[str]]
    either: str
    begins: re.Pattern[str]


@cache
def _joints(language: str) -> _Joints:
    """Return the patterns of the language; of one that has no words here they match nothing."""
    words = _WORDS.get(language, ("(?!)", "(?!)"))
    if not language:
        # any language, where a stop shows that the short word behind it joins
        words = ("|".join(row[_AND] for row in _WORDS.values()), "|".join(row[_OR] for row in _WORDS.values()))
    before = rf"{_STOPS}\s*" if language in UNSPACED or not language else rf"(?:{_STOPS}\s*|\s)"
    either = "|".join(words)
    both = rf"(?:/(?:{either}))?"
    # after the first items only: what begins with a capital is the item's own word
    begins = r"\s+(?=[^\W\d_A-ZÀ-ÖØ-ÞΑ-ΩА-Я])"
    ends = [re.compile(rf"{before}(?P<joint>(?:{word}){both})\s*{_STOPS}?\s*\Z", re.IGNORECASE) for word in words]
    return _Joints((ends[_AND], ends[_OR]), either, re.compile(rf"\A(?P<joint>(?:{either}){both}){begins}"))


def says_and(item: str, language: str) -> bool:
    """Return whether the item ends in the "and" that leads to the next one."""
    return _joints(language).ends[_AND].search(item) is not None


def says_or(item: str, language: str) -> bool:
    """Return whether the item ends in the "or" that leads to the next one."""
    return _joints(language).ends[_OR].search(item) is not None


def is_joint(line: str, language: str) -> bool:
    """Return whether a line between two items is the word between them and nothing else."""
    either = _joints(language).either
    return re.fullmatch(rf"(?:{either})(?:/(?:{either}))?", line.strip(" *_-–—.,;:()"), re.IGNORECASE) is not None


def joint_at_end(item: str, language: str) -> str:
    """The word that leads to the next item; "" where there is none."""
    found = next((match for end in _joints(language).ends if (match := end.search(item))), None)
    return found["joint"] if found else ""


def joint_at_start(item: str, language: str) -> str:
    """The word with which the item goes on from the one before; "" where there is none."""
    found = _joints(language).begins.match(item) if language and language not in UNSPACED else None
    return found["joint"] if found else ""


def without_joint(item: str, language: str) -> str:
    """The item without the mark and the conjunction that lead to the next one."""
    for pattern in _joints(language).ends:
        item = pattern.sub("", item)
    return item.rstrip(" ,;，；、،؛")


def without_first_joint(item: str, language: str) -> str:
    """The item without the conjunction that it begins with."""
    joint = joint_at_start(item, language)
    return item[len(joint) :].lstrip() if joint else item
