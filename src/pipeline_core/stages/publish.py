"""ingestor: one transaction swaps the document's chunks, facts and vectors into production and ends its job."""

from collections.abc import Sequence

from pipeline_core.domain.documents import Document
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import EventType, JobStage, StageName, stage_move
from pipeline_core.domain.staging import Embeddable
from pipeline_core.ports.unit_of_work import UnitOfWork
from pipeline_core.stages.base import Fetched, OutputFile, Saved, Stage, StageContext, StageInput, StageResult
from pipeline_core.stages.embed import content_key, embedder_config
from pipeline_core.stages.inputs import json_bytes


def fetch(_ctx: StageContext, uow: UnitOfWork, jobs: Sequence[HeldJob]) -> Fetched:
    ids = [job.document_id for job in jobs]
    # what one of these documents replaces in another does not come into production when they are published together
    replaced = uow.production.replaced_by(ids)
    texts = {
        document_id: [text for text in of_document if text.owner_id not in replaced]
        for document_id, of_document in uow.production.publishable(ids).items()
    }
    return {
        document_id: StageInput((content_key(of_document),), of_document) for document_id, of_document in texts.items()
    }


def run(ctx: StageContext, document: Document, data: list[Embeddable]) -> StageResult:
    chunks = [str(text.owner_id) for text in data if text.kind == "chunk"]
    facts = [str(text.owner_id) for text in data if text.kind == "question"]
    content = {
        "document_id": str(document.document_id),
        "filename": document.filename,
        "file_sha256": document.file_sha256,
        "embedder": embedder_config(ctx),
        "content_sha256": content_key(data),
        "chunks": chunks,
        "facts": facts,
    }
    output = OutputFile("ingestion_json", ".ingestion.json", json_bytes(content), "application/json")
    return StageResult((output,), report={"chunks": len(chunks), "facts": len(facts)})


def save(ctx: StageContext, uow: UnitOfWork, done: Sequence[Saved]) -> None:
    """Nothing of its own: ``services.run_stage`` publishes and ends the jobs in one transaction."""


STAGE = Stage(
    name=StageName.INGESTOR,
    version="1",
    fetch=fetch,
    run=run,
    save=save,
    config=embedder_config,
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
