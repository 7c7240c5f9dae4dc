"""Staged rows and pairs of near-duplicates."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import ChunkOutcome, Fact, HasEvidence, LeftOut, Span
from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId, RealmId
from pipeline_core.domain.packing import packed
from pipeline_core.domain.vectors import HalfVectors


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """A chunk with its line in the ledger: ``outcome`` is None until facts were asked for."""

    chunk: Chunk
    outcome: ChunkOutcome | None
    reason: str | None
    fact_count: int
    refused_count: int


@packed
@dataclass(frozen=True, slots=True)
class MatchKey:
    """Key by which a fact is compared: its text, the hash of its words and signs, its trigram signature, its language.

    ``language`` is that of its document or bank (``domain.languages``), "" where it cannot be told.
    """

    text: str
    sha256: str
    trigrams: int
    signature: bytes
    language: str = ""


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A fact on its way into ``staged_questions``."""

    document_id: DocumentId
    realm_id: RealmId
    chunk_id: ChunkId
    heading_path: tuple[str, ...]
    fact: Fact
    generator: str
    match: MatchKey


@dataclass(frozen=True, slots=True)
class Matchable:
    """A new row as duplicate detection sees it: ``text`` is compared, ``embed_text`` is what its vector is of."""

    question_id: QuestionId
    realm_id: RealmId
    sha256: str
    trigrams: int
    signature: bytes
    text: str
    answer: str | None
    is_statement: bool
    embed_text: str
    embed_sha256: str
    language: str = ""
    own_words: str | None = None
    """The text without the heading that it is said with; None if it is said with none."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Row that a new row is compared with."""

    text: str
    answer: str | None
    language: str = ""
    own_words: str | None = None


def comparable_texts(left: str, left_own: str | None, right: str, right_own: str | None) -> tuple[str, str]:
    """Two texts as they are compared: without the heading that only one of them is said with.

    With two headings both stay, for they may be all in which the texts differ.
    """
    if left_own is not None and right_own is not None:
        return left, right
    return left_own or left, right_own or right


@dataclass(frozen=True, slots=True)
class NewRows:
    """The rows of a realm that are new, and so not among what they are compared with: documents' own, or these by id.

    ``scanned`` are those of the documents that are scanned again: what is published of them is not new.
    ``languages`` are those of the rows: what is in none of them is no candidate; of all languages where it is empty.
    """

    realm_id: RealmId
    document_ids: Sequence[DocumentId] = ()
    question_ids: Sequence[QuestionId] = ()
    scanned: Sequence[DocumentId] = ()
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A row that was there before, by id."""

    question_id: QuestionId
    is_staged: bool


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """A question of a bank, and one in the same letters and digits that another bank has asked before it."""

    staged: QuestionId
    existing: QuestionId
    existing_is_staged: bool
    question: str
    answer: str
    existing_question: str
    existing_answer: str


@dataclass(frozen=True, slots=True)
class SignatureTable:
    """Rows as arrays of one length: 16-byte ids, whether staged, trigram counts, 64-byte maps.

    ``sketches`` has shape (rows, words): the signs of the rows' vectors, zeros for a row without one; it is None where
    nobody asked for them.
    """

    ids: npt.NDArray[np.void]
    staged: npt.NDArray[np.bool_]
    trigrams: npt.NDArray[np.int32]
    maps: npt.NDArray[np.uint64]
    sketches: npt.NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def counterpart(self, position: int) -> Counterpart:
        return Counterpart(QuestionId(UUID(bytes=self.ids[position].tobytes())), bool(self.staged[position]))


@dataclass(frozen=True, slots=True)
class Pair:
    """``staged`` looks like ``existing``, which was there first.

    ``resolution`` is ``pending`` where a person must decide; else ``reason`` says why nobody must. ``reasons`` are
    the parts of the score and the ``flags`` that say in what the two differ.
    """

    staged: QuestionId
    existing: QuestionId
    existing_is_staged: bool
    score: float
    method: str
    resolution: str = "pending"
    reason: str | None = None
    reasons: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Similar:
    """pg_trgm's similarity of two texts, 0 to 1, and these without a heading that only one of them is said with."""

    score: float
    staged_text: str
    existing_text: str


@dataclass(frozen=True, slots=True)
class StagedQuestion(HasEvidence):
    """A staged question as validation and review see it."""

    question_id: QuestionId
    document_id: DocumentId
    chunk_id: ChunkId
    question: str | None
    answer: str | None
    statement: str
    evidence: tuple[Span, ...]
    match: str
    generator: str
    status: str
    left_out: LeftOut | None = None
    """Reason that kept it out of production, or would have if no person had taken it in."""
    own_words: str | None = None
    """The statement without the heading that it is said with; None if it is said with none."""


@dataclass(frozen=True, slots=True)
class StagedBefore:
    """A fact that is staged. ``is_decided``: a person approved, rejected or edited it by itself.

    ``is_reviewed``: its status is a person's, be it of the document as a whole. ``left_out_reason`` is kept of what
    somebody has taken in. ``is_added``: a reviewer has added it, no generator found it.
    """

    question_id: QuestionId
    document_id: DocumentId
    statement: str
    evidence: tuple[Span, ...]
    is_decided: bool
    status: str
    left_out_reason: LeftOut | None
    is_reviewed: bool
    is_edited: bool
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Differing:
    """A staged fact and a published one of another document that are to be compared.

    Their statements, without the heading that only one of them is said with (``staged_own``, ``published_own``), are
    the same but for their numbers and for words that deny, or begin with the same words in whatever form and order
    (``is_about_the_same``), or both answer ``question``. The published one has neither document, quote nor page if it
    is an entry of a question bank.
    """

    document_id: DocumentId
    question_id: QuestionId
    staged_text: str
    staged_answer: str | None
    staged_quote: str
    staged_file: str
    page: int | None
    published_id: QuestionId
    published_text: str
    published_answer: str | None
    published_quote: str | None
    published_document: DocumentId | None
    published_file: str
    published_page: int | None
    question: str | None
    is_about_the_same: bool
    staged_own: str | None = None
    published_own: str | None = None

    @property
    def texts(self) -> tuple[str, str]:
        """Returns the texts of the staged and the published one, as they are compared."""
        return comparable_texts(self.staged_text, self.staged_own, self.published_text, self.published_own)


@dataclass(frozen=True, slots=True)
class Embeddable:
    """A text that needs a vector before it can be published."""

    owner_id: ChunkId | QuestionId
    kind: str
    content_sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    """Vectors of a document's texts, one column each, so that they travel between processes as a few blocks of bytes.

    ``owner_ids`` are of 16 bytes, ``is_chunk`` of one (the others are questions), ``content_sha256`` of 64.
    ``language`` is that of its chunks.
    """

    owner_ids: bytes
    is_chunk: bytes
    content_sha256: bytes
    vectors: HalfVectors
    language: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Preview of what publishing documents together would publish; ``without_vector`` lack one for some of it."""

    texts: dict[DocumentId, list[Embeddable]]
    without_vector: set[DocumentId]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Row of the ledger: a document's expected and actual chunks and facts in production."""

    document_id: DocumentId
    chunks_staged: int
    chunks_published: int
    facts_approved: int
    facts_published: int

    def as_json(self) -> dict[str, Any]:
        return {name: count for name, count in asdict(self).items() if name != "document_id"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """The present place of a fact's evidence."""

    question_id: QuestionId
    chunk_id: ChunkId
    evidence: tuple[Span, ...]
