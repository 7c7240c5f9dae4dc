"""Ports: the embedding model that production is in, and the vectors of the one that is to replace it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.staging import Embeddable
from pipeline_core.ports.embedder import Vectors


class Models(Protocol):
    """Part of a unit of work."""

    def active(self) -> EmbeddingModel | None:
        """The model that every vector in production is of; None until something is published."""
        ...

    def hold(self, model: EmbeddingModel) -> None:
        """Keep this model active to the end of the transaction; it becomes so where none is.

        To be called before rows of production are touched, after the users' matching lock and before any other.

        Raises:
            EmbeddingModelChangedError: another one is active by now.
        """
        ...

    def all(self) -> list[dict[str, Any]]:
        """Every model that production was or is in, or that is being filled, with its rows; the active one first."""
        ...

    def register(self, model: EmbeddingModel) -> None:
        """Make a model known, to be filled beside the active one.

        Raises:
            ConfigurationError: it is known with vectors of another length.
        """
        ...

    def without_vector(self, model: str, *, kind: str, after: UUID | None, limit: int) -> list[Embeddable]:
        """Published chunks or questions that the model has no vector of, by id, from behind ``after``."""
        ...

    def put_next(self, texts: Sequence[Embeddable], vectors: Vectors, *, model: str, version: str) -> None:
        """Put vectors beside the live ones; instead of those that are there for the same rows."""
        ...

    def lock_production(self) -> None:
        """Let nobody else write published rows to the end of the transaction; readers go on."""
        ...

    def switch(self, model: EmbeddingModel, *, recall: float | None) -> tuple[int, int]:
        """Give every chunk and question its vector of the model, and make it the active one.

        Answers with the numbers of chunks and questions.

        Raises:
            LedgerError: some have no vector of it.
        """
        ...

    def forget_next(self, limit: int) -> int:
        """Delete up to ``limit`` of the vectors that wait beside the live ones; answers with their number."""
        ...

    def forget_candidates(self) -> None:
        """Forget the models that never became active; their vectors must be gone."""
        ...


class ModelSwitch(Protocol):
    """What works outside of a transaction: session locks and indexes."""

    def alone(self) -> AbstractContextManager[None]:
        """The right to change the model, which ends with the process at the latest.

        Raises:
            ReembeddingError: somebody else is at it.
        """
        ...

    def publishing_paused(self) -> AbstractContextManager[None]:
        """Nobody publishes in here: who wants to waits until the end."""
        ...

    def index_next(self, model: EmbeddingModel) -> bool:
        """Build the HNSW index of the vectors beside the live ones; False if they are too few for one to pay."""
        ...

    def recall(self, model: EmbeddingModel, *, sample: int) -> float:
        """The share of the true ten nearest that the index of ``index_next`` finds, over ``sample`` queries."""
        ...

    def tend(self, active: EmbeddingModel) -> None:
        """Drop the indexes of every other model, and build those of the active one if they pay."""
        ...
