"""ingestor: one transaction swaps the document's chunks, facts and vectors into production and ends its job."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.documents import Document
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import EventType, JobStage, StageName, stage_move
from pipeline_core.domain.staging import Embeddable
from pipeline_core.stages import embed
from pipeline_core.stages.base import Fetched, OutputFile, Saved, Stage, StageContext, StageInput, StageResult
from pipeline_core.stages.inputs import json_bytes


@dataclass(frozen=True, slots=True)
class Publication:
    """The facts that the record of a publication lists, and new vectors where they had to be made."""

    facts: tuple[UUID, ...]
    vectors: Any


@dataclass(frozen=True, slots=True)
class _Data:
    """``models`` are those of the vectors in the buffer."""

    texts: list[Embeddable]
    models: list[str]
    again: embed.ToEmbed | None


def fetch(ctx: StageContext, uow: UnitOfWork, jobs: Sequence[HeldJob]) -> Fetched:
    """The texts; and what embedding them needs, for documents that were embedded before the active model changed, or
    before it was known what of them is published."""
    ids = [job.document_id for job in jobs]
    uow.staging.lock_matching_of(ids)
    # together: what one of these documents replaces, or says before another, is in the record of the right one
    preview = uow.production.preview(ids)
    active, buffered = uow.models.active(), uow.production.buffered(ids)
    late = {document_id for document_id, models in buffered.items() if active and models - {active}}
    all_texts = uow.production.to_embed(list(late | preview.without_vector))
    again = embed.to_embed(ctx, uow, all_texts)
    return {
        document_id: StageInput(
            (embed.content_key(of_document),),
            _Data(of_document, sorted(model.name for model in buffered[document_id]), again.get(document_id)),
        )
        for document_id, of_document in preview.texts.items()
    }


def run(_ctx: StageContext, document: Document, data: _Data) -> StageResult:
    texts = data.texts
    embedded = embed.embed(data.again) if data.again else StageResult()
    chunks = [str(text.owner_id) for text in texts if text.kind == "chunk"]
    facts = [str(text.owner_id) for text in texts if text.kind == "question"]
    content = {
        "document_id": str(document.document_id),
        "filename": document.filename,
        "file_sha256": document.file_sha256,
        "embed_models": [data.again.embedder.model] if data.again else data.models,
        "content_sha256": embed.content_key(texts),
        "chunks": chunks,
        "facts": facts,
    }
    output = OutputFile("ingestion_json", ".ingestion.json", json_bytes(content), "application/json")
    rows = Publication(tuple(text.owner_id for text in texts if text.kind == "question"), embedded.rows)
    return StageResult((output,), rows, report={"chunks": len(chunks), "facts": len(facts)}, usage=embedded.usage)


def save(ctx: StageContext, uow: UnitOfWork, done: Sequence[Saved]) -> None:
    """New vectors, where they had to be made; ``services.run_stage`` publishes and ends the jobs with it."""
    again = [
        replace(item, result=replace(item.result, rows=item.result.rows.vectors))
        for item in done
        if item.result.rows.vectors is not None
    ]
    if again:
        embed.save(ctx, uow, again)


STAGE = Stage(
    name=StageName.INGESTOR,
    version="1",
    fetch=fetch,
    run=run,
    save=save,
    config=embed.no_config,
    begins=stage_move(
        "ingesting", EventType.STAGE_STARTED, {JobStage.EMBEDDED, JobStage.INGESTING}, JobStage.INGESTING
    ),
    ends=(),
    starts_from=frozenset({JobStage.EMBEDDED, JobStage.INGESTING}),
    done_at=JobStage.INGESTED,
    # The buffer is empty after a publication, so publishing again begins with the vectors.
    restarts_at=JobStage.EMBEDDING,
    reusable=False,
    publishes=True,
)
