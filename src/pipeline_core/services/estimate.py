"""Estimating the cost of a run without a paid call: files are converted, cut and looked up in the caches here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.ids import RealmId, document_id_for, sha256_hex
from pipeline_core.domain.object_keys import safe_filename, shown_filename
from pipeline_core.domain.parsing import ParseState
from pipeline_core.machine.source_files import read_file
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.fact_generator import FactGenerator
from pipeline_core.ports.parsing import ParseService
from pipeline_core.services.paid_facts import PaidFactGenerator
from pipeline_core.services.paid_vectors import PaidEmbedder
from pipeline_core.stages import chunking
from pipeline_core.stages.base import StageContext
from pipeline_core.stages.chunk_inputs import cache_key, chunk_inputs
from pipeline_core.stages.cleaning import clean
from pipeline_core.stages.no_facts import asks_nothing

_FACTS_PER_CHUNK = 3
_FACT = "A question that names its subject, as long as most are?\nThe statement that answers it, as long as most are."


@dataclass(slots=True)
class Estimate:
    """One file: what of it must be paid for, and what that costs by experience and at most.

    ``pages`` are the file's own, None where it has none or could not be read; ``paid_pages`` those that a paid
    converter would read.
    """

    name: str
    chunks: int = 0
    new_chunks: int = 0
    new_vectors: int = 0
    pages: int | None = None
    paid_pages: int = 0
    expected: Usage = field(default_factory=Usage)
    most: Usage = field(default_factory=Usage)
    error: PipelineError | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "chunks": self.chunks,
            "new_chunks": self.new_chunks,
            "new_vectors": self.new_vectors,
            "pages": self.pages,
            "paid_pages": self.paid_pages,
            "input_tokens": self.expected.input_tokens,
            "output_tokens": self.expected.output_tokens,
            "expected_usd": round(self.expected.cost_usd, 6),
            "most_usd": round(self.most.cost_usd, 6),
            "error": self.error.as_json() if self.error else None,
        }


@dataclass(frozen=True, slots=True)
class EstimateRun:
    """Estimates files one after the other. Nothing is stored, and nothing is asked of a paid service."""

    ctx: StageContext
    converter: Converter
    """A local one, whatever the run will convert with: an estimate pays for nothing."""
    open_uow: OpenUnitOfWork
    parser: ParseService | None = None
    """The service that the run will convert with, where it is a paid one."""

    def __call__(self, files: Sequence[Path], *, realm_id: RealmId) -> Iterator[Estimate]:
        """An estimate for each file; chunks that several files share are counted with the first."""
        seen: set[str] = set()
        for path in files:
            estimate = Estimate(path.name)
            try:
                self._estimate(path, realm_id, estimate, seen)
            except PipelineError as error:
                estimate.error = error
            yield estimate

    def _estimate(self, path: Path, realm_id: RealmId, estimate: Estimate, seen: set[str]) -> None:
        data = read_file(path, limit=self.ctx.settings.max_file_bytes)
        # first: a scan has pages for the service, though nothing can be read in it here
        self._pages(data, path, estimate, seen)
        chunks = self._chunks(data, path, realm_id, estimate)
        estimate.chunks = len(chunks)
        self._facts(self.ctx.generator, chunks, estimate, seen)
        self._vectors(self.ctx.embedder, chunks, estimate, seen)

    def _pages(self, data: bytes, path: Path, estimate: Estimate, seen: set[str]) -> None:
        plan = self.parser.plan(data, filename=safe_filename(path.name)) if self.parser else None
        if plan is None or plan.key in seen:
            return
        seen.add(plan.key)
        with self.open_uow() as uow:
            known = uow.parse_jobs.find(plan.key)
        if known is None or known.state is ParseState.FAILED:
            estimate.paid_pages = plan.expected_pages
            estimate.expected += plan.expected
            estimate.most += plan.most

    def _chunks(self, data: bytes, path: Path, realm_id: RealmId, estimate: Estimate) -> list[Chunk]:
        settings = self.ctx.settings
        filename = safe_filename(path.name)
        converted = self.converter.convert(data, filename=filename, mime=detect(data, shown_filename(path.name)).mime)
        markdown, pages = converted.markdown, converted.page_map
        estimate.pages = pages.count
        if settings.optimizer_enabled:
            markdown, pages, _ = clean(markdown, pages)
        return chunking.split(
            markdown,
            pages,
            document_id=document_id_for(realm_id, sha256_hex(data)),
            min_chars=settings.chunk_min_chars,
            max_chars=settings.chunk_max_chars,
            overlap_chars=settings.chunk_overlap_chars,
        )

    def _facts(self, generator: FactGenerator, chunks: Sequence[Chunk], estimate: Estimate, seen: set[str]) -> None:
        if not isinstance(generator, PaidFactGenerator):
            return
        inputs = {cache_key(generator, chunk): chunk for chunk in chunk_inputs(chunks, generator.context_chars)}
        with self.open_uow() as uow:
            cached = uow.caches.facts(list(inputs), run_id=self.ctx.settings.run_id)
        new = {key: chunk for key, chunk in inputs.items() if key not in cached and key not in seen}
        seen.update(new)
        estimate.new_chunks = len(new)
        batch = generator.goes_in_batches(len(new))
        for chunk in new.values():
            estimate.expected += generator.inner.expected(chunk, batch=batch)
            estimate.most += generator.inner.most(chunk)

    def _vectors(self, embedder: Embedder, chunks: Sequence[Chunk], estimate: Estimate, seen: set[str]) -> None:
        """Vectors of the new chunks, and of the facts that new chunks will have."""
        if not isinstance(embedder, PaidEmbedder):
            return
        texts = {chunk.content_sha256: chunk.text for chunk in chunks}
        with self.open_uow() as uow:
            cached = uow.caches.vectors(list(texts), model=embedder.model, version=embedder.version)
        new = {key: text for key, text in texts.items() if key not in cached and key not in seen}
        seen.update(new)
        asked = 0 if asks_nothing(self.ctx) else len(new)
        facts = [_FACT] * (_FACTS_PER_CHUNK * asked)
        most_facts = [_FACT * 4] * (self.ctx.settings.facts_per_chunk * asked)
        estimate.new_vectors = len(new) + len(facts)
        estimate.expected += embedder.inner.expected([*new.values(), *facts])
        estimate.most += embedder.inner.most([*new.values(), *most_facts])
