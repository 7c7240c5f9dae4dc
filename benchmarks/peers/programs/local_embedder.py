"""WordLlama as the project uses it: weights from its wheel, no padding, the mean of token vectors at unit length."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import wordllama

DIMENSIONS = 256
_BATCH = 512


class LocalEmbedder:
    """Embeds texts; nothing is downloaded."""

    def __init__(self) -> None:
        # its own search looks in another folder than the one its wheel fills, and would then download
        model = wordllama.WordLlama.load(
            dim=DIMENSIONS, cache_dir=Path(wordllama.__file__).parent, disable_download=True
        )
        model.tokenizer.no_padding()
        self._tokenizer, self._weights = model.tokenizer, model.embedding

    def embed(self, texts: Sequence[str]) -> "np.ndarray":
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            for row, encoding in enumerate(self._tokenizer.encode_batch_fast(batch, add_special_tokens=False), start):
                if encoding.ids:
                    vectors[row] = self._weights.take(encoding.ids, axis=0, mode="clip").sum(axis=0)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors
