"""Deterministic identifiers: the same input makes the same id on every machine."""

import hashlib
from collections.abc import Sequence
from typing import NewType
from uuid import UUID, uuid5

UserId = NewType("UserId", UUID)
RealmId = NewType("RealmId", UUID)
SourceId = NewType("SourceId", UUID)
SourceRunId = NewType("SourceRunId", UUID)
DocumentId = NewType("DocumentId", UUID)
JobId = NewType("JobId", UUID)
ChunkId = NewType("ChunkId", UUID)
QuestionId = NewType("QuestionId", UUID)
BatchId = NewType("BatchId", UUID)
DuplicateId = NewType("DuplicateId", UUID)
Ids = Sequence[DocumentId]
LeaseToken = NewType("LeaseToken", UUID)
CorrelationId = NewType("CorrelationId", UUID)

NAMESPACE = UUID("6f1f3c5e-9a0b-5d3e-8c67-1d2f0a4b7c90")


def sha256_hex(data: bytes) -> str:
    """Hex digest of the bytes, as stored in every ``*_sha256`` column."""
    return hashlib.sha256(data).hexdigest()


def text_sha256(text: str) -> str:
    """Hex digest of the UTF-8 encoding of the text."""
    return sha256_hex(text.encode("utf-8"))


def _derive(kind: str, *parts: object) -> UUID:
    # The unit separator cannot occur in any part any more, so ("ab", "c") and ("a", "bc") differ.
    return uuid5(NAMESPACE, "\x1f".join([kind, *(_escaped(str(part)) for part in parts)]))


def _escaped(part: str) -> str:
    return part.replace("\x1b", "\x1b0").replace("\x1f", "\x1b1")


def user_id_for(name: str) -> UserId:
    """The id of a user known only by name (the local mode's user, a test's users)."""
    return UserId(_derive("user", name))


def personal_realm(user_id: UserId) -> RealmId:
    """The realm that each user has alone: its id is the user's."""
    return RealmId(user_id)


def document_id_for(realm_id: RealmId, file_sha256: str, moved: int = 0) -> DocumentId:
    """One document for each realm and content: uploading the same bytes again finds it.

    ``moved`` counts the documents of this content that were moved from here to other realms, and keep their ids there.
    """
    return DocumentId(_derive("document", realm_id, file_sha256, *([moved] if moved else [])))


def job_id_for(document_id: DocumentId, run: int) -> JobId:
    """The document's ``run``-th job, counted from 0."""
    return JobId(_derive("job", document_id, run))


def batch_id_for(document_id: DocumentId) -> BatchId:
    """The staging batch that a document's runs fill."""
    return BatchId(_derive("batch", document_id))


def scan_batch_id_for(job_id: JobId) -> BatchId:
    """The staging batch of one deep scan: what it found beyond what the document said already."""
    return BatchId(_derive("scan", job_id))


def bank_batch_id_for(realm_id: RealmId, file_sha256: str) -> BatchId:
    """The batch of a question bank: the same bank again finds the same batch."""
    return BatchId(_derive("bank", realm_id, file_sha256))


def bank_question_id_for(batch_id: BatchId, question: str, answer: str, occurrence: int) -> QuestionId:
    """A bank's question is its words; ``occurrence`` counts equal ones from 0."""
    return QuestionId(_derive("bank question", batch_id, question, answer, occurrence))


def chunk_id_for(document_id: DocumentId, chunker: str, version: str, char_from: int, content_sha256: str) -> ChunkId:
    """A chunk is its document, its chunker, its place and its text."""
    return ChunkId(_derive("chunk", document_id, chunker, version, char_from, content_sha256))


def question_id_for(chunk_id: ChunkId, question: str | None, statement: str, char_from: int) -> QuestionId:
    """A staged question is its chunk, its words and where its evidence begins (document offset).

    Without a question the statement stands in for it.
    """
    return QuestionId(_derive("question", chunk_id, statement if question is None else question, statement, char_from))


def added_question_id_for(chunk_id: ChunkId, spans: Sequence[tuple[int, int]], *words: str | None) -> QuestionId:
    """A fact that a reviewer adds: its chunk, the places that are marked there, and its words; never a generator's."""
    return QuestionId(_derive("added question", chunk_id, list(spans), *words))


def duplicate_id_for(staged: QuestionId, existing: QuestionId) -> DuplicateId:
    """A pair is its two ends, in order."""
    return DuplicateId(_derive("duplicate", staged, existing))
