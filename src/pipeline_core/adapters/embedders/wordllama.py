"""Embedder: WordLlama, the mean of static token vectors. Local and free: the weights come in its wheel."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedded, Instant

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WHOLE = 256
LENGTHS = (64, 128, WHOLE)
# Bounds the tokenizer's output that is held at a time; its threads are busy with far less.
BATCH_TEXTS = 512
_MODELS: "dict[int, tuple[Tokenizer, npt.NDArray[np.float32]]]" = {}
"""Of this process, by length."""
_LOADING = threading.Lock()


REVISION = 1
"""Changes when the same text may get another vector from the same model."""


class WordLlamaEmbedder(Instant):
    """Mean of the token vectors, scaled to unit length; all zero where a text has no token.

    The model is loaded at the first use, once a process, whichever embedder and thread comes first: nothing changes it.
    A text's vector does not depend on the texts beside it: there is no padding, and each text is summed on its own.
    """

    def __init__(self, dims: int = WHOLE) -> None:
        """``dims``: how many of the 256 numbers are kept.

        The model was trained so that its first 64 or 128 numbers are vectors by themselves (Matryoshka representation
        learning, Kusupati et al. 2022): smaller and faster to search, and somewhat less exact.

        Raises:
            ConfigurationError: the wordllama package is not installed.
            ValueError: it was not trained for this length.
        """
        if dims not in LENGTHS:
            raise ValueError(f"wordllama has vectors of {', '.join(map(str, LENGTHS))} numbers, not of {dims}")
        self.model, self.dims = f"wordllama-{dims}", dims
        try:
            self.version = f"{REVISION}+wordllama-{version('wordllama')}"
        except PackageNotFoundError as error:
            raise ConfigurationError("The package wordllama is not installed.") from error

    def __reduce__(self) -> tuple[Any, ...]:
        """A process has one of each length."""
        return _of_this_process, (self.dims,)

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts, in order; the result has shape (texts, dims).

        Raises:
            ConfigurationError: the model's files are not where its package keeps them.
        """
        vectors = np.zeros((len(texts), self.dims), dtype=np.float32)
        if not len(texts):
            return Embedded(vectors)
        tokenizer, weights = _loaded(self.dims)
        for start in range(0, len(texts), BATCH_TEXTS):
            batch = list(texts[start : start + BATCH_TEXTS])
            for row, encoding in enumerate(tokenizer.encode_batch_fast(batch, add_special_tokens=False), start):
                if encoding.ids:
                    # One small gather a text stays in the processor's cache; a gather of the batch does not.
                    vectors[row] = weights.take(encoding.ids, axis=0, mode="clip").sum(axis=0)
        _scale_to_unit(vectors)
        return Embedded(vectors)


@cache
def _of_this_process(dims: int) -> WordLlamaEmbedder:
    return WordLlamaEmbedder(dims)


def _scale_to_unit(vectors: Vectors) -> None:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)


def _loaded(dims: int) -> "tuple[Tokenizer, npt.NDArray[np.float32]]":
    with _LOADING:
        if dims not in _MODELS:
            _MODELS[dims] = _load_model(dims)
        return _MODELS[dims]


def _load_model(dims: int) -> "tuple[Tokenizer, npt.NDArray[np.float32]]":
    with _root_logger_kept():
        import wordllama

        # Its own search looks in another folder than the one its wheel fills, and would then download.
        try:
            model = wordllama.WordLlama.load(
                dim=WHOLE, trunc_dim=dims, cache_dir=Path(wordllama.__file__).parent, disable_download=True
            )
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"The wordllama model is not complete: {error}", action="Install the package wordllama again."
            ) from error
    model.tokenizer.no_padding()
    # This tokenizer does not split words, so its cache of "words" is one of whole texts: it grows by 50 KB a document
    # and is of use to none. Only this private name switches it off (tokenizers 0.23).
    bpe = model.tokenizer.model
    bpe._resize_cache(0)
    model.tokenizer.model = bpe
    return model.tokenizer, model.embedding


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """wordllama configures the root logger when it is imported: undo that."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
