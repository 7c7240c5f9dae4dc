"""Facts, their evidence, and what became of each chunk that was asked for facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline_core.domain.confidence_model import Confidence
from pipeline_core.domain.contiguity import Piece
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.packing import packed
from pipeline_core.domain.policy import EVERYTHING, Policy


class MatchKind(StrEnum):
    """Way in which a quote was found in its chunk: exactly, after folding white space, or aligned and repaired."""

    EXACT = "exact"
    NORMALIZED = "normalized"
    ALIGNED = "aligned"


_FROM_EXACT = {kind: at for at, kind in enumerate(MatchKind)}

REVIEWER = "reviewer"
"""The generator of facts that a person has added. The database knows it too."""


@packed
@dataclass(frozen=True, slots=True)
class Span:
    """A part of the evidence: its own text, where that stands, and on which page; None in a document without pages.

    The database holds the same (``is_evidence``).
    """

    quote: str
    char_from: int
    char_to: int
    page: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"quote": self.quote, "char_from": self.char_from, "char_to": self.char_to, "page": self.page}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Span":
        return cls(row["quote"], row["char_from"], row["char_to"], row["page"])


@dataclass(frozen=True, slots=True)
class Evidence(Span):
    """A proof of a fact: ``text[char_from:char_to] == quote``, whatever the generator wrote."""

    match: MatchKind = field(kw_only=True)

    def __reduce__(self) -> tuple[Any, ...]:
        return _evidence, (self.quote, self.char_from, self.char_to, self.page, self.match)


def _evidence(quote: str, char_from: int, char_to: int, page: int | None, match: MatchKind) -> Evidence:
    return Evidence(quote, char_from, char_to, page, match=match)


_BETWEEN_QUOTES = " … "
_ROW = "|"


def place_of(evidence: Sequence[Span]) -> Span:
    """Returns the position of a fact: its row, which follows its context; otherwise the start of its evidence.

    The database says the same (``place_of``).
    """
    return evidence[-1] if evidence[-1].quote.startswith(_ROW) else evidence[0]


def joined_quotes(evidence: Sequence[Span]) -> str:
    """The texts of the spans as one, in their order."""
    return _BETWEEN_QUOTES.join(span.quote for span in evidence)


def shown_quotes(evidence: Sequence[Span], length: int) -> str:
    """The texts of the spans as one, or as much of it as fits; of a row too long with its header rather the row."""
    joined = " ".join(joined_quotes(evidence).split())
    own = evidence[-1].quote
    if len(joined) > length and len(evidence) > 1 and place_of(evidence) is evidence[-1]:
        joined = f"… {' '.join(own.split())}"
    return joined if len(joined) <= length else f"{joined[: length - 1]}…"


class HasEvidence:
    """Properties of a fact's spans taken together."""

    __slots__ = ()
    evidence: tuple[Span, ...]

    @property
    def quote(self) -> str:
        """The texts of its evidence, joined."""
        return joined_quotes(self.evidence)

    @property
    def page(self) -> int | None:
        """Returns the page of the fact."""
        return place_of(self.evidence).page


def fact_text(question: str | None, answer: str | None, statement: str | None) -> str:
    """Returns the text that a fact's vector embeds; the database computes the same (``fact_text``)."""
    said = statement if statement is not None else answer or ""
    return said if question is None else f"{question}\n{said}"


@packed
@dataclass(frozen=True, slots=True)
class Around:
    """Context of a table's row: a caption, a unit, a header's row, as the text has it.

    ``start`` is where it stands in the row's chunk; None: in another one, above the chunk or ``below`` it. Of a heading
    above the chunk, ``quote`` is what it says without its marks.
    """

    quote: str
    start: int | None = None
    below: bool = False
    heading: bool = False


