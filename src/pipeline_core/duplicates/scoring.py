"""Similarity of two texts' meaning: one score between them, and reasons that a reviewer understands.

S = .3 ratio + .2 soft + .5 cosine - .15 sub - .3 number - .3 negation - .2 polarity, on normalised texts:

- ratio: rapidfuzz's normalised indel similarity of the characters;
- soft: Dice coefficient of the words, weighted by inverse document frequency; a word also matches its misspelling;
- cosine: of the embeddings (the mean of ratio and soft where a row has no vector of this model);
- sub: the weight of the heaviest content word without a match, over the heaviest of all, on the side where it is
  less: above zero when one content word stands for another;
- number, negation, polarity: 1 where both have a number that the other lacks, where one has more negations, where a
  word stands against its opposite.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from pipeline_core.duplicates.features import Features, differences
from pipeline_core.duplicates.words import STOP_WORDS, any_opposite

RATIO, SOFT, COSINE = 0.3, 0.2, 0.5
SUB, NUMBER, NEGATION, POLARITY = 0.15, 0.3, 0.3, 0.2
MISSPELT = 80.0
_STOP_WEIGHT = 0.2

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` is S, 0 to 1; ``flags`` say in what the two differ."""

    value: float
    ratio: float
    soft: float
    cosine: float
    sub: float
    flags: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        parts = {name: round(float(getattr(self, name)), 4) for name in ("ratio", "soft", "cosine", "sub")}
        return {"flags": list(self.flags), **parts}


class Weights:
    """Inverse document frequency of words over the texts that are compared; words without content weigh little.

    A word in every text weighs 1, as does every word of a single text (Robertson and Spärck Jones 1976, smoothed).
    """

    def __init__(self, texts: Iterable[Features] = ()) -> None:
        self._counts: Counter[str] = Counter()
        self._texts = 0
        self._known: dict[str, float] = {}
        for text in texts:
            self.add(text.words)

    def add(self, words: Iterable[str]) -> None:
        """Count one text more: its distinct words."""
        self._counts.update(words)
        self._texts += 1
        self._known.clear()

    def __call__(self, word: str) -> float:
        weight = self._known.get(word)
        if weight is None:
            idf = 1 + math.log((self._texts + 1) / (self._counts[word] + 1)) if self._counts[word] else 1.0
            self._known[word] = weight = idf * _STOP_WEIGHT if word in STOP_WORDS else idf
        return weight


def ratios(left: Sequence[str], right: Sequence[str]) -> Floats:
    """Similarity of the characters of n pairs of normalised texts, 0 to 1, shape (n,)."""
    alike: Floats = process.cpdist(left, right, scorer=fuzz.ratio, dtype=np.float64)
    return alike / 100


def may_reach(alike: Floats, cosines: Floats, least: float) -> npt.NDArray[np.bool_]:
    """Returns whether pairs can reach the score by ratio and cosine (NaN: unknown), given equal words and no flag."""
    best = RATIO * alike + SOFT + COSINE * np.where(np.isnan(cosines), (alike + 1) / 2, np.clip(cosines, 0, 1))
    reached: npt.NDArray[np.bool_] = best >= least
    return reached


def scores(
    pairs: Sequence[tuple[Features, Features]], cosines: Floats, weights: Weights, *, least: float
) -> dict[int, Score]:
    """Score the pairs; returns those of at least ``least``, by position.

    Args:
        pairs: n pairs of texts.
        cosines: shape (n,); NaN where one of the two has no vector.
        weights: of the words.
        least: 0 to 1.
    """
    if not pairs:
        return {}
    alike = ratios([left.text for left, _ in pairs], [right.text for _, right in pairs])
    found = {}
    for at in np.nonzero(may_reach(alike, cosines, least))[0].tolist():
        score = _score(*pairs[at], float(alike[at]), float(cosines[at]), weights, least)
        if score is not None:
            found[at] = score
    return found


def _score(
    left: Features, right: Features, ratio: float, cosine: float, weights: Weights, least: float
) -> Score | None:
    no_vector = math.isnan(cosine)
    here, there = _alone(left, right), _alone(right, left)
    against = [*_contradictions(left, right, here, there)]
    lost = sum(_PENALTIES[flag] for flag in against if flag in _PENALTIES)
    # the words are compared last: it takes longest
    if RATIO * ratio + SOFT + COSINE * ((ratio + 1) / 2 if no_vector else max(0.0, cosine)) - lost < least:
        return None
    soft, subs = _words(left, right, here, there, weights)
    cosine = min(1.0, max(0.0, (ratio + soft) / 2 if no_vector else cosine))
    value = RATIO * ratio + SOFT * soft + COSINE * cosine - SUB * min(subs) - lost
    if value < least:
        return None
    flags = [*against, *_other_flags(left, right, subs), *(["no_vector"] if no_vector else [])]
    return Score(min(1.0, max(0.0, value)), ratio, soft, cosine, min(subs), tuple(flags))


_PENALTIES = {"number": NUMBER, "negation": NEGATION, "polarity": POLARITY}


def _words(
    left: Features, right: Features, here: list[str], there: list[str], weights: Weights
) -> tuple[float, tuple[float, float]]:
    """Soft Dice, and on each side the share of the heaviest unmatched content word."""
    matched: dict[str, float] = {}
    if here and there:
        near = process.cdist(here, there, scorer=fuzz.ratio, score_cutoff=MISSPELT) / 100
        matched.update(zip(here, near.max(axis=1).tolist(), strict=True))
        matched.update(zip(there, near.max(axis=0).tolist(), strict=True))
    all_weights = {word: weights(word) for word in (*left.words, *right.words)}
    total = lost = 0.0
    for words, alone in ((left.words, here), (right.words, there)):
        total += sum(all_weights[word] for word in words)
        lost += sum(all_weights[word] * (1 - matched.get(word, 0.0)) for word in alone)
    heaviest = max(all_weights.values(), default=1.0)
    left_sub, right_sub = (
        max((all_weights[w] for w in alone if w not in STOP_WORDS and not matched.get(w)), default=0.0) / heaviest
        for alone in (here, there)
    )
    return (1 - lost / total if total else 0.0), (left_sub, right_sub)


def _alone(left: Features, right: Features) -> list[str]:
    others = set(right.words)
    return [word for word in left.words if word not in others]


def _contradictions(left: Features, right: Features, here: list[str], there: list[str]) -> Iterable[str]:
    more, fewer = left.numbers - right.numbers, right.numbers - left.numbers
    if more and fewer:
        yield "number"
    elif more or fewer:
        yield "number_missing"
    if left.negations != right.negations:
        yield "negation"
    if any_opposite(here, there):
        yield "polarity"
    yield from differences(left.marks, right.marks)


def flags_between(left: Features, right: Features) -> tuple[str, ...]:
    """In what two texts differ, of which only the letters were compared."""
    here, there = _alone(left, right), _alone(right, left)
    content = [any(word not in STOP_WORDS for word in alone) for alone in (here, there)]
    subs = (float(content[0]), float(content[1]))
    return (*_contradictions(left, right, here, there), *_other_flags(left, right, subs))


def _other_flags(left: Features, right: Features, subs: tuple[float, float]) -> Iterable[str]:
    if not left.names <= {*right.words} or not right.names <= {*left.words}:
        yield "name"
    if min(subs) > 0:
        yield "words"
    elif max(subs) > 0:
        yield "more_words"
