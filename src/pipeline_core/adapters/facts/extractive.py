"""Facts without a model: the document's own sentences and table rows, each with a question made for it.

A quote is always a slice of the chunk, letter for letter. Statements and answers are that slice without its
markdown marks: nothing is rephrased. Where no question can be made with care, a plain one is asked.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version

from pipeline_core.adapters.facts.blocks import Block, is_back_matter, read_blocks, why_nothing
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.languages import guess_language
from pipeline_core.adapters.facts.sentences import prose_claims
from pipeline_core.adapters.facts.table_rows import table_claims
from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.workers import InWorker

REVISION = 1
"""Raise it whenever the same chunk may give other facts."""

# Below it a sentence leans on its neighbours or says little.
MIN_SCORE = 1.0


class ExtractiveFactGenerator(InWorker):
    """The best ``max_facts`` of what a chunk states outright, in document order. No key, network or cost."""

    name = "extractive"
    context_chars = 0

    def __init__(self, max_facts: int):
        self.version = f"{REVISION}+sentencex-{version('sentencex')}"
        self.max_facts = max_facts
        self.params: dict[str, object] = {"max_facts": max_facts}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """One answer for each chunk, in order; a defect in one is its UnexpectedError and harms no other."""
        return [self._generate_one(chunk) for chunk in chunks]

    def _generate_one(self, chunk: ChunkInput) -> Generated | Exception:
        try:
            return extract(chunk, self.max_facts)
        except Exception as error:
            return UnexpectedError(f"The extractive generator failed: {error!r}")


Reader = Callable[[str, Block, str], Iterator[Claim]]
READERS: dict[str, Reader] = {"prose": prose_claims, "table": table_claims}


def extract(chunk: ChunkInput, max_facts: int) -> Generated:
    """The chunk's facts, or the reason why it has none."""
    language = guess_language(chunk.text)
    blocks = read_blocks(chunk)
    claims: list[Claim] = []
    for block in blocks:
        if block.kind in READERS and not is_back_matter(block):
            claims += READERS[block.kind](chunk.text, block, language)
    chosen: list[tuple[int, FactCandidate]] = []
    taken: set[str] = set()
    for claim in sorted(claims, key=lambda claim: (-claim.score, claim.start)):
        if len(chosen) == max_facts or claim.score < MIN_SCORE:
            break
        question = next((q for q in claim.questions() if q.casefold() not in taken), None)
        if question and claim.statement not in taken:
            # Two facts of a chunk share neither question nor statement.
            taken |= {question.casefold(), claim.statement}
            quote = chunk.text[claim.start : claim.end]
            chosen.append((claim.start, FactCandidate(question, claim.answer, claim.statement, quote)))
    if not chosen:
        return Generated((), reason=why_nothing(blocks))
    return Generated(tuple(candidate for _, candidate in sorted(chosen, key=lambda row: row[0])))
