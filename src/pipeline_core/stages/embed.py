"""embedder: chunks and approved facts get vectors, into the buffer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import EventType, JobStage, StageName, stage_move
from pipeline_core.domain.staging import Embeddable
from pipeline_core.ports.embedder import Embedder, Vectors
from pipeline_core.ports.unit_of_work import UnitOfWork
from pipeline_core.ports.workers import InWorker
from pipeline_core.stages.base import Computation, Fetched, Saved, Stage, StageContext, StageInput, StageResult


@dataclass(frozen=True, slots=True)
class _Data:
    texts: list[Embeddable]
    cached: Mapping[str, Vectors]


def fetch(ctx: StageContext, uow: UnitOfWork, jobs: Sequence[HeldJob]) -> Fetched:
    texts = uow.production.publishable([job.document_id for job in jobs])
    keys = [text.content_sha256 for of_document in texts.values() for text in of_document]
    cached = uow.caches.vectors(keys, model=ctx.embedder.model, version=ctx.embedder.version)

    def data(own: list[Embeddable]) -> _Data:
        return _Data(own, {t.content_sha256: cached[t.content_sha256] for t in own if t.content_sha256 in cached})

    return {document_id: StageInput((content_key(own),), data(own)) for document_id, own in texts.items()}


def content_key(texts: Sequence[Embeddable]) -> str:
    """What is to be published, as one hash: every owner and its text."""
    lines = (f"{text.kind} {text.owner_id} {text.content_sha256}" for text in texts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def run(ctx: StageContext, _document: Document, data: _Data) -> StageResult | Computation:
    if isinstance(ctx.embedder, InWorker):
        return partial(_embed, ctx.embedder, data)
    return _embed(ctx.embedder, data)


def _embed(embedder: Embedder, data: _Data) -> StageResult:
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
    rows = np.zeros((len(data.texts), embedder.dims), dtype=np.float32)
    for position, text in enumerate(data.texts):
        rows[position] = vectors[text.content_sha256]
    report = {"vectors": len(data.texts), "embedded": len(missing), "model": embedder.model}
    return StageResult((), (data.texts, rows), report, usage)


def save(ctx: StageContext, uow: UnitOfWork, done: Sequence[Saved]) -> None:
    uow.production.fill_buffer(
        [(item.document, *item.result.rows) for item in done],
        model=ctx.embedder.model,
        version=ctx.embedder.version,
    )


def embedder_config(ctx: StageContext) -> dict[str, Any]:
    return {"model": ctx.embedder.model, "version": ctx.embedder.version, "dims": ctx.embedder.dims}


STAGE = Stage(
    name=StageName.EMBEDDER,
    version="1",
    fetch=fetch,
    run=run,
    save=save,
    config=embedder_config,
    begins=stage_move(
        "embedding",
        EventType.STAGE_STARTED,
        {JobStage.VALIDATING, JobStage.VALIDATION_REVIEW, JobStage.EMBEDDING},
        JobStage.EMBEDDING,
    ),
    ends=(
        stage_move("embeddings_buffered", EventType.STAGE_DONE, {JobStage.EMBEDDING}, JobStage.EMBEDDINGS_BUFFERED),
        stage_move("embedded", EventType.STAGE_DONE, {JobStage.EMBEDDINGS_BUFFERED}, JobStage.EMBEDDED),
    ),
    starts_from=frozenset({JobStage.VALIDATING, JobStage.VALIDATION_REVIEW, JobStage.EMBEDDING}),
    done_at=JobStage.EMBEDDED,
    restarts_at=JobStage.EMBEDDING,
    # The buffer is emptied by every publication, so a finished embedding is not there to be found again;
    # the cache makes doing it anew free.
    reusable=False,
)
