"""Port: how relevant texts are to a question, judged by reading both together."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Judges a few candidates that a search has found. ``model`` names it, "" where the service has only one."""

    model: str

    def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        """The relevance of each text, in their order; the higher the better, on the service's own scale.

        Raises:
            PipelineError: it was not judged.
        """
        ...
