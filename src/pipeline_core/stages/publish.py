"""ingestor: one transaction swaps the document's chunks, facts and vectors into production and ends its job."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.domain.documents import Document
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import EventType, JobStage, StageName, stage_move
from pipeline_core.domain.staging import Embeddable
from pipeline_core.ports.unit_of_work import UnitOfWork
from pipeline_core.stages import embed
from pipeline_core.stages.base import Fetched, OutputFile, Saved, Stage, StageContext, StageInput, StageResult
from pipeline_core.stages.inputs import json_bytes


@dataclass(frozen=True, slots=True)
class _Data:
    """``models`` are those of the vectors in the buffer."""

    texts: list[Embeddable]
    models: list[str]
    again: embed.ToEmbed | None


def fetch(ctx: StageContext, uow: UnitOfWork, jobs: Sequence[HeldJob]) -> Fetched:
    """The texts; and for documents that were embedded before the active model changed, what embedding them needs."""
    ids = [job.document_id for job in jobs]
    publishable, active, buffered = uow.production.publishable(ids), uow.models.active(), uow.production.buffered(ids)
    late = [document_id for document_id, models in buffered.items() if active and models - {active}]
    again = embed.to_embed(ctx, uow, {document_id: publishable[document_id] for document_id in late})
    # what one of these documents replaces in another does not come into production when they are published together
    replaced = uow.production.replaced_by(ids)
    texts = {
        document_id: [text for text in of_document if text.owner_id not in replaced]
        for document_id, of_document in publishable.items()
    }
    return {
        document_id: StageInput(
            (embed.content_key(of_document),),
            _Data(of_document, sorted(model.name for model in buffered[document_id]), again.get(document_id)),
        )
        for document_id, of_document in texts.items()
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
    return StageResult(
        (output,), embedded.rows, report={"chunks": len(chunks), "facts": len(facts)}, usage=embedded.usage
    )


def save(ctx: StageContext, uow: UnitOfWork, done: Sequence[Saved]) -> None:
    """New vectors, where the model has changed; ``services.run_stage`` publishes and ends the jobs with it."""
    if again := [item for item in done if item.result.rows is not None]:
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
