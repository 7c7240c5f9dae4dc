"""Port: services that charge for each call. What they add to the ports of their work, so that it can be paid once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.fact_generator import ChunkInput, FactGenerator

Vector = npt.NDArray[np.float32]


class PricedGenerator(FactGenerator, Protocol):
    """Charges for each chunk. ``deadline_s`` is the longest that one call can take, waits included."""

    model: str
    concurrency: int
    deadline_s: float

    def most(self, chunk: ChunkInput) -> Usage:
        """The most that the answer for this chunk can cost."""
        ...

    def expected(self, chunk: ChunkInput, *, batch: bool = False) -> Usage:
        """Returns its expected cost from experience, by itself or in a batch."""
        ...


class PricedEmbedder(Embedder, Protocol):
    """Charges for each request of many texts."""

    concurrency: int
    deadline_s: float

    def split(self, texts: Sequence[str]) -> list[Sequence[str]]:
        """The texts in order, cut into requests."""
        ...

    def most(self, texts: Sequence[str]) -> Usage:
        """The most that a request with these texts can cost."""
        ...

    def expected(self, texts: Sequence[str]) -> Usage:
        """Returns its expected cost from experience."""
        ...

    def request(self, texts: Sequence[str]) -> tuple[list[Vector | PipelineError], Usage]:
        """One request: a unit vector for each text, in order, or why there is none; and what it cost.

        Raises:
            PipelineError: the request as a whole failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class BatchResult:
    """State of a batch: ``answers`` by key once it has ended (without those that it did not reach).

    ``gone``: the service knows it no more. ``files`` are what it keeps there of a batch that has ended.
    """

    ended: bool
    answers: Mapping[str, Generated] = field(default_factory=dict)
    error: PipelineError | None = None
    gone: bool = False
    files: tuple[str, ...] = ()


class FactBatches(Protocol):
    """A service's batch interface: many chunks at once, cheaper and later."""

    def most(self, chunk: ChunkInput) -> Usage: ...

    def find(self, batch_id: UUID) -> str | None:
        """The id that the service gave to our batch; None: it was never handed in."""
        ...

    def submit(self, batch_id: UUID, chunks: Mapping[str, ChunkInput]) -> str:
        """Hand in; returns the service's id."""
        ...

    def fetch(self, provider_id: str) -> BatchResult:
        """Look once where it is."""
        ...

    def delete_file(self, file_id: str) -> None:
        """Delete a file there; one that is gone is no error.

        Raises:
            PipelineError: the service did not do it.
        """
        ...
