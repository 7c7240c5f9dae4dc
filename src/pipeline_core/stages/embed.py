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
from pipeline_core.domain.languages import language_of
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.staging import Embeddable, EmbeddedTexts
from pipeline_core.domain.vectors import Vectors
from pipeline_core.ports.embedder import Embedder, Instant
from pipeline_core.ports.workers import InWorker
from pipeline_core.stages import gates
from pipeline_core.stages.base import Computation, Fetched, Saved, Stage, StageContext, StageInput, StageResult

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork

_HASH = 64
"""Characters of a content hash."""


@dataclass(frozen=True, slots=True)
class ToEmbed:
    texts: list[Embeddable]
    cached: Mapping[str, Vectors]
    embedder: Embedder


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to be embedded, by column: ids of a thousand texts are one value to pickle, not a thousand."""

    owner_ids: bytes
    is_chunk: bytes
    content_sha256: bytes
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors and the model that made them; ``cached``: they are worth keeping."""

    rows: EmbeddedTexts
    model: str
    version: str
    cached: bool


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
    cached = kept_vectors(uow, embedder, keys)

    def of(own: list[Embeddable]) -> ToEmbed:
        known = {text.content_sha256: cached[text.content_sha256] for text in own if text.content_sha256 in cached}
        return ToEmbed(own, known, embedder)

    return {document_id: of(own) for document_id, own in texts.items()}


def kept_vectors(uow: "UnitOfWork", embedder: Embedder, keys: Sequence[str]) -> dict[str, Vectors]:
    """Returns the cached vectors of the texts with these content hashes; none are kept of an instant embedder."""
    if isinstance(embedder, Instant):
        return {}
    return uow.caches.vectors(keys, model=embedder.model, version=embedder.version)


def content_key(texts: Sequence[Embeddable]) -> str:
    """Returns one hash of all that is to be published: every owner and its text."""
    lines = (f"{text.kind} {text.owner_id} {text.content_sha256}" for text in texts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def run(_ctx: StageContext, _document: Document, data: ToEmbed) -> StageResult[Embedding] | Computation[Embedding]:
    return to_compute(data) if isinstance(data.embedder, InWorker) else embed(data)


def to_compute(data: ToEmbed) -> Computation[Embedding]:
    """Returns the work of ``embed`` for a worker process."""
    return partial(_embed, _by_column(data.texts), data.cached, data.embedder)


def embed(data: ToEmbed) -> StageResult[Embedding]:
    """The texts' vectors, in order, as ``save`` wants them."""
    return _embed(_by_column(data.texts), data.cached, data.embedder)


def _by_column(texts: Sequence[Embeddable]) -> Texts:
    return Texts(
        b"".join(text.owner_id.bytes for text in texts),
        bytes(text.kind == "chunk" for text in texts),
        "".join(text.content_sha256 for text in texts).encode(),
        [text.text for text in texts],
    )


def _embed(data: Texts, cached: Mapping[str, Vectors], embedder: Embedder) -> StageResult[Embedding]:
    hashes = data.content_sha256.decode()
    keys = [hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH)]
    missing = {key: text for key, text in zip(keys, data.texts, strict=True) if key not in cached}
    vectors: dict[str, Vectors] = dict(cached)
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
    in_order = np.array([vectors[key] for key in keys], dtype=np.float16).reshape(len(keys), embedder.dims)
    language = language_of([text for text, chunk in zip(data.texts, data.is_chunk, strict=True) if chunk])
    rows = EmbeddedTexts(data.owner_ids, data.is_chunk, data.content_sha256, in_order, language)
    report = {"vectors": len(keys), "embedded": len(missing), "model": embedder.model}
    cached_too = not isinstance(embedder, Instant)
    return StageResult(Embedding(rows, embedder.model, embedder.version, cached_too), (), report, usage)


def save(_ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[Embedding]]) -> None:
    fill_buffer(uow, [(item.document, item.result.rows) for item in done])


def fill_buffer(uow: "UnitOfWork", embedded: Sequence[tuple[Document, Embedding]]) -> None:
    """Put the vectors of these documents into the buffer.

    A batch is embedded by one model, but for documents that were fetched when another was active.
    """
    by_model: dict[tuple[str, str, bool], list[tuple[Document, EmbeddedTexts]]] = {}
    for document, made in embedded:
        by_model.setdefault((made.model, made.version, made.cached), []).append((document, made.rows))
    for (model, version, cached), rows in sorted(by_model.items(), key=lambda of: of[0]):
        uow.production.fill_buffer(rows, model=model, version=version, cached=cached)


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
