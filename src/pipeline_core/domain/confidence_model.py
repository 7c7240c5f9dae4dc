"""From the traits of a fact to the probability that it holds: a logistic regression whose weights are data.

"Holds" is meant strictly: true to its source, understandable without it, complete, and worth keeping. The weights are
in ``confidence_weights``; ``python -m benchmarks.confidence`` fits them again from facts that people have judged, and
docs/quality.md shows how often those were right that were said to be right with .9. A trait that nobody said changes
nothing: it counts as its mean.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from typing import Any

from pipeline_core.domain.confidence import SAYING_NOTHING_OF, TRAITS
from pipeline_core.domain.confidence_weights import INTERCEPT, WEIGHTS
from pipeline_core.domain.packing import packed

MODEL_VERSION = hashlib.sha256(repr((INTERCEPT, sorted(WEIGHTS.items()))).encode()).hexdigest()[:12]
"""Other weights give other confidences: they are another version."""
MOST_REASONS = 5
_LEAST_EFFECT = 0.15
_LEAST, _MOST = 0.01, 0.99


@dataclass(frozen=True, slots=True)
class Feature:
    """Number from about 0 to 1 that the model derives from a trait. ``tells`` is high if a high value of the feature
    is a high value of the trait, and low if it is the other way round."""

    name: str
    trait: str
    value: Callable[[float], float]
    tells: str = "high"


def _same(value: float) -> float:
    return value


def _few(enough: float) -> Callable[[float], float]:
    """1 for none, 0 from ``enough`` on."""
    return lambda count: max(0.0, 1 - count / enough)


def _many(usual: float) -> Callable[[float], float]:
    """0 up to ``usual``, 1 from its double on."""
    return lambda count: min(1.0, max(0.0, count / usual - 1))


_OF_OTHER_SHAPE = {
    "columns": (Feature("many_columns", "columns", _many(6)),),
    "words": (
        Feature("few_words", "words", _few(12), "low"),
        Feature("length", "words", lambda words: min(1.0, words / 40)),
        Feature("many_words", "words", _many(35)),
    ),
    "score": (Feature("score", "score", lambda score: min(1.0, max(0.0, score / 4))),),
    # a word of which the model was half sure has -0.7
    "logprob": (Feature("unsure", "logprob", lambda mean: min(1.0, max(0.0, -mean)), "low"),),
}

_Weighing = tuple[Feature, Callable[[float], float] | None, float, float]
"""A feature, how its value is derived where it is not the trait's own, its weight and its mean."""
FEATURES: tuple[Feature, ...] = tuple(
    feature for name in TRAITS for feature in _OF_OTHER_SHAPE.get(name, (Feature(name, name, _same),))
)
"""A feature for each trait that is a flag or a share, and those above for what is counted."""


@packed
@dataclass(frozen=True, slots=True)
class Reason:
    """A trait that moved the confidence: ``effect`` in log-odds against a fact of which it is not known."""

    trait: str
    effect: float
    words: str


@packed
@dataclass(frozen=True, slots=True)
class Confidence:
    """The probability, 0 to 1, that a fact holds, and what moved it most, the strongest first."""

    value: float
    reasons: tuple[Reason, ...] = ()

    def reasons_json(self) -> list[dict[str, Any]]:
        return [{"trait": one.trait, "effect": one.effect, "words": one.words} for one in self.reasons]

    def reasons_text(self) -> str:
        """A line for each reason, as the database keeps them (``reasons_json`` in ``sql/migrations``)."""
        return "\n".join(f"{reason.trait}\t{reason.effect}\t{reason.words}" for reason in self.reasons)


def features_of(traits: Mapping[str, float]) -> dict[str, float]:
    """Returns the features of those traits that are known and apply to the kind of text."""
    return {one.name: one.value(traits[one.trait]) for one in _seen_of(traits)}


def _seen_of(traits: Mapping[str, float]) -> Iterator[Feature]:
    unseen = {trait for kind, names in SAYING_NOTHING_OF.items() if traits.get(kind) for trait in names}
    return (one for one in FEATURES if one.trait in traits and one.trait not in unseen)


@lru_cache(maxsize=1 << 4)
def _weighing(kinds: tuple[str, ...]) -> tuple[_Weighing, ...]:
    """The features that weigh anything and apply to text of these kinds, in their order."""
    unseen = frozenset[str]().union(*(SAYING_NOTHING_OF[kind] for kind in kinds))
    return tuple(
        (one, None if one.value is _same else one.value, *WEIGHTS[one.name])
        for one in FEATURES
        if one.name in WEIGHTS and one.trait not in unseen
    )


def confidence_of(traits: Mapping[str, float]) -> Confidence:
    """Returns the confidence that a fact with these traits holds."""
    log_odds = INTERCEPT
    effects: list[tuple[float, Feature, bool]] = []
    for one, derived, weight, mean in _weighing(tuple(kind for kind in SAYING_NOTHING_OF if traits.get(kind))):
        known = traits.get(one.trait)
        if known is None:
            continue
        value = known if derived is None else derived(known)
        effect = weight * (value - mean)
        log_odds += effect
        if abs(effect) >= _LEAST_EFFECT:
            effects.append((effect, one, value >= mean))
    probability = min(_MOST, max(_LEAST, 1 / (1 + exp(-log_odds))))
    return Confidence(round(probability, 3), _reasons(effects))


ADDED = Confidence(_MOST, (Reason("added", round(log(_MOST / (1 - _MOST)), 2), "added by a person"),))
"""Of a fact that no generator found: a person has read it in the source."""


def _reasons(effects: list[tuple[float, Feature, bool]]) -> tuple[Reason, ...]:
    said: dict[str, Reason] = {}
    for effect, feature, is_high in sorted(effects, key=lambda row: -abs(row[0])):
        trait = TRAITS[feature.trait]
        words = trait.high if is_high == (feature.tells == "high") else trait.low
        if words and trait.name not in said:
            said[trait.name] = Reason(trait.name, round(effect, 2), words)
            if len(said) == MOST_REASONS:
                break
    return tuple(said.values())


def in_words(value: float | None, reasons: Sequence[Mapping[str, Any]] | None) -> str:
    """A confidence as a reader is told of it: the number, what speaks for the fact and what against it; "" for none."""
    if value is None:
        return ""
    sides = {
        "for it": [str(one["words"]) for one in reasons or () if one["effect"] > 0],
        "against it": [str(one["words"]) for one in reasons or () if one["effect"] < 0],
    }
    said = "; ".join(f"{side}: {', '.join(words)}" for side, words in sides.items() if words)
    # with all its digits: two would show .495, which is left out below .5, as 0.50
    return f"confidence {value:.3f}" + (f" ({said})" if said else "")
