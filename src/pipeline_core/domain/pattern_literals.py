"""Literals of patterns: texts of which each match of a pattern has one, as far as the pattern tells."""

import re
from collections.abc import Iterable, Sequence
from math import prod
from operator import itemgetter

# the trees and letters of the patterns are those that the interpreter's own compiler reads
from re import _casefix, _parser  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

_MOST_SPELLINGS = 48
"""Texts that a part of a pattern may stand for, before it is cut."""
_MOST_WEIGHT = 1.0
_SHARES = {
    **dict.fromkeys(" ", 0.18), **dict.fromkeys("e", 0.1), **dict.fromkeys("tainosr", 0.065),
    **dict.fromkeys("hldcum", 0.03), **dict.fromkeys("fpgwybv.,", 0.015), **dict.fromkeys("kxjqz0123456789", 0.004),
}  # fmt: skip
_SHARE_OF_OTHERS = 0.001
_USUAL = 300
"""Letters of a text."""
_SAME_CASE = {code: min(code, *others) for code, others in _casefix._EXTRA_CASES.items()}
Literals = frozenset[str]


def folded(text: str) -> str:
    """The text with one letter for all that are the same where a pattern disregards case."""
    low = text.lower()
    return low if low.isascii() else text.replace("İ", "i").lower().translate(_SAME_CASE)


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
    weighed = ((sum(map(weight, texts)), texts) for texts in needed if texts and all(texts))
    least, texts = min(weighed, key=itemgetter(0), default=(_MOST_WEIGHT, None))
    return texts if least < _MOST_WEIGHT else None


def weight(literal: str) -> float:
    """About the share of texts that have it."""
    return min(1.0, _USUAL * prod(_SHARES.get(sign, _SHARE_OF_OTHERS) for sign in literal))