@packed
@dataclass(frozen=True, slots=True)
class FactCandidate:
    """Claim of a generator, before its quotes have been looked up in the chunk.

    ``quotes`` prove it together, in the order in which a reader needs them: a lead-in and its item, a header and its
    row. Both question and answer are None where no question is natural. ``traits`` are what its confidence is made of.
    ``start``: no quote stands before it in the chunk. ``around`` is what a row is said with, in the order in which a
    reader needs it; it comes before the quotes, and may stand in another chunk.
    """

    question: str | None
    answer: str | None
    statement: str
    quotes: tuple[str, ...]
    traits: Mapping[str, float] = field(default_factory=dict, hash=False)
    start: int = 0
    around: tuple[Around, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Returns whether it has quotes, no blank text, and both question and answer or neither."""
        said = (self.statement, *self.quotes, *self.texts)
        return (self.question is None) == (self.answer is None) and bool(self.quotes) and all(map(str.strip, said))

    @property
    def texts(self) -> tuple[str, ...]:
        """Returns the texts in its own words."""
        return present(self.question, self.answer, self.statement)

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "statement": self.statement,
            "quotes": self.quotes,
            "traits": self.traits,
            **({"start": self.start} if self.start else {}),
            **(
                {"around": [[one.quote, one.start, one.below, one.heading] for one in self.around]}
                if self.around
                else {}
            ),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "FactCandidate":
        around = tuple(Around(*one) for one in row.get("around", ()))
        quotes = tuple(row["quotes"])
        return cls(row["question"], row["answer"], row["statement"], quotes, row["traits"], row.get("start", 0), around)


def present(*texts: str | None) -> tuple[str, ...]:
    """The texts that there are."""
    return tuple(text for text in texts if text is not None)


@packed
@dataclass(frozen=True, slots=True)
class Usage:
    """Cost of a paid call. Zero for local work. ``cached_tokens`` are the input tokens that cost less."""

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
    """Verdict on a generator's answer. All but the first are paid for and of no use: the chunk failed."""

    ANSWERED = "answered"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    CONTENT_FILTER = "content_filter"
    SCHEMA_VIOLATION = "schema_violation"
    TOO_LONG = "too_long"


@packed
@dataclass(frozen=True, slots=True)
class Generated:
    """A generator's answer for one chunk. An empty list needs a ``reason``: nothing is dropped in silence."""

    candidates: tuple[FactCandidate, ...]
    reason: str | None = None
    usage: Usage = Usage()
    outcome: AnswerOutcome = AnswerOutcome.ANSWERED


@packed
@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with proven evidence, whose spans are places in the document's markdown.

    Question and answer are None where no question is natural.
    """

    question_id: QuestionId
    question: str | None
    answer: str | None
    statement: str
    evidence: tuple[Evidence, ...]
    scattered: tuple[Piece, ...] = ()
    """Positions of the parts of quotes that are not in one piece on their page."""
    around: int = 0
    """So many of the first spans are what a row is said with: its caption, its unit, its header."""
    traits: Mapping[str, float] = field(default_factory=dict, hash=False)
    confidence: Confidence | None = None
    """None until it is weighed; then under ``policy``."""
    policy: Policy = EVERYTHING

    @property
    def own(self) -> tuple[Evidence, ...]:
        """The evidence without what stands around its row."""
        return self.evidence[self.around :]

    @property
    def match(self) -> MatchKind:
        """Returns the match kind of its quotes: that of the least exact one."""
        return max((span.match for span in self.evidence), key=_FROM_EXACT.__getitem__)

    @property
    def left_out(self) -> "LeftOut | None":
        """Why it is kept out of production until a person takes it in; None if nothing speaks against it."""
        if self.scattered:
            return LeftOut.SCATTERED
        if self.confidence and self.policy.leaves_out(self.confidence.value):
            return LeftOut.LOW_CONFIDENCE
        return None

    @property
    def is_doubted(self) -> bool:
        """Returns whether its confidence is below the level from which nobody has to review it."""
        return self.confidence is not None and self.confidence.value < self.policy.publish_from


class LeftOut(StrEnum):
    """A reason that keeps a fact out of production. The database has the same values."""

    SCATTERED = "evidence_scattered_on_page"
    LOW_CONFIDENCE = "low_confidence"

    @property
    def words(self) -> str:
        """As a reader is told of it."""
        return _LEFT_OUT_WORDS[self]


_LEFT_OUT_WORDS = {
    LeftOut.SCATTERED: "evidence scattered on its page",
    LeftOut.LOW_CONFIDENCE: "low confidence",
}


class ChunkOutcome(StrEnum):
    """Final outcome of a chunk: the conservation ledger's columns."""

    FACTS = "facts"
    NOTHING_HERE = "nothing_here"
    FAILED = "failed"
    NOT_ASKED = "not_asked"
    """The settings ask for no facts (``UPLOAD_PIPELINE_FACT_GENERATOR=none``)."""


@packed
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
