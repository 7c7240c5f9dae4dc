"""Subject of a validation rule: its view of a document; and the definition of a rule."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.facts import ChunkOutcome
from pipeline_core.domain.findings import Finding
from pipeline_core.domain.staging import Differing, StagedChunk, StagedQuestion
from pipeline_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Subject:
    """A document as staged.

    ``questions`` are those that would be published, ``staged`` is the number of all, whatever was decided about them;
    ``conversion`` is that stage's report, with the number of ``pages`` that the original says it has.
    ``differing`` pairs the questions with what they may contradict in production, of other documents.
    ``left_out`` are kept out of production by the system; ``words`` is what the pages show, as JSON.
    """

    markdown: str
    page_map: PageMap
    conversion: Mapping[str, Any]
    chunks: Sequence[StagedChunk]
    questions: Sequence[StagedQuestion]
    staged: int
    undecided_pairs: int
    settings: Settings
    differing: Sequence[Differing] = ()
    left_out: Sequence[StagedQuestion] = ()
    words: bytes | None = None

    @property
    def asks_nothing(self) -> bool:
        """Returns whether its settings ask for no facts: that it has none, or few, is then no finding."""
        return any(row.outcome is ChunkOutcome.NOT_ASKED for row in self.chunks)

    def where(self, fact: StagedQuestion) -> str:
        """Returns the fact's position for a reader: "on page 3", "on slide 3"; without pages, its heading."""
        if fact.page is not None:
            return f"on {self.page_map.unit} {fact.page}"
        path = next((row.chunk.heading_path for row in self.chunks if row.chunk.chunk_id == fact.chunk_id), ())
        return f"under “{' › '.join(path)}”" if path else "in the text"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``code`` is the code of its findings; ``version`` changes when it may find something else."""

    code: str
    version: str
    check: Callable[[Subject], Iterable[Finding]]
