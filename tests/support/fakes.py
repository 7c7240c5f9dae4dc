"""Fakes of ports whose real adapters cost money or cannot be told to fail. They pass the same contracts."""

import hashlib
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np

from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.ports.embedder import Embedded
from pipeline_core.ports.fact_generator import ChunkInput


class HashEmbedder:
    """A unit vector drawn from the text's hash: equal texts are equal, others are nearly orthogonal."""

    model = "hash-64"
    version = "1"
    dims = 64

    def __init__(self) -> None:
        self.texts_embedded = 0

    def embed(self, texts: Sequence[str]) -> Embedded:
        self.texts_embedded += len(texts)
        rows = [self._row(text) for text in texts]
        return Embedded(np.array(rows, dtype=np.float32).reshape(len(texts), self.dims))

    def _row(self, text: str) -> np.ndarray:
        if not text.strip():
            return np.zeros(self.dims)
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        row = np.random.default_rng(seed).standard_normal(self.dims)
        return row / np.linalg.norm(row)


class ScriptedFactGenerator:
    """One fact for each chunk that has text, quoting its last line; fails when and as it is told to.

    ``calls`` counts the chunks that were asked for. Statements are hashes, so that no two look alike.
    """

    name = "scripted"
    version = "1"
    context_chars = 0

    def __init__(self) -> None:
        self.params: dict[str, object] = {}
        self.calls = 0
        self._error: Exception | None = None
        self._fails: Callable[[ChunkInput], bool] = lambda _: False

    def fail_with(self, error: Exception, *, on: Callable[[ChunkInput], bool] = lambda _: True) -> None:
        """From now on the chunks that ``on`` chooses (all of them, unless told) end in this error."""
        self._error, self._fails = error, on

    def heal(self) -> None:
        self._error, self._fails = None, lambda _: False

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        self.calls += len(chunks)
        return [self._answer(chunk) for chunk in chunks]

    def _answer(self, chunk: ChunkInput) -> Generated | Exception:
        if self._error is not None and self._fails(chunk):
            return self._error
        lines = chunk.text.split("\n")
        quote = next((line.strip() for line in reversed(lines) if line.strip()), None)
        if quote is None:
            return Generated((), reason="blank: no text")
        digest = hashlib.sha256(chunk.text.encode()).hexdigest()
        words = " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
        return Generated((FactCandidate(f"What does chunk {digest[:8]} end with?", quote, words, (quote,)),))


def first_times(times: int, text: str) -> Callable[[ChunkInput], bool]:
    """True for chunks with this text, so many times."""
    counter = count()
    return lambda chunk: text in chunk.text and next(counter) < times
