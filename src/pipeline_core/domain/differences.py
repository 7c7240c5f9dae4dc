"""The ways in which two near-duplicates differ, in a reviewer's words, and the groups that pairs are shown in."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple


class PairGroup(StrEnum):
    """In what a pair differs, coarsely: the first that fits is what a person has to look for."""

    NUMBER = "number"
    NEGATION = "negation"
    SIGN = "sign"
    CODE = "code"
    LABEL = "label"
    NAME = "name"
    ANSWER = "answer"
    WORDS = "words"
    SPELLING = "spelling"
    """In nothing of weight: in letters, in the order of the words, or in words that mean little by themselves."""


class Difference(NamedTuple):
    """One way to differ: as a reviewer is told of it, and its group."""

    told: str
    group: PairGroup


# by the flags of a pair's reasons
DIFFERENCES: Mapping[str, Difference] = {
    "number": Difference("other numbers", PairGroup.NUMBER),
    "number_missing": Difference("a number that only one of them has", PairGroup.NUMBER),
    "negation": Difference("only one of them is negated", PairGroup.NEGATION),
    "polarity": Difference("opposite words", PairGroup.NEGATION),
    "sign": Difference("different signs, or units and abbreviations in different letters", PairGroup.SIGN),
    "sign_missing": Difference("a sign that only one of them has", PairGroup.SIGN),
    "code": Difference("different codes or abbreviations", PairGroup.CODE),
    "key": Difference("different labels before the colon", PairGroup.LABEL),
    "key_missing": Difference("only one of them begins with a label and a colon", PairGroup.LABEL),
    "name": Difference("other names", PairGroup.NAME),
    "answer": Difference("other answers", PairGroup.ANSWER),
    "corrected": Difference("the same question with a different answer", PairGroup.ANSWER),
    "words": Difference("other words", PairGroup.WORDS),
    "more_words": Difference("one says more", PairGroup.WORDS),
    "no_vector": Difference("not compared by meaning: one was embedded by another model", PairGroup.SPELLING),
}


def told(flags: Collection[str]) -> list[str]:
    """The differences in a reviewer's words."""
    return [DIFFERENCES[flag].told for flag in flags]


def group_of_flags(flags: Collection[str]) -> PairGroup:
    """The first of the groups of these differences; without any, that of what hardly differs."""
    found = {DIFFERENCES[flag].group for flag in flags}
    return next((group for group in PairGroup if group in found), PairGroup.SPELLING)
