"""chunker: the optimized markdown where there is one, else the converted one, cut into staged chunks."""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.facts import ChunkOutcome
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import HeldJob, OutputRow, is_scan
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.staging import StagedBefore
from pipeline_core.duplicates.reanchor import anchor_facts
from pipeline_core.stages import chunking, no_facts
from pipeline_core.stages.base import (
    Computation,
    Fetched,
    OutputFile,
    Saved,
    Stage,
    StageContext,
    StageResult,
)
from pipeline_core.stages.inputs import (
    fetch_markdown,
    json_bytes,
    markdown_kinds,
    page_map,
    read_text,
)

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


def fetch(ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[OutputRow]:
    return fetch_markdown(uow, jobs, markdown_kinds(ctx.settings))


def run(ctx: StageContext, document: Document, data: OutputRow) -> Computation[list[Chunk]]:
    sizes = {
        "min_chars": ctx.settings.chunk_min_chars,
        "max_chars": ctx.settings.chunk_max_chars,
        "overlap_chars": ctx.settings.chunk_overlap_chars,
    }
    return partial(_cut, document, data, read_text(ctx.store, data), sizes)


def _cut(document: Document, source: OutputRow, markdown: str, sizes: Mapping[str, int]) -> StageResult[list[Chunk]]:
    pages = page_map(source)
    chunks = chunking.split(markdown, pages, document_id=document.document_id, **sizes)
    for chunk in chunks:
        if markdown[chunk.char_from : chunk.char_to] != chunk.text:
            raise LedgerError(f"Chunk {chunk.ordinal} is not what stands at its offsets.", where=document.filename)
    rows = [
        {
            "chunk_id": str(c.chunk_id),
            "ordinal": c.ordinal,
            "text": c.text,
            "heading_path": c.heading_path,
            "pages": None if pages.count is None else [c.page_from, c.page_to],
            "chars": [c.char_from, c.char_to],
            "token_count": c.token_count,
            "content_sha256": c.content_sha256,
        }
        for c in chunks
    ]
    content = {
        "document_id": str(document.document_id),
        "source": {"path": source.path, "sha256": source.checksum},
        "chunker": {"name": chunking.CHUNKER, "version": chunking.VERSION},
        "chunks": rows,
    }
    output = OutputFile("chunks_json", ".chunks.json", json_bytes(content), "application/json")
    return StageResult(chunks, (output,), {"chunks": len(chunks)})


def save(ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[list[Chunk]]]) -> None:
    ids = [item.document.document_id for item in done]
    uow.staging.lock_matching_of_staged(ids)
    kept = _kept(ctx, uow, [item.document for item in done])
    for item in done:
        if facts := kept.get(item.document.document_id):
            anchors = anchor_facts(facts, item.result.rows)
            uow.deep_scans.replace_chunks(
                item.document, item.result.rows, anchors, chunker=chunking.CHUNKER, version=chunking.VERSION
            )
    uow.staging.replace_chunks(
        {
            item.document.document_id: (item.document.realm_id, item.result.rows)
            for item in done
            if item.document.document_id not in kept
        },
        chunker=chunking.CHUNKER,
        version=chunking.VERSION,
        # so that the next stage need not write them once more
        outcome=ChunkOutcome.NOT_ASKED if no_facts.asks_nothing(ctx) else None,
    )


def _kept(ctx: StageContext, uow: "UnitOfWork", documents: Sequence[Document]) -> dict[DocumentId, list[StagedBefore]]:
    """The facts that stay, at the chunk where their evidence stands now, by document: what people have decided about,
    and all of what is scanned again, for a deep scan adds to it."""
    kept: dict[DocumentId, list[StagedBefore]] = {}
    scanned = {one.document_id for one in documents if is_scan(ctx.profile, one.document_id, one.job_id)}
    for fact in uow.staging.staged_before([one.document_id for one in documents]):
        if fact.is_decided or fact.document_id in scanned:
            kept.setdefault(fact.document_id, []).append(fact)
    return kept


STAGE = Stage(
    name=StageName.CHUNKER,
    version=chunking.VERSION,
    fetch=fetch,
    run=run,
    save=save,
    leaves="chunks_json",
    config=lambda ctx: {
        "chunker": chunking.CHUNKER,
        "splitter": version("semantic-text-splitter"),
        "min": ctx.settings.chunk_min_chars,
        "max": ctx.settings.chunk_max_chars,
        "overlap": ctx.settings.chunk_overlap_chars,
    },
)
