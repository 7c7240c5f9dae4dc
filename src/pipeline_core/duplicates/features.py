"""Features by which texts are compared, word by word."""

import re
from collections import Counter
from dataclasses import dataclass

from pipeline_core.domain.number_words import with_digits
from pipeline_core.domain.same_words import plainly_spelled
from pipeline_core.domain.text import negations_in, normalise_for_match, numbers_in
from pipeline_core.duplicates.differences import Marks, marks_of

# The month, where it is no first word: "may" is a word without content.
_MAY = re.compile(r"(?<![.!?:] )(?<!^)\bMay\b|\bMay(?= \d)")
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b[^\W\d_a-z][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Features:
    """``words`` are distinct and in order; ``names`` are the capitalised words within sentences, normalised."""

    text: str
    words: tuple[str, ...]
    numbers: Counter[str]
    negations: int
    names: frozenset[str]
    marks: Marks


def features(text: str) -> Features:
    """Everything about one text that a comparison needs, computed once."""
    normalised = normalise_for_match(text)
    words = normalise_for_match(_MAY.sub("May-month", text)).split() if "May" in text else normalised.split()
    numbers = Counter(numbers_in(with_digits(" ".join(plainly_spelled(text).split()))))
    names = frozenset(word for name in _NAME.findall(text) for word in normalise_for_match(name).split())
    return Features(normalised, tuple(dict.fromkeys(words)), numbers, len(negations_in(text)), names, marks_of(text))
