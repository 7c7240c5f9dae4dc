"""Answers of paid calls, as they go into the caches, and as JSON for when the database is away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from uuid import UUID

import numpy as np

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.facts import AnswerOutcome, FactCandidate, Generated, Usage
from pipeline_core.domain.vectors import Vectors


class KeptAnswer(Protocol):
    """Something to be saved; saving it twice is saving it once."""

    def save(self, uow: UnitOfWork) -> None: ...

    def as_json(self) -> dict[str, Any]:
        """``kind`` and what ``kept_answer`` needs to make it again."""
        ...


@dataclass(frozen=True, slots=True)
class KeptFacts:
    generator: str
    run_id: UUID
    answers: Mapping[str, Generated]

    def save(self, uow: UnitOfWork) -> None:
        uow.caches.put_facts(self.generator, self.answers, run_id=self.run_id)

    def as_json(self) -> dict[str, Any]:
        answers = {
            key: {
                "candidates": [candidate.as_json() for candidate in answer.candidates],
                "reason": answer.reason,
                "usage": asdict(answer.usage),
                "outcome": answer.outcome.value,
            }
            for key, answer in self.answers.items()
        }
        return {"kind": "facts", "generator": self.generator, "run_id": str(self.run_id), "answers": answers}


@dataclass(frozen=True, slots=True)
class KeptVectors:
    model: str
    version: str
    vectors: Mapping[str, Vectors]

    def save(self, uow: UnitOfWork) -> None:
        uow.caches.put_vectors(self.vectors, model=self.model, version=self.version)

    def as_json(self) -> dict[str, Any]:
        vectors = {key: vector.tolist() for key, vector in self.vectors.items()}
        return {"kind": "vectors", "model": self.model, "version": self.version, "vectors": vectors}


def kept_answer(row: Mapping[str, Any]) -> KeptAnswer:
    """Read an answer back from the JSON of ``as_json``.

    Raises:
        KeyError, TypeError, ValueError: it was made of something else.
    """
    return _KINDS[row["kind"]](row)


def _facts(row: Mapping[str, Any]) -> KeptFacts:
    answers = {
        key: Generated(
            tuple(_candidate(row) for row in answer["candidates"]),
            answer["reason"],
            Usage(**answer["usage"]),
            AnswerOutcome(answer["outcome"]),
        )
        for key, answer in row["answers"].items()
    }
    return KeptFacts(row["generator"], UUID(row["run_id"]), answers)


def _candidate(row: Mapping[str, Any] | Sequence[str]) -> FactCandidate:
    if isinstance(row, Mapping):
        return FactCandidate.from_json(row)
    # kept before a fact could have several quotes
    question, answer, statement, quote = row
    return FactCandidate(question, answer, statement, (quote,))


def _vectors(row: Mapping[str, Any]) -> KeptVectors:
    vectors = {key: np.array(vector, dtype=np.float32) for key, vector in row["vectors"].items()}
    return KeptVectors(row["model"], row["version"], vectors)


_KINDS: dict[str, Callable[[Mapping[str, Any]], KeptAnswer]] = {"facts": _facts, "vectors": _vectors}
