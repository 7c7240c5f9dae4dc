"""How searches find and rank: pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from uuid import UUID

_K = 60
"""Of reciprocal rank fusion, as its authors chose it."""


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
