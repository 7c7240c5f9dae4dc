"""Guesses the language of a text from its script and, where languages share a script, from its letters: pure.

Codes are those of ISO 639-1; "" means unknown, which may be any language.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("pa", re.compile("[\u0a00-\u0a7f]")),
    ("gu", re.compile("[\u0a80-\u0aff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("kn", re.compile("[\u0c80-\u0cff]")),
    ("ml", re.compile("[\u0d00-\u0d7f]")),
    ("am", re.compile("[\u1200-\u137f]")),
    # scripts of several languages
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("latin", re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")),
)
_NAMES = tuple(name for name, _ in _SCRIPTS)
_LATIN = re.compile("[a-z]")
_SHARED_SCRIPTS = frozenset({"cyrillic", "arabic", "devanagari", "latin"})
# The languages that are told apart: of rarer ones each is taken for another too easily.
_KNOWN = (
    "en de fr es pt gl ca it ro nl af da no sv is fi et hu pl cs sk sl hr lt lv tr id vi sq eu cy ga mt sw tl "
    "ru uk be bg mk sr ar fa ur hi mr ne"
)
_SAMPLE = 4000
_SAMPLES = 10
_SURE = 0.95
"""Probability from which a guess counts, as measured (docs/duplicates.md)."""
_MOST = 0.8
"""A document whose chunks agree to this share is in one language."""
_LIKELY = 0.6
_LONG = 600
"""From this many characters a part may be in another language than the document."""
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
"""Languages that write no blanks between words."""


def guess_language(text: str, *, sure: float = _SURE) -> str:
    """The language that most of the text is clearly in; "" where none is, as in few words or in figures."""
    sample = text[:_SAMPLE].lower()
    if sample.isascii():
        return _of_shared_script(sample, sure) if _LATIN.search(sample) else ""
    found = _letters_by_script(sample)
    # two of these say what several letters of an alphabet do
    weighed = {name: count * (3 if name in {"zh", "ja", "ko"} else 1) for name, count in found.items()}
    script = max(weighed, key=weighed.__getitem__)
    if not weighed[script]:
        return ""
    if script == "zh" and found["ja"] * 10 > found["zh"]:
        script = "ja"
    return _of_shared_script(sample, sure) if script in _SHARED_SCRIPTS else script


def _letters_by_script(text: str) -> dict[str, int]:
    found = dict.fromkeys(_NAMES, 0)
    for char, count in Counter(text).items():
        if script := _script_of(char):
            found[script] += count
    return found


@lru_cache(maxsize=1 << 12)
def _script_of(char: str) -> str:
    return next((name for name, pattern in _SCRIPTS if pattern.match(char)), "")


def _of_shared_script(sample: str, sure: float) -> str:
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= sure else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # its model takes a moment to load
    from pipeline_core.domain.language_scores import QuickIdentifier

    return QuickIdentifier.of(_KNOWN.split())


def likely_language(text: str) -> str:
    """The language of a text that is all there is of its document, so that a likely one must do."""
    return guess_language(text, sure=_LIKELY)


def languages_of(texts: Sequence[str]) -> list[str]:
    """The language of each part of one document or question bank.

    That of the whole, which a short text does not tell by itself, but for long parts that are clearly in another; in a
    text of several languages, each part's own.
    """
    own = [guess_language(text) for text in texts]
    whole = _prevailing(zip(own, texts, strict=True)) or (guess_language("\n".join(texts)) if not any(own) else "")
    if not whole:
        return own
    return [
        code if code not in ("", whole) and _is_clearly(code, text) else whole
        for code, text in zip(own, texts, strict=True)
    ]


def _is_clearly(code: str, text: str) -> bool:
    """Returns whether a long text is in this language throughout: names and code are taken for any language."""
    third = len(text) // 3
    return len(text) >= _LONG and all(guess_language(text[at : at + third]) == code for at in (0, third, 2 * third))


def language_of(texts: Sequence[str]) -> str:
    """The language of a document by samples from all over it; "" where it cannot be told."""
    step = max(1, len(texts) // _SAMPLES)
    return guess_language("\n".join(text[: _SAMPLE // _SAMPLES] for text in texts[::step]))


def _prevailing(parts: Iterable[tuple[str, str]]) -> str:
    lengths: Counter[str] = Counter()
    for code, text in parts:
        if code:
            lengths[code] += len(text)
    [(best, most)] = lengths.most_common(1) or [("", 0)]
    return best if most >= _MOST * lengths.total() else ""


def may_be_one(left: str, right: str) -> bool:
    """Returns whether texts with these languages can say the same in the same language."""
    return not left or not right or left == right
