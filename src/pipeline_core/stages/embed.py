"""embedder: chunks and approved facts get vectors, into the buffer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.staging import Embeddable
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.workers import InWorker
from pipeline_core.stages import gates
from pipeline_core.stages.base import Computation, Fetched, Saved, Stage, StageContext, StageInput, StageResult

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ToEmbed:
    texts: list[Embeddable]
    cached: Mapping[str, Vectors]
    embedder: Embedder


@dataclass(frozen=True, slots=True)
class Embedding:
    """Texts with their vectors, in order, and the model that made them."""

    texts: list[Embeddable]
    vectors: Vectors
    model: str
    version: str


def fetch(ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[ToEmbed]:
    texts = uow.production.to_embed([job.document_id for job in jobs])
    return {
        document_id: StageInput((content_key(texts[document_id]),), data)
        for document_id, data in to_embed(ctx, uow, texts).items()
    }


def to_embed(
    ctx: StageContext, uow: "UnitOfWork", texts: Mapping[DocumentId, list[Embeddable]]
) -> dict[DocumentId, ToEmbed]:
    """Returns the input of ``run``: the texts, the active model's embedder, and the vectors already cached for it."""
    embedder = ctx.embedders.of(uow.models.active())
    keys = [text.content_sha256 for of_document in texts.values() for text in of_document]
    cached = uow.caches.vectors(keys, model=embedder.model, version=embedder.version) if keys else {}

    def of(own: list[Embeddable]) -> ToEmbed:
        known = {text.content_sha256: cached[text.content_sha256] for text in own if text.content_sha256 in cached}
        return ToEmbed(own, known, embedder)

    return {document_id: of(own) for document_id, own in texts.items()}


def content_key(texts: Sequence[Embeddable]) -> str:
    """Returns one hash of all that is to be published: every owner and its text."""
    lines = (f"{text.kind} {text.owner_id} {text.content_sha256}" for text in texts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def run(_ctx: StageContext, _document: Document, data: ToEmbed) -> StageResult[Embedding] | Computation[Embedding]:
    if isinstance(data.embedder, InWorker):
        return partial(embed, data)
    return embed(data)


def embed(data: ToEmbed) -> StageResult[Embedding]:
    """The texts' vectors, in order, as ``save`` wants them."""
    embedder = data.embedder
    missing = {text.content_sha256: text.text for text in data.texts if text.content_sha256 not in data.cached}
    vectors: dict[str, Vectors] = dict(data.cached)
    usage = Usage()
    if missing:
        embedded = embedder.embed(list(missing.values()))
        if embedded.vectors.shape != (len(missing), embedder.dims):
            raise LedgerError(
                f"{len(missing)} texts were embedded and vectors of shape {embedded.vectors.shape} came back.",
                where=embedder.model,
            )
        vectors.update(zip(missing, embedded.vectors, strict=True))
        usage = embedded.usage
    in_order = [vectors[text.content_sha256] for text in data.texts]
    rows = np.array(in_order, dtype=np.float32).reshape(len(in_order), embedder.dims)
    report = {"vectors": len(data.texts), "embedded": len(missing), "model": embedder.model}
    return StageResult(Embedding(data.texts, rows, embedder.model, embedder.version), (), report, usage)


def save(_ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[Embedding]]) -> None:
    fill_buffer(uow, [(item.document, item.result.rows) for item in done])


def fill_buffer(uow: "UnitOfWork", embedded: Sequence[tuple[Document, Embedding]]) -> None:
    """Put the vectors of these documents into the buffer.

    A batch is embedded by one model, but for documents that were fetched when another was active.
    """
    for model, version in sorted({(rows.model, rows.version) for _, rows in embedded}):
        of_model = [
            (document, rows.texts, rows.vectors)
            for document, rows in embedded
            if (rows.model, rows.version) == (model, version)
        ]
        uow.production.fill_buffer(of_model, model=model, version=version)


STAGE = Stage(
    name=StageName.EMBEDDER,
    version="1",
    fetch=fetch,
    run=run,
    save=save,
    before=gates.VALIDATION,
    # which model is active is no setting of a document: changing it re-embeds what is published, all at once
    # The buffer is emptied by every publication, so a finished embedding is not there to be found again;
    # the cache makes doing it anew free.
    reusable=False,
)
