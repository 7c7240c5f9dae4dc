"""Taking documents in: checked, stored, and only then known to the database, with a job that waits."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import uuid4

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import (
    EmptyFileError,
    FileTooLargeError,
    NotFoundError,
    PipelineError,
    UnexpectedError,
)
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.ids import CorrelationId, DocumentId, UserId, document_id_for, job_id_for, sha256_hex
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobState, Outcome
from pipeline_core.domain.object_keys import original_key, safe_filename
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.unit_of_work import OpenUnitOfWork
from pipeline_core.settings import Settings
from pipeline_core.stages.base import StageContext
from pipeline_core.stages.registry import BY_NAME, pipeline_config, stage_configs

_GROUP = 200
_THREADS = 8


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to take in: its name, its bytes, and where it stands (a URI), if anywhere."""

    filename: str
    data: bytes
    source_uri: str | None = None


@dataclass(slots=True)
class Received:
    """What intake made of a set of files: ``documents`` in the order given, without repeats."""

    documents: dict[DocumentId, str] = field(default_factory=dict)
    new: set[DocumentId] = field(default_factory=set)
    refused: list[tuple[str, PipelineError]] = field(default_factory=list)
    correlation_id: CorrelationId = field(default_factory=lambda: CorrelationId(uuid4()))


@dataclass(slots=True)
class WorkNeeded:
    """Which documents must run, and why the others need not."""

    run: list[DocumentId] = field(default_factory=list)
    unchanged: list[DocumentId] = field(default_factory=list)
    waiting: list[DocumentId] = field(default_factory=list)
    dead: list[DocumentId] = field(default_factory=list)
    rejected: list[DocumentId] = field(default_factory=list)

    def left(self) -> dict[str, int]:
        """How many need not run, by reason."""
        counts = {
            "unchanged": len(self.unchanged),
            "waiting for a person": len(self.waiting),
            "failed before": len(self.dead),
            "rejected before": len(self.rejected),
        }
        return {why: count for why, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files in and finds out what is left to do for them."""

    settings: Settings
    ctx: StageContext
    open_uow: OpenUnitOfWork

    @property
    def store(self) -> ObjectStore:
        return self.ctx.store

    def receive_paths(self, paths: Iterable[Path], *, user_id: UserId) -> Iterator[Received]:
        """Take in files, a group at a time, so that memory does not grow with their number."""
        for group in _groups(paths, _GROUP):
            yield self.receive(group, user_id=user_id)

    def receive(self, files: Sequence[Path | Upload], *, user_id: UserId) -> Received:
        """Check, store and register the files; what is known already is found, not stored again.

        A file that cannot be taken is in ``refused`` with the reason; it harms no other.
        """
        received = Received()
        with ThreadPoolExecutor(_THREADS) as pool:
            checked = list(pool.map(lambda file: self._check(file, user_id), files))
            fresh = self._unknown([document for document, _ in checked if isinstance(document, Document)])
            stored = list(pool.map(lambda item: self._store(item[0], item[1], fresh), checked))
        documents: dict[DocumentId, Document] = {}
        sources: dict[str, DocumentId] = {}
        for file, document in zip(files, stored, strict=True):
            upload_name = str(file) if isinstance(file, Path) else file.filename
            if isinstance(document, PipelineError):
                received.refused.append((upload_name, document))
                continue
            documents.setdefault(document.document_id, document)
            received.documents.setdefault(document.document_id, upload_name)
            uri = file.resolve().as_uri() if isinstance(file, Path) else file.source_uri
            if uri:
                sources[uri] = document.document_id
        if documents:
            received.new = self._register(list(documents.values()), sources, user_id, received.correlation_id)
        return received

    def _check(self, file: Path | Upload, user_id: UserId) -> tuple[Document | PipelineError, Path | Upload]:
        try:
            data = _read(file, self.settings.max_file_bytes)
            name = safe_filename(file.name if isinstance(file, Path) else file.filename)
            checksum = sha256_hex(data)
            document_id = document_id_for(user_id, checksum)
            kind = detect(data, name)
            document = Document(
                document_id,
                user_id,
                job_id_for(document_id, 0),
                name,
                kind.mime,
                len(data),
                checksum,
                original_key(document_id, name),
            )
        except PipelineError as error:
            return error, file
        except OSError as error:
            return NotFoundError(f"Cannot read the file: {error.strerror or error}.", where=str(file)), file
        return document, file

    def _unknown(self, documents: Sequence[Document]) -> set[DocumentId]:
        ids = [document.document_id for document in documents]
        with self.open_uow() as uow:
            known = uow.documents.find(ids)
        return set(ids) - known.keys()

    def _store(
        self, document: Document | PipelineError, file: Path | Upload, fresh: set[DocumentId]
    ) -> Document | PipelineError:
        if isinstance(document, PipelineError) or document.document_id not in fresh:
            return document
        try:
            data = _read(file, self.settings.max_file_bytes)
            if sha256_hex(data) != document.file_sha256:
                return NotFoundError("The file changed while it was read.", where=document.filename)
            self.store.put(document.raw_path, data)
        except PipelineError as error:
            return error
        except OSError as error:
            return UnexpectedError(f"Cannot read the file again: {error}.", where=document.filename)
        return document

    def _register(
        self,
        documents: Sequence[Document],
        sources: dict[str, DocumentId],
        user_id: UserId,
        correlation_id: CorrelationId,
    ) -> set[DocumentId]:
        with self.open_uow() as uow:
            new = uow.documents.register(
                documents, user_id=user_id, correlation_id=correlation_id, workflow=self.settings.workflow
            )
            if sources:
                uow.documents.place(user_id, sources)
            uow.commit()
        return new

    def work_needed(self, document_ids: Sequence[DocumentId], *, correlation_id: CorrelationId) -> WorkNeeded:
        """Sort the documents by what is left to do, and queue again what was done under other settings.

        A published document is left alone unless a stage's version or settings changed since; then it starts
        again at the first such stage. One that is back at its place after another stood there is published again.
        """
        needed = WorkNeeded()
        config = pipeline_config(self.ctx)
        with self.open_uow() as uow:
            found = uow.documents.find(document_ids)
            stale = [s for s in found.values() if _is_stale(s, config)]
            if stale:
                first = uow.documents.stale_stages([s.document_id for s in stale], stage_configs(self.ctx))
                targets = {
                    s.job_id: BY_NAME[first[s.document_id]].restarts_at
                    if s.document_id in first
                    else BY_NAME[list(BY_NAME)[-1]].restarts_at
                    for s in stale
                }
                uow.jobs.restart(targets, code="settings_changed", by="intake", correlation_id=correlation_id)
                uow.commit()
        again = {s.document_id for s in stale}
        for document_id in document_ids:
            _sort(found[document_id], document_id in again, needed)
        return needed


def _is_stale(summary: JobSummary, config: str) -> bool:
    if summary.state is not JobState.DONE or summary.outcome is Outcome.REJECTED:
        return False
    return summary.config_sha256 != config or not summary.is_published


def _sort(summary: JobSummary, restarted: bool, needed: WorkNeeded) -> None:
    if restarted or summary.state in (JobState.QUEUED, JobState.WORKING, JobState.RETRYABLE):
        needed.run.append(summary.document_id)
    elif summary.state is JobState.AWAITING_REVIEW:
        needed.waiting.append(summary.document_id)
    elif summary.state is JobState.DEADLETTER:
        needed.dead.append(summary.document_id)
    elif summary.outcome is Outcome.REJECTED:
        needed.rejected.append(summary.document_id)
    else:
        needed.unchanged.append(summary.document_id)


def _read(file: Path | Upload, limit: int) -> bytes:
    if isinstance(file, Upload):
        data, size, name = file.data, len(file.data), file.filename
    else:
        size, name = file.stat().st_size, file.name
        data = file.read_bytes() if size <= limit else b""
    if size > limit:
        raise FileTooLargeError(f"{name} has {size:,} bytes; the limit is {limit:,}.", where=name)
    if not data:
        raise EmptyFileError(where=name)
    return data


def _groups(items: Iterable[Path], size: int) -> Iterator[list[Path]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group
