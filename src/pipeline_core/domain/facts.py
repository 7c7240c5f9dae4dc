"""Facts, their evidence, and what became of each chunk that was asked for facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_core.domain.contiguity import Piece
from pipeline_core.domain.ids import QuestionId


class MatchKind(StrEnum):
    """How a quote was found in its chunk: letter for letter, after folding white space, or aligned and repaired."""

    EXACT = "exact"
    NORMALIZED = "normalized"
    ALIGNED = "aligned"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proof of a fact: ``chunk.text[char_from:char_to] == quote``, whatever the generator wrote."""

    quote: str
    char_from: int
    char_to: int
    match: MatchKind


@dataclass(frozen=True, slots=True)
class FactCandidate:
    """What a generator claims, before its quote has been looked up in the chunk."""

    question: str
    answer: str
    statement: str
    quote: str

    @property
    def is_whole(self) -> bool:
        """Whether it says anything: a schema cannot ask for words that are not blank."""
        return all(part.strip() for part in (self.question, self.answer, self.statement))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a paid call cost. Zero for local work. ``cached_tokens`` are those of the input that cost less."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    cached_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost_usd + other.cost_usd,
            self.cached_tokens + other.cached_tokens,
        )

    def shares(self, weights: Sequence[int]) -> "list[Usage]":
        """The usage of a call parted among what it was for, in proportion to the weights; its tokens add up."""
        total, sum_before, parted = max(1, sum(weights)), 0, []
        for weight in weights:
            before, after = (
                (self.input_tokens * upto // total, self.output_tokens * upto // total)
                for upto in (sum_before, sum_before + weight)
            )
            parted.append(Usage(after[0] - before[0], after[1] - before[1], self.cost_usd * weight / total))
            sum_before += weight
        return parted


class AnswerOutcome(StrEnum):
    """What a generator's answer is worth. All but the first are paid for and of no use: the chunk failed."""

    ANSWERED = "answered"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    CONTENT_FILTER = "content_filter"
    SCHEMA_VIOLATION = "schema_violation"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Generated:
    """A generator's answer for one chunk. An empty list needs a ``reason``: nothing is dropped in silence."""

    candidates: tuple[FactCandidate, ...]
    reason: str | None = None
    usage: Usage = Usage()
    outcome: AnswerOutcome = AnswerOutcome.ANSWERED


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with proven evidence. ``[char_from, char_to)`` is the quote's place in the document's markdown.

    ``page`` is None in a document without pages.
    """

    question_id: QuestionId
    question: str
    answer: str
    statement: str
    quote: str
    char_from: int
    char_to: int
    page: int | None
    match: MatchKind
    scattered: tuple[Piece, ...] = ()
    """Where the parts of the quote stand, if it does not stand on its page in one piece."""

    @property
    def left_out(self) -> "LeftOut | None":
        """Why it is kept out of production until a person takes it in; None if nothing speaks against it."""
        return LeftOut.SCATTERED if self.scattered else None


class LeftOut(StrEnum):
    """What keeps a fact out of production. The same values stand in the database (migration 0034)."""

    SCATTERED = "evidence_scattered_on_page"


class ChunkOutcome(StrEnum):
    """Where a chunk ended: the conservation ledger's columns."""

    FACTS = "facts"
    NOTHING_HERE = "nothing_here"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """A chunk's line in the ledger. ``refused`` counts candidates whose quote was not in the chunk."""

    outcome: ChunkOutcome
    facts: tuple[Fact, ...] = ()
    reason: str | None = None
    refused: int = 0
    cached: bool = False
    usage: Usage = Usage()
    key: str | None = None
    """Under which the answer is cached."""
