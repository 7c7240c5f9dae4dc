"""Candidates for facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_core.domain.facts import Around

MAX_QUESTION_CHARS = 150


@dataclass(frozen=True, slots=True)
class Claim:
    """A candidate for a fact.

    ``spans`` are its evidence in the chunk, in order: the lead-in of a list and the item, the row of a table.
    ``question`` is None where none is natural; ``answer`` is what answers it, None where it is not to be asked.
    ``traits`` are what the confidence is made from, by the names of ``domain.confidence``. ``around`` is what a row is
    said with, by which no claim is placed.
    """

    spans: tuple[tuple[int, int], ...]
    statement: str
    score: float
    traits: Mapping[str, float] = field(default_factory=dict)
    question: str | None = None
    answer: str | None = None
    around: tuple[Around, ...] = ()

    @property
    def start(self) -> int:
        """Position among the chunk's claims: of its own text, behind what it shares with others."""
        return self.spans[-1][0]
