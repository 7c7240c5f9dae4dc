"""Quick necessary conditions of slow patterns: what they cannot match without stands in few texts.

Most patterns over words are long alternatives of words, of which a text has none. A sieve knows of each pattern some
literals of which a match has one, looks all of them up by their letters in threes at once, and leaves the few patterns
to be searched that may match. It never says no where a pattern would match; how often it says yes is only a matter of
speed.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import prod
from operator import itemgetter

# the trees and letters of the patterns are those that the interpreter's own compiler reads
from re import _casefix, _parser  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from threading import Lock
from typing import Any

_GRAM = 3
_MOST_SPELLINGS = 48
"""Texts that a part of a pattern may stand for, before it is cut."""
_MOST_WEIGHT = 1.0
_KEPT_TEXTS = 256
_SHARES = {
    **dict.fromkeys(" ", 0.18), **dict.fromkeys("e", 0.1), **dict.fromkeys("tainosr", 0.065),
    **dict.fromkeys("hldcum", 0.03), **dict.fromkeys("fpgwybv.,", 0.015), **dict.fromkeys("kxjqz0123456789", 0.004),
}  # fmt: skip
_SHARE_OF_OTHERS = 0.001
_USUAL = 300
"""Letters of a text."""
_SAME_CASE = {code: min(code, *others) for code, others in _casefix._EXTRA_CASES.items()}
Literals = frozenset[str]
_Place = tuple[str, int, int]
"""A literal, its sieve, and the place of its pattern there."""


def folded(text: str) -> str:
    """The text with one letter for all that are the same where a pattern disregards case."""
    low = text.lower()
    return low if low.isascii() else text.replace("İ", "i").lower().translate(_SAME_CASE)


class _Index:
    """The literals of all sieves by three of their letters, so that a text is looked through once for all of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_gram: dict[str, tuple[_Place, ...]] = {}
        self._short: tuple[_Place, ...] = ()
        self._sieves = 0
        self.find = lru_cache(maxsize=_KEPT_TEXTS)(self._find)

    def add(self, literals: Iterable[tuple[str, int]]) -> int:
        """Take in the literals of a sieve, each with the place of its pattern; returns the sieve's number."""
        with self._lock:
            # others may be reading
            by_gram, short = dict(self._by_gram), [*self._short]
            for literal, at in literals:
                place = (literal, self._sieves, at)
                if len(literal) < _GRAM:
                    short.append(place)
                else:
                    gram = _rarest(literal)
                    by_gram[gram] = (*by_gram.get(gram, ()), place)
            self._by_gram, self._short, self._sieves = by_gram, tuple(short), self._sieves + 1
            self.find.cache_clear()
            return self._sieves - 1

    def _find(self, text: str) -> dict[int, set[int]]:
        """Return the places of the patterns of which the text has a literal, by sieve."""
        seen, by_gram, short = folded(text), self._by_gram, self._short
        found: dict[int, set[int]] = {}
        for gram in by_gram.keys() & {seen[at : at + _GRAM] for at in range(len(seen) - _GRAM + 1)}:
            for literal, sieve, at in by_gram[gram]:
                if literal in seen:
                    found.setdefault(sieve, set()).add(at)
        is_ascii = seen.isascii()
        for literal, sieve, at in short:
            if not (is_ascii and not literal.isascii()) and literal in seen:
                found.setdefault(sieve, set()).add(at)
        return found


_INDEX = _Index()


