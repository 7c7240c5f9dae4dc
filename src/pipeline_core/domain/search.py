"""How searches find and rank: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

_K = 60
"""Of reciprocal rank fusion, as its authors chose it."""


FLOORS: Mapping[str, float] = {"wordllama-256": 0.2, "wordllama-128": 0.225, "wordllama-64": 0.32}
"""Similarity below which nothing answers, by model, as measured (docs/evaluation.md). Other models have none."""
WITHOUT_WORDS = 0.2
"""What a hit's similarity must have more than the floor where it has none of the question's words."""
ENOUGH_WORDS = 0.75
"""Share of a question's words with which a hit answers whatever its similarity."""
ENOUGH_WORDS_OF_WAITING = 0.5
"""Share of them with which a document that waits for a person may have the answer."""
# less by what floats lose
_MUCH_BETTER = 0.2 - 1e-9


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search answers with, best first.

    ``nearest`` is what came nearest, whether it answers or not; ``floor`` the similarity that was asked for (None: the
    model has none, or words alone were searched); ``waiting`` documents that may have the answer once reviewed.
    """

    hits: list[dict[str, Any]]
    nearest: list[dict[str, Any]]
    floor: float | None
    waiting: list[dict[str, Any]]

    @property
    def similarity(self) -> float | None:
        """The highest there was."""
        return max((hit["similarity"] for hit in self.nearest if hit["similarity"] is not None), default=None)


def answers(hit: Mapping[str, Any], floor: float | None) -> bool:
    """Whether a hit is near enough to the question, or has enough of its words."""
    words = hit["words"] or 0.0
    if floor is None or hit["similarity"] is None or words >= ENOUGH_WORDS:
        return True
    return bool(hit["similarity"] >= (floor if words else floor + WITHOUT_WORDS))


def is_much_better(waiting: Mapping[str, Any], hits: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a document that waits has clearly more of the question's words than anything that is published."""
    best = max((hit["words"] or 0.0 for hit in hits), default=0.0)
    return bool(waiting["words"] >= best + _MUCH_BETTER)


class SearchMode(StrEnum):
    """What a search goes by."""

    VECTOR = "vector"
    TEXT = "text"
    HYBRID = "hybrid"

    @property
    def uses_vectors(self) -> bool:
        return self is not SearchMode.TEXT

    @property
    def uses_words(self) -> bool:
        return self is not SearchMode.VECTOR


def fuse(rankings: Iterable[tuple[float, Sequence[UUID]]], limit: int) -> dict[UUID, float]:
    """The ``limit`` best of several rankings, each with its weight, and their scores; equal scores by id.

    Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): a place counts weight / (60 + place).
    """
    scores: defaultdict[UUID, float] = defaultdict(float)
    for weight, ids in rankings:
        for place, found in enumerate(ids, 1):
            scores[found] += weight / (_K + place)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return dict(best[:limit])
