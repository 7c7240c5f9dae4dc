"""What could become a fact."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_QUESTION_CHARS = 150


@dataclass(frozen=True, slots=True)
class Claim:
    """What could become a fact; ``questions`` makes them, from the best to the ones that always fit."""

    start: int
    end: int
    statement: str
    answer: str
    questions: Callable[[], Iterator[str]]
    score: float