class Sieve:
    """Of several patterns those that may match a text, in their order."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]):
        literals = [literals_of(pattern) for pattern in patterns]
        self._always = [at for at, told in enumerate(literals) if told is None]
        self._number = _INDEX.add((literal, at) for at, told in enumerate(literals) for literal in sorted(told or ()))

    def possible(self, text: str) -> Sequence[int]:
        """Return the places of the patterns that may match."""
        found = _INDEX.find(text).get(self._number)
        return sorted(found.union(self._always)) if found else self._always


class Sifted:
    """A pattern that is searched only where it may match."""

    def __init__(self, pattern: str, flags: int = 0):
        self._pattern = re.compile(pattern, flags)
        self._sieve = Sieve([self._pattern])

    def search(self, text: str) -> re.Match[str] | None:
        return self._pattern.search(text) if self._sieve.possible(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        return self._pattern.match(text) if self._sieve.possible(text) else None


def literals_of(pattern: re.Pattern[str]) -> Literals | None:
    """Folded texts of which each match has one, or what it looks ahead at; None where the pattern tells of none."""
    return _least(_read(_parser.parse(pattern.pattern, pattern.flags))[1])


def alternatives(pattern: str) -> list[str]:
    """The alternatives that a pattern consists of."""
    found, depth, in_set, at, start = [], 0, False, 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif in_set:
            in_set = sign != "]"
        elif sign == "[":
            in_set = True
            # a bracket that comes first closes nothing
            at += pattern.startswith("^", at + 1)
            at += pattern.startswith("]", at + 1)
        elif sign == "|" and not depth:
            found.append(pattern[start:at])
            start = at + 1
        depth += 0 if in_set or sign == "\\" else (sign == "(") - (sign == ")")
        at += 1
    return [*found, pattern[start:]]


def _read(tree: Iterable[tuple[Any, Any]]) -> tuple[Literals | None, list[Literals]]:
    """Spellings of a part of a pattern, where they are few; and sets of texts of which it has one each."""
    needed: list[Literals] = []
    whole: Literals | None = frozenset([""])
    run: Literals = frozenset([""])
    for kind, value in tree:
        exact, inner = _read_one(kind, value)
        needed += inner
        joined = None if exact is None else _joined(run, exact)
        if joined is not None:
            run = joined
            continue
        # the run is cut here
        needed.append(run)
        whole = None
        run = frozenset([""]) if exact is None else exact
    needed.append(run)
    return (run if whole is not None else None), needed


def _read_one(kind: Any, value: Any) -> tuple[Literals | None, list[Literals]]:
    if kind is op.LITERAL:
        return frozenset([folded(chr(value))]), []
    if kind is op.IN:
        signs = [sign for named, sign in value if named is op.LITERAL]
        is_told = len(signs) == len(value)
        return (frozenset(folded(chr(sign)) for sign in signs) if is_told else None), []
    if kind is op.SUBPATTERN:
        return _read(value[3])
    if kind is op.ATOMIC_GROUP:
        return _read(value)
    if kind is op.BRANCH:
        return _read_branches([_read(branch) for branch in value[1]])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, part = value
        exact, needed = _read(part)
        if least == 0:
            return (exact | {""} if exact is not None and most == 1 else None), []
        return (exact if least == most == 1 else None), needed
    if kind is op.ASSERT:
        return frozenset([""]), _read(value[1])[1]
    # a place takes no room
    return (frozenset([""]) if kind in (op.AT, op.ASSERT_NOT) else None), []


def _read_branches(parts: Sequence[tuple[Literals | None, list[Literals]]]) -> tuple[Literals | None, list[Literals]]:
    exacts = [exact for exact, _ in parts if exact is not None]
    if len(exacts) == len(parts) and sum(map(len, exacts)) <= _MOST_SPELLINGS:
        return frozenset().union(*exacts), []
    least = [_least(needed) for _, needed in parts]
    told = [one for one in least if one is not None]
    return None, [frozenset().union(*told)] if len(told) == len(parts) else []


def _joined(left: Literals, right: Literals) -> Literals | None:
    if len(left) * len(right) > _MOST_SPELLINGS:
        return None
    return frozenset(before + after for before in left for after in right)


def _least(needed: Iterable[Literals]) -> Literals | None:
    """Of these sets the one whose texts are the rarest; None where each has texts that most texts have."""
    weighed = ((sum(map(_weight, texts)), texts) for texts in needed if texts and all(texts))
    weight, texts = min(weighed, key=itemgetter(0), default=(_MOST_WEIGHT, None))
    return texts if weight < _MOST_WEIGHT else None


def _rarest(literal: str) -> str:
    """The three letters of it that the fewest texts have."""
    return min((literal[at : at + _GRAM] for at in range(len(literal) - _GRAM + 1)), key=_weight)


def _weight(literal: str) -> float:
    """About the share of texts that have it."""
    return min(1.0, _USUAL * prod(_SHARES.get(sign, _SHARE_OF_OTHERS) for sign in literal))
