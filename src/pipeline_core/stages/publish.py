"""ingestor: one transaction swaps the document's chunks, facts and vectors into production and ends its job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import LedgerError, StagedRowsChangedError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import (
    FINISH,
    SUPERSEDE,
    JobStage,
    Outcome,
    StageName,
)
from pipeline_core.domain.staging import Embeddable, LedgerRow
from pipeline_core.stages import embed
from pipeline_core.stages.base import Fetched, OutputFile, Saved, Stage, StageContext, StageInput, StageResult, Swapped
from pipeline_core.stages.inputs import json_bytes

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Publication:
    """The facts that the record of a publication lists, and new vectors where they had to be made."""

    facts: tuple[UUID, ...]
    again: embed.Embedding | None


@dataclass(frozen=True, slots=True)
class _Data:
    """``models`` are those of the vectors in the buffer."""

    texts: list[Embeddable]
    models: list[str]
    again: embed.ToEmbed | None


def fetch(ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[_Data]:
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


def run(_ctx: StageContext, document: Document, data: _Data) -> StageResult[Publication]:
    texts = data.texts
    embedded = embed.embed(data.again) if data.again else None
    chunks = [str(text.owner_id) for text in texts if text.kind == "chunk"]
    facts = tuple(text.owner_id for text in texts if text.kind == "question")
    content = {
        "document_id": str(document.document_id),
        "filename": document.filename,
        "file_sha256": document.file_sha256,
        "embed_models": [data.again.embedder.model] if data.again else data.models,
        "content_sha256": embed.content_key(texts),
        "chunks": chunks,
        "facts": list(map(str, facts)),
    }
    output = OutputFile("ingestion_json", ".ingestion.json", json_bytes(content), "application/json")
    rows = Publication(facts, embedded.rows if embedded else None)
    report = {"chunks": len(chunks), "facts": len(facts)}
    return StageResult(rows, (output,), report, embedded.usage if embedded else Usage())


def save(_ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[Publication]]) -> None:
    embed.fill_buffer(uow, [(item.document, rows) for item in done if (rows := item.result.rows.again)])


def publish(uow: "UnitOfWork", done: Sequence[Saved[Publication]], lease: LeaseToken, config_sha256: str) -> Swapped:
    """Swap documents into production, each with the facts of its record, and end their jobs.

    What one of them says and nobody has published is published with it, though a copy was staged before: that copy
    is left out from now on. A document of which a newer version is published already does not arrive.

    Takes the users' matching lock, holds the active model, then takes the lock of every document of the same places,
    to the end of the transaction.

    Raises:
        EmbeddingModelChangedError: the vectors in the buffer are of another model than the active one.
        StagedRowsChangedError: other facts than those recorded are to be published by now.
        LedgerError: not everything that was approved arrived.
    """
    production, ids = uow.production, [item.job.document_id for item in done]
    uow.staging.lock_matching([item.document.realm_id for item in done])
    model = production.hold_model(ids)
    production.lock_places(ids)
    outdated = production.outdated(ids)
    arriving = [item for item in done if item.job.document_id not in outdated]
    current = [item.job.document_id for item in arriving]
    banks = production.take_places(current)
    if current:
        _refuse_unlisted(production.publishable(current), arriving)
        _check(production.swap(current, model=model))
    production.clear_buffer(ids)
    late = [item for item in done if item.job.document_id in outdated]
    for move, outcome, items in ((FINISH, Outcome.PUBLISHED, arriving), (SUPERSEDE, Outcome.SUPERSEDED, late)):
        payloads = {item.job.job_id: item.payload for item in items}
        uow.jobs.move(move, payloads, lease=lease, outcome=outcome, config_sha256=config_sha256)
    return Swapped([item.job for item in arriving], banks)


def _refuse_unlisted(
    publishable: Mapping[DocumentId, Sequence[Embeddable]], done: Sequence[Saved[Publication]]
) -> None:
    """Refuses to publish anything that is not in the record of the publication."""
    for item in done:
        document_id, listed = item.job.document_id, set(item.result.rows.facts)
        facts = {text.owner_id for text in publishable[document_id] if text.kind == "question"}
        if facts != listed:
            raise StagedRowsChangedError(
                f"{len(facts ^ listed)} facts were decided otherwise, or published elsewhere.",
                where=f"document {document_id}",
            )


def _check(ledger: Sequence[LedgerRow]) -> None:
    for row in ledger:
        if (row.chunks_staged, row.facts_approved) != (row.chunks_published, row.facts_published):
            raise LedgerError(
                f"{row.chunks_published} of {row.chunks_staged} chunks and {row.facts_published} of "
                f"{row.facts_approved} facts would have arrived in production.",
                where=f"document {row.document_id}",
            )


STAGE = Stage(
    name=StageName.INGESTOR,
    version="1",
    fetch=fetch,
    run=run,
    save=save,
    ended_by=(),
    # The buffer is empty after a publication, so publishing again begins with the vectors.
    again_at=JobStage.EMBEDDING,
    reusable=False,
    publish=publish,
)
