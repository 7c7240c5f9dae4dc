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


class PairFlag(StrEnum):
    """In what a pair differs, finely."""

    NUMBER = "number"
    NUMBER_MISSING = "number_missing"
    NEGATION = "negation"
    POLARITY = "polarity"
    SIGN = "sign"
    SIGN_MISSING = "sign_missing"
    CODE = "code"
    KEY = "key"
    KEY_MISSING = "key_missing"
    NAME = "name"
    ANSWER = "answer"
    CORRECTED = "corrected"
    WORDS = "words"
    MORE_WORDS = "more_words"
    NO_VECTOR = "no_vector"


class PairMethod(StrEnum):
    """The way in which a pair was found."""

    EXACT = "exact"
    """By the same words."""
    TRIGRAM = "trigram"
    """By letters."""
    SCORED = "scored"
    """By words and meaning."""


class Difference(NamedTuple):
    """One way to differ: as a reviewer is told of it, and its group."""

    told: str
    group: PairGroup


DIFFERENCES: Mapping[str, Difference] = {
    PairFlag.NUMBER: Difference("other numbers", PairGroup.NUMBER),
    PairFlag.NUMBER_MISSING: Difference("a number that only one of them has", PairGroup.NUMBER),
    PairFlag.NEGATION: Difference("only one of them is negated", PairGroup.NEGATION),
    PairFlag.POLARITY: Difference("opposite words", PairGroup.NEGATION),
    PairFlag.SIGN: Difference("different signs, or units and abbreviations in different letters", PairGroup.SIGN),
    PairFlag.SIGN_MISSING: Difference("a sign that only one of them has", PairGroup.SIGN),
    PairFlag.CODE: Difference("different codes or abbreviations", PairGroup.CODE),
    PairFlag.KEY: Difference("different labels before the colon", PairGroup.LABEL),
    PairFlag.KEY_MISSING: Difference("only one of them begins with a label and a colon", PairGroup.LABEL),
    PairFlag.NAME: Difference("other names", PairGroup.NAME),
    PairFlag.ANSWER: Difference("other answers", PairGroup.ANSWER),
    PairFlag.CORRECTED: Difference("the same question with a different answer", PairGroup.ANSWER),
    PairFlag.WORDS: Difference("other words", PairGroup.WORDS),
    PairFlag.MORE_WORDS: Difference("one says more", PairGroup.WORDS),
    PairFlag.NO_VECTOR: Difference("not compared by meaning: one was embedded by another model", PairGroup.SPELLING),
}


def told(flags: Collection[str]) -> list[str]:
    """The differences in a reviewer's words."""
    return [DIFFERENCES[flag].told for flag in flags]


def group_of_flags(flags: Collection[str]) -> PairGroup:
    """The first of the groups of these differences; without any, that of what hardly differs."""
    found = {DIFFERENCES[flag].group for flag in flags}
    return next((group for group in PairGroup if group in found), PairGroup.SPELLING)
