"""Port: texts in, vectors out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.workers import InWorker


@dataclass(frozen=True, slots=True)
class Embedded:
    """``vectors`` has shape (texts, dims), rows of unit length (all zero for a text without any token)."""

    vectors: Vectors
    usage: Usage = Usage()


class Embedder(Protocol):
    """Embeds texts. ``model`` and ``version`` are the key under which vectors are cached; ``dims`` is their length.

    ``model`` names a space: vectors that cannot be compared, or that are of another length, have another name.
    """

    model: str
    version: str
    dims: int

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts, keeping their order; any number of texts, split into requests as the service needs."""
        ...


@runtime_checkable
class EmbedsQuestions(Protocol):
    """Extension of an embedder whose model distinguishes questions from the texts to be found."""

    def embed_questions(self, texts: Sequence[str]) -> Embedded:
        """As ``embed``, for texts that ask."""
        ...


def embed_questions(embedder: Embedder, texts: Sequence[str]) -> Embedded:
    """Vectors of what is asked, to be compared with those of ``embed``."""
    return embedder.embed_questions(texts) if isinstance(embedder, EmbedsQuestions) else embedder.embed(texts)


class Instant(InWorker):
    """An embedder that makes a vector in less time than a cache gives it back, and for nothing: none is kept of it."""


class Embedders(Protocol):
    """Every embedder that can be had, by the name of its model."""

    def active(self) -> Embedder:
        """Returns the embedder of the model in production; until something is published, that of the setting.

        Asks the database, so it is not to be called within a transaction. Who embeds and then stores or searches asks
        once and keeps the answer: the next one may be another.

        Raises:
            ConfigurationError: there is no such embedder here.
        """
        ...

    def of(self, model: EmbeddingModel | None) -> Embedder:
        """Returns the embedder of the model, for callers who know which is active (None: nothing is published yet).

        Raises:
            ConfigurationError: there is no such embedder here, or it makes vectors of another length.
        """
        ...
