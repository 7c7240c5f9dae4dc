"""Embedding models: which one production is in, and which one is to take its place."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A space of vectors: those of one model can be compared with each other, and with no others."""

    name: str
    dims: int


@dataclass(frozen=True, slots=True)
class Switched:
    """A change of model: rows whose vectors were replaced, and how long publishing had to wait for it."""

    model: EmbeddingModel
    chunks: int
    questions: int
    paused_s: float
    recall_at_10: float | None
    """Of the index against an exact search; None where there are too few vectors for an index to pay."""

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model.name,
            "dims": self.model.dims,
            "chunks": self.chunks,
            "questions": self.questions,
            "paused_s": round(self.paused_s, 3),
            "recall_at_10": self.recall_at_10,
        }
