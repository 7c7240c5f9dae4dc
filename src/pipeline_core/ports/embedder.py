"""Port: texts in, vectors out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.facts import Usage

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """``vectors`` has shape (texts, dims), rows of unit length (all zero for a text without any token)."""

    vectors: Vectors
    usage: Usage = Usage()


class Embedder(Protocol):
    """Embeds texts. ``model`` and ``version`` are the key under which vectors are cached; ``dims`` is their length."""

    model: str
    version: str
    dims: int

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts, keeping their order; any number of texts, split into requests as the service needs."""
        ...
