"""No facts: for plain retrieval, which searches passages and their vectors."""

from collections.abc import Sequence

from pipeline_core.domain.facts import Generated
from pipeline_core.ports.fact_generator import AsksNothing, ChunkInput
from pipeline_core.ports.workers import InWorker


class NoFactGenerator(AsksNothing, InWorker):
    """Has nothing to say of any chunk. No key, network or cost."""

    name = "none"
    version = "1"
    context_chars = 0

    def __init__(self) -> None:
        self.params: dict[str, object] = {}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """The same answer for each chunk, in order."""
        return [Generated((), reason="no facts were asked for") for _ in chunks]
