"""The vector buffer and the swap into production."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline_core.db.embedding_models import Models
from pipeline_core.db.packed_rows import cut, half_vectors, packed
from pipeline_core.db.session import Session
from pipeline_core.db.substitutes import substitute
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Document
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.ids import BatchId, DocumentId, Ids, JobId, RealmId
from pipeline_core.domain.jobs import PublishedJob
from pipeline_core.domain.replacements import successors
from pipeline_core.domain.staging import Embeddable, EmbeddedTexts, LedgerRow, Preview

BUFFER_COLUMNS = {
    "owner_id": "uuid",
    "owner_kind": "text",
    "document_id": "uuid",
    "realm_id": "uuid",
    "embed_model": "text",
    "embed_version": "text",
    "content_sha256": "text",
    "vector": "halfvec",
}


class Production:
    def __init__(self, session: Session) -> None:
        self._session = session

    def publishable(self, document_ids: Ids) -> dict[DocumentId, list[Embeddable]]:
        """The chunks and approved facts of each document."""
        return self._texts(document_ids, with_substitutes=False)

    def to_embed(self, document_ids: Ids) -> dict[DocumentId, list[Embeddable]]:
        """The same, with the facts that were left out for a copy which is only staged: they may be published first."""
        return self._texts(document_ids, with_substitutes=True)

    def _texts(self, document_ids: Ids, *, with_substitutes: bool) -> dict[DocumentId, list[Embeddable]]:
        found: dict[DocumentId, list[Embeddable]] = {document_id: [] for document_id in document_ids}
        rows = self._session.all("publishable", document_ids=list(document_ids), with_substitutes=with_substitutes)
        for row in rows:
            found[row["document_id"]].append(
                Embeddable(row["owner_id"], row["owner_kind"], row["content_sha256"], row["text"])
            )
        return found

    def chunks(self, document_id: DocumentId) -> list[Chunk]:
        """The published chunks of a document, in their order."""
        rows = self._session.all("published_chunks", document_id=document_id)
        return [Chunk(**{**row, "heading_path": tuple(row["heading_path"])}) for row in rows]

    def preview(self, document_ids: Ids) -> Preview:
        """Foresee what a publication would publish now, and change nothing. Take the matching lock first."""
        ids = list(document_ids)
        self._session.execute("begin_preview")
        self.take_places(ids)
        found = Preview(self.publishable(ids), set(self._ids("without_vector", ids)))
        self._session.execute("end_preview")
        return found

    def fill_buffer(
        self, embedded: Sequence[tuple[Document, EmbeddedTexts]], *, model: str, version: str, cached: bool
    ) -> None:
        """Put these documents' vectors into the buffer, instead of any there; with ``cached`` into the cache too."""
        ids = [document.document_id for document, _ in embedded]
        languages = [rows.language for _, rows in embedded]
        self._session.execute("set_words_languages", document_ids=ids, languages=languages)
        self._session.execute("clear_buffer", document_ids=ids)
        parts = (
            part for document, rows in embedded for part in _packed(document, rows, model.encode(), version.encode())
        )
        self._session.copy_packed("document_vector_buffer", list(BUFFER_COLUMNS), parts)
        if cached:
            self._session.execute("cache_buffer", document_ids=ids)

    def buffered(self, document_ids: Ids) -> dict[DocumentId, set[EmbeddingModel]]:
        """The models that each document's vectors in the buffer are of."""
        found: dict[DocumentId, set[EmbeddingModel]] = {document_id: set() for document_id in document_ids}
        for row in self._session.all("buffered_models", document_ids=list(document_ids)):
            found[row["document_id"]].add(EmbeddingModel(row["embed_model"], row["dims"]))
        return found

    def hold_model(self, document_ids: Ids) -> str:
        """The model of the buffered vectors, held active; documents that have nothing to embed have none.

        Raises:
            EmbeddingModelChangedError: it is not the active one.
        """
        models = Models(self._session)
        buffered = set[EmbeddingModel]().union(*self.buffered(document_ids).values())
        for model in buffered:
            models.hold(model)
        return next((model.name for model in buffered), "")

    def lock_places(self, document_ids: Ids) -> None:
        """Take the advisory lock of every version that ever stood at the places of these documents.

        Who swaps another of them at this moment holds one of these locks, and is seen when it is through.
        """
        ids = list(document_ids)
        self._session.execute("lock_documents", document_ids=[*ids, *self._ids("versions", ids)])

    def outdated(self, document_ids: Ids) -> set[DocumentId]:
        """The documents of whose source a newer version is published."""
        return set(self._ids("outdated_documents", list(document_ids)))

    def take_places(self, document_ids: Ids) -> set[BatchId]:
        """Leave out the copies that these documents are published before, and what their facts replace.

        Returns the banks that some of it is in.
        """
        return substitute(self._session, document_ids) | self._replace(list(document_ids))

    def _ids(self, query: str, document_ids: list[DocumentId]) -> list[DocumentId]:
        return [row["document_id"] for row in self._session.all(query, document_ids=document_ids)]

    def _replace(self, ids: list[DocumentId]) -> set[BatchId]:
        """Leave out what facts of these documents take the place of, wherever it is; returns the banks of it."""
        pairs = {(row["old_id"], row["new_id"]): row["by"] for row in self._session.all("replacing", document_ids=ids)}
        replaced = successors(pairs)
        if not replaced:
            return set()
        by = {old: who for (old, _), who in reversed(pairs.items())}
        self._session.execute(
            "replace_questions",
            old_ids=list(replaced),
            new_ids=list(replaced.values()),
            by=[by[old] for old in replaced],
        )
        rows = self._session.all("batches_of_questions", question_ids=list(replaced))
        return {row["batch_id"] for row in rows}

    def to_acknowledge(
        self, realm_id: RealmId, *, job_id: JobId | None = None, document_id: DocumentId | None = None
    ) -> list[PublishedJob]:
        """The job, or the published jobs of a document, with the version that stands: held to the transaction's end."""
        return self._session.rows(
            PublishedJob, "to_acknowledge", realm_id=realm_id, job_id=job_id, document_id=document_id
        )

    def swap(self, document_ids: Ids, *, model: str) -> list[LedgerRow]:
        """Put chunks and approved facts with their vectors where those of the earlier versions were.

        What is published as it is already stays there.

        Returns what there was to arrive, and what has arrived.
        """
        ids, run = list(document_ids), self._session.execute
        before = self._ids("predecessors", ids)
        if before:
            run("withdraw_questions", document_ids=before)
            run("withdraw_chunks", document_ids=before)
        run("withdraw_changed_questions", document_ids=ids)
        run("withdraw_changed_chunks", document_ids=ids)
        run("publish_chunks", document_ids=ids, model=model)
        run("publish_questions", document_ids=ids, question_ids=None, model=model)
        ledger = self._session.rows(LedgerRow, "publish_ledger", document_ids=ids)
        run("mark_imported", document_ids=ids)
        run("mark_batches_imported", document_ids=ids)
        run("mark_published", document_ids=ids)
        if before:
            run("unpublish_documents", document_ids=before)
            run("record_replaced", document_ids=before)
        return ledger

    def clear_buffer(self, document_ids: Ids) -> None:
        self._session.execute("clear_buffer", document_ids=list(document_ids))


def _packed(document: Document, rows: EmbeddedTexts, model: bytes, version: bytes) -> Iterator[bytes]:
    """Rows of the buffer, in its columns' order; those of one kind together, as they are of one length."""
    ids, hashes = cut(rows.owner_ids, 16), cut(rows.content_sha256, 64)
    is_chunk = np.frombuffer(rows.is_chunk, dtype=bool)
    for kind, chosen in ((b"chunk", is_chunk), (b"question", ~is_chunk)):
        if chosen.any():
            yield packed(
                [
                    ids[chosen],
                    kind,
                    document.document_id.bytes,
                    document.realm_id.bytes,
                    model,
                    version,
                    hashes[chosen],
                    half_vectors(rows.vectors[chosen]),
                ],
                int(chosen.sum()),
            )
