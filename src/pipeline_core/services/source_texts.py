"""The source text of facts: chunks as they are written and as they are read, with the evidence marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.chunk_html import marked_html
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.facts import Span
from pipeline_core.domain.ids import DocumentId, QuestionId
from pipeline_core.domain.source_words import Place, word_places
from pipeline_core.domain.table_headers import continues_table, header_of


@dataclass(frozen=True, slots=True)
class SourceText:
    """A chunk, the places of its text that prove a fact, and the text as HTML with these marked."""

    chunk: Chunk
    marks: tuple[Place, ...]
    header: str = ""
    """Of the table that the chunk continues."""

    @property
    def html(self) -> str:
        """Return the chunk rendered; nothing in it is active."""
        return marked_html(self.chunk.text, self.marks, self.header)

    @property
    def words(self) -> list[Place]:
        """Return the places of the words that can be marked."""
        return word_places(self.chunk.text)


@dataclass(frozen=True, slots=True)
class SourceTexts:
    """The staged text of the documents that one user may see."""

    open_uow: OpenUnitOfWork

    def of_fact(self, document_id: DocumentId, fact_id: UUID) -> list[SourceText]:
        """The chunks that prove a fact, its own first: a row may be said with a header from another one.

        Raises:
            NotFoundError: the user has no such document, or it has no such fact.
        """
        with self.open_uow() as uow:
            fact = uow.reviews.known(document_id, QuestionId(fact_id))
            chunks = [staged.chunk for staged in uow.staging.chunks([document_id])[document_id]]
            if fact and fact.chunk_id not in {chunk.chunk_id for chunk in chunks}:
                chunks = uow.production.chunks(document_id)
        if fact is None:
            raise NotFoundError(f"The document {document_id} has no fact {fact_id}.")
        sources = [
            SourceText(chunk, marks, header_of(chunk, chunks))
            for chunk in chunks
            if (marks := _marks(chunk, fact.evidence))
        ]
        return sorted(sources, key=lambda source: source.chunk.chunk_id != fact.chunk_id)

    def header_above(self, document_id: DocumentId, chunk: Chunk) -> str:
        """Return the header of the table that the chunk continues; nothing for one that continues none."""
        if not continues_table(chunk.text):
            return ""
        with self.open_uow() as uow:
            staged = [one.chunk for one in uow.staging.chunks([document_id])[document_id]]
            return header_of(chunk, staged or uow.production.chunks(document_id))

    def of_chunk(self, document_id: DocumentId, chunk_id: UUID) -> SourceText:
        """A chunk with no marks.

        Raises:
            NotFoundError: the user has no such document, or it has no such chunk.
        """
        return next(source for source in self.of_document(document_id, chunk_id=chunk_id))

    def of_document(self, document_id: DocumentId, *, chunk_id: UUID | None = None) -> list[SourceText]:
        """All chunks of a document in their order, or the one that is named.

        Raises:
            NotFoundError: the user has no such document, or it has no such chunk.
        """
        with self.open_uow() as uow:
            staged = uow.staging.chunks([document_id])[document_id]
        found = [SourceText(one.chunk, ()) for one in staged if chunk_id in (None, one.chunk.chunk_id)]
        if not found:
            raise NotFoundError(f"The document {document_id} has no chunk {chunk_id}.")
        return found


def _marks(chunk: Chunk, spans: Sequence[Span]) -> tuple[Place, ...]:
    """The places of the spans within the chunk; what begins in the overlap of two is marked in both."""
    return tuple(
        Place(span.char_from - chunk.char_from, span.char_to - chunk.char_from)
        for span in spans
        if chunk.char_from <= span.char_from and span.char_to <= chunk.char_to
    )
