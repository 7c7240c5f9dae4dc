"""An office file as prepared for xberg, and the check that its markdown has every word of it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted, listed


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of the file. ``place`` is where a reader finds it: ``slide 3``, ``a text box``."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The file's bytes, what had to be said about it, and what its markdown has to say."""

    data: bytes
    findings: tuple[Finding, ...] = ()
    passages: tuple[Passage, ...] = ()


def unread_markup(part: str) -> Finding:
    """The finding about a part that is not well-formed XML, so that nobody knows what it strikes out or hides."""
    return Finding(
        "unread_markup",
        Severity.CRITICAL,
        f"The markup of {part} is not well-formed, so text that is struck out, hidden or moved may be in the "
        "result. Open the file in the program that made it, save it again and upload that.",
        {"part": part},
    )


_MARKS = re.compile(r"[*_~^\\\ufdd0-\ufdef\u00ad\u200b\u2060]")
_TARGET = re.compile(r"\]\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)?\)")
_WORD = re.compile(r"[^\W_]+")
_NAMED = 8
_KEPT = 100
_MOST_LOOKED_FOR = 1_000
"""So many lookups in a long text take seconds; a file that lacks more words than that has lost them."""
_LONG_WORD = 6
_LONG_ENOUGH = 12


def missing_words(passages: Iterable[Passage], markdown: str) -> Finding | None:
    """The finding about words of the passages that the markdown does not have, or has less often."""
    passages = [passage for passage in passages if passage.text.strip()]
    markdown = _TARGET.sub("]", markdown)
    there = Counter(_words(markdown))
    wanted = Counter(word for passage in passages for word in _words(passage.text))
    short = wanted - there
    if not short:
        return None
    letters = _letters(markdown)
    candidates = islice((word for word in short if not there[word] and len(word) >= _LONG_WORD), _MOST_LOOKED_FOR)
    for word in [word for word in candidates if word in letters]:
        del short[word]  # a link begins within it
    lost: dict[str, list[str]] = {}
    looked_for = 0
    for passage in passages:
        if short.keys().isdisjoint(words := _words(passage.text)):
            continue
        looked_for += 1
        # words may be parted elsewhere: a passage whose letters stand together is there
        if looked_for <= _MOST_LOOKED_FOR and _stands(passage.text, letters):
            continue
        for word in words:
            if short[word] > 0:
                short[word] -= 1
                lost.setdefault(passage.place, []).append(word)
    return _finding(lost) if lost else None


def _finding(lost: dict[str, list[str]]) -> Finding:
    count = sum(map(len, lost.values()))
    places = [f"{place}: {listed([f'“{word}”' for word in words], _NAMED)}" for place, words in lost.items()]
    return Finding(
        "text_missing_from_markdown",
        Severity.WARNING,
        f"{counted(count, 'word')} of the file {'is' if count == 1 else 'are'} not in the result. "
        f"{'; '.join(places[:_NAMED])}{f'; and {len(places) - _NAMED} more places' if len(places) > _NAMED else ''}. "
        "Compare these places with the original.",
        {"words": [word for words in lost.values() for word in words][:_KEPT], "places": list(lost)[:_KEPT]},
    )


def _words(text: str) -> Sequence[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", _MARKS.sub("", text)).casefold())


def _stands(text: str, letters: str) -> bool:
    """Few letters stand somewhere by chance: only longer passages are looked for."""
    wanted = _letters(text)
    return len(wanted) >= _LONG_ENOUGH and wanted in letters


def _letters(text: str) -> str:
    return "".join(_words(text))
