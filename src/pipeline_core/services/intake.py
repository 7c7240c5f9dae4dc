"""Taking documents in: checked, stored, and only then known to the database, with a job that waits."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.documents import Document, Source
from pipeline_core.domain.errors import (
    BeingErasedError,
    ConflictError,
    EmptyFileError,
    FileTooLargeError,
    PipelineError,
    UnreadableFileError,
)
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.ids import (
    CorrelationId,
    DocumentId,
    JobId,
    RealmId,
    job_id_for,
    sha256_hex,
)
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.labels import NO_LABELS, Labels
from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.domain.object_keys import original_key, safe_filename, shown_filename
from pipeline_core.domain.wished import NOTHING_WISHED, Wished
from pipeline_core.machine.source_files import read_file
from pipeline_core.ports.object_store import ObjectStore, StoredObject
from pipeline_core.services.cut_off import again_if_cut_off
from pipeline_core.services.wishes import ChoiceKept, at_facts, wish
from pipeline_core.services.work_needed import Contexts, restart_targets
from pipeline_core.settings import Settings

log = structlog.stdlib.get_logger(__name__)
_GROUP = 200
_THREADS = 8
_SMALL_BYTES = 256 * 1024
"""Of files that are stored together: those of a group are in memory at the same time."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to take in: its name, its bytes, and where it stands (a URI), if anywhere."""

    filename: str
    data: bytes
    source_uri: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, and why."""

    name: str
    error: PipelineError


@dataclass(frozen=True, slots=True)
class _Read:
    file: Path | Upload
    name: str
    checksum: str


@dataclass(frozen=True, slots=True)
class _Seen(_Read):
    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class _Mended:
    """A known document whose original had to be stored again."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class _ToStore:
    """A new document that is to be stored together with others."""

    document: Document
    data: bytes
    name: str


@dataclass(slots=True)
class Received:
    """Outcome of intake for a set of files: ``documents`` in the order given, without repeats.

    ``copies`` are files with the same content as another of these: their name, and that of the other.
    """

    documents: dict[DocumentId, str] = field(default_factory=dict)
    by_content: dict[str, DocumentId] = field(default_factory=dict)
    """The document of each content, by its SHA-256."""
    copies: list[tuple[str, str]] = field(default_factory=list)
    mended: set[DocumentId] = field(default_factory=set)
    """Documents that were known, and whose original the store had lost or changed: it is there again."""
    new: set[DocumentId] = field(default_factory=set)
    refused: list[tuple[str, PipelineError]] = field(default_factory=list)
    choices_kept: list[ChoiceKept] = field(default_factory=list)
    """What known documents keep though another choice was given."""
    correlation_id: CorrelationId = field(default_factory=lambda: CorrelationId(uuid4()))


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files in."""

    settings: Settings
    store: ObjectStore
    contexts: Contexts
    open_uow: OpenUnitOfWork

    def receive_groups(
        self,
        files: Iterable[Path | Upload],
        *,
        realm_id: RealmId,
        wished: Wished = NOTHING_WISHED,
        labels: Labels = NO_LABELS,
    ) -> Iterator[Received]:
        """Take in files, a group at a time, so that memory does not grow with their number."""
        for group in _groups(files, _GROUP):
            yield again_if_cut_off(partial(self.receive, group, realm_id=realm_id, wished=wished, labels=labels))

    def receive(
        self,
        files: Sequence[Path | Upload],
        *,
        realm_id: RealmId,
        wished: Wished = NOTHING_WISHED,
        labels: Labels = NO_LABELS,
    ) -> Received:
        """Check, store and register the files; what is known already is stored again only where the store lost it.

        ``wished`` is how these documents are to be processed; known ones that are published are queued again for other
        thresholds, and what known ones keep is in ``choices_kept``. ``labels`` are added to those that they have.
        A file that cannot be taken is in ``refused`` with the reason; it harms no other.
        """
        received = Received()
        with ThreadPoolExecutor(_THREADS) as pool:
            seen = self._with_ids(list(pool.map(self._identify, files)), realm_id)
            known = self._known([item.document_id for item in seen if isinstance(item, _Seen)])
            held = list(pool.map(lambda item: self._hold(item, known, realm_id), seen))
        taken = self._put(held)
        fresh: dict[DocumentId, Document] = {}
        sources: dict[str, Source] = {}
        on_disk: list[Source] = []
        for item, result in zip(seen, taken, strict=True):
            if isinstance(item, Refusal) or isinstance(result, Refusal):
                refusal = item if isinstance(item, Refusal) else result
                assert isinstance(refusal, Refusal)
                received.refused.append((refusal.name, refusal.error))
                continue
            first = received.documents.setdefault(item.document_id, item.name)
            received.by_content[item.checksum] = item.document_id
            if first != item.name:
                received.copies.append((item.name, first))
            if isinstance(result, Document):
                fresh.setdefault(item.document_id, result)
            elif result is not None:
                received.mended.add(result.document_id)
            source = _source(item)
            sources[source.uri] = source
            if isinstance(item.file, Path):
                on_disk.append(source)
        if received.documents:
            with_sources = (list(fresh.values()), list(sources.values()))
            received.new = self._register(*with_sources, realm_id, received.correlation_id, wished)
            self._label(received.documents, labels)
            known_ones = received.documents.keys() - received.new
            received.choices_kept = self._wish(known_ones, wished, received.correlation_id)
            self._vacate(on_disk, realm_id)
        self._refuse_unknown(received, fresh)
        return received

    def _vacate(self, sources: Sequence[Source], realm_id: RealmId) -> None:
        """A renamed file that changes, or one whose copies were deleted, leaves no old version behind."""
        if not sources:
            return
        with self.open_uow() as uow:
            left = uow.documents.sources_left(realm_id, sources)
        if gone := [uri for uri in left if _is_gone(uri)]:
            with self.open_uow() as uow:
                uow.documents.vacate(realm_id, gone)
                uow.commit()

    def _refuse_unknown(self, received: Received, fresh: Mapping[DocumentId, Document]) -> None:
        """The database has one row for each user and content: content enrolled under another id is not taken again."""
        missing = fresh.keys() - received.new
        for document_id in missing - self._known(list(missing)).keys() if missing else ():
            name = received.documents.pop(document_id)
            error = ConflictError("The same content already exists under another document id.", where=name)
            received.refused.append((name, error))

    def _with_ids(self, seen: list[_Read | Refusal], realm_id: RealmId) -> list[_Seen | Refusal]:
        with self.open_uow() as uow:
            ids = uow.documents.ids_of(realm_id, [one.checksum for one in seen if isinstance(one, _Read)])
            erased = uow.erasures.refused(list(ids.values()), realm_id)
        read = [
            one if isinstance(one, Refusal) else _Seen(one.file, one.name, one.checksum, ids[one.checksum])
            for one in seen
        ]
        return [
            Refusal(one.name, BeingErasedError()) if isinstance(one, _Seen) and one.document_id in erased else one
            for one in read
        ]

    def _identify(self, file: Path | Upload) -> _Read | Refusal:
        name = str(file) if isinstance(file, Path) else file.filename
        try:
            checksum = sha256_hex(_read(file, self.settings.max_file_bytes))
        except PipelineError as error:
            return Refusal(name, error.as_answer())
        return _Read(file, name, checksum)

    def _known(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, str]:
        """Return the object key of each document's original."""
        with self.open_uow() as uow:
            return uow.documents.originals(document_ids)

    def _hold(
        self, item: _Seen | Refusal, known: Mapping[DocumentId, str], realm_id: RealmId
    ) -> Document | _ToStore | Refusal | _Mended | None:
        """Have the store hold the file: a new one is stored, a known one only if the store has other bytes or none.

        A small new one is given back, to be stored with others.
        """
        if isinstance(item, Refusal):
            return None
        if item.document_id in known:
            return self._mend(item, known[item.document_id])
        return self._take(item, realm_id)

    def _mend(self, seen: _Seen, key: str) -> Refusal | _Mended | None:
        try:
            data = self._read_again(seen)
            if self.store.holds(key, BytesIO(data)):
                return None
            self.store.put(key, data)
        except PipelineError as error:
            return Refusal(seen.name, error.as_answer())
        log.warning("original_stored_again", document_id=str(seen.document_id))
        return _Mended(seen.document_id)

    def _read_again(self, seen: _Seen) -> bytes:
        data = _read(seen.file, self.settings.max_file_bytes)
        if sha256_hex(data) != seen.checksum:
            raise UnreadableFileError("The file changed while it was read.")
        return data

    def _take(self, seen: _Seen, realm_id: RealmId) -> Document | _ToStore | Refusal:
        """Look at the content of a file that is not known yet, and store it unless it is small."""
        try:
            data = self._read_again(seen)
            filename = safe_filename(Path(seen.name).name)
            document = Document(
                seen.document_id,
                realm_id,
                job_id_for(seen.document_id, 0),
                filename,
                detect(data, shown_filename(seen.name)).mime,
                len(data),
                seen.checksum,
                original_key(seen.document_id, filename),
            )
            if len(data) <= _SMALL_BYTES:
                return _ToStore(document, data, seen.name)
            self.store.put(document.raw_path, data)
        except PipelineError as error:
            return Refusal(seen.name, error.as_answer())
        return document

    def _put(
        self, held: Sequence[Document | _ToStore | Refusal | _Mended | None]
    ) -> list[Document | Refusal | _Mended | None]:
        small = [one for one in held if isinstance(one, _ToStore)]
        stored = iter(self.store.put_many([(one.document.raw_path, one.data) for one in small]))
        return [_put_as(one, next(stored)) if isinstance(one, _ToStore) else one for one in held]

    def _register(
        self,
        documents: Sequence[Document],
        sources: Sequence[Source],
        realm_id: RealmId,
        correlation_id: CorrelationId,
        wished: Wished,
    ) -> set[DocumentId]:
        new: set[DocumentId] = set()
        with self.open_uow() as uow:
            if documents:
                new = uow.documents.register(
                    documents,
                    realm_id=realm_id,
                    correlation_id=correlation_id,
                    workflow=self.settings.workflow,
                    wished=wished,
                )
            if sources:
                uow.documents.set_sources(realm_id, sources)
            uow.commit()
        return new

    def _label(self, document_ids: Collection[DocumentId], labels: Labels) -> None:
        if labels != NO_LABELS:
            with self.open_uow() as uow:
                uow.documents.label(document_ids, labels)
                uow.commit()

    def _wish(self, known: Collection[DocumentId], wished: Wished, correlation_id: CorrelationId) -> list[ChoiceKept]:
        if not known or wished == NOTHING_WISHED:
            return []

        with self.open_uow() as uow:

            def start_at(jobs: Sequence[JobSummary]) -> dict[JobId, JobStage]:
                # what was done under other settings is done anew from there
                stale, facts = restart_targets(uow, jobs, self.contexts, {}), at_facts(jobs)
                return {one: min(stale[one], facts[one], key=lambda at: at.row.position) for one in facts}

            left = wish(uow, known, wished, by="intake", correlation_id=correlation_id, start_at=start_at)
            uow.commit()
        return left

    def revived(self, realm_id: RealmId, published: Sequence[DocumentId]) -> dict[DocumentId, CorrelationId]:
        """Documents that wait for a run because publishing one of these took away what their facts repeated."""
        with self.open_uow() as uow:
            return uow.documents.revived(realm_id, published)


def _read(file: Path | Upload, limit: int) -> bytes:
    if isinstance(file, Path):
        return read_file(file, limit=limit)
    if len(file.data) > limit:
        raise FileTooLargeError(
            f"{file.filename} has {len(file.data):,} bytes; the limit is {limit:,}.", where=file.filename
        )
    if not file.data:
        raise EmptyFileError(where=file.filename)
    return file.data


def _put_as(one: _ToStore, outcome: StoredObject | PipelineError) -> Document | Refusal:
    return Refusal(one.name, outcome.as_answer()) if isinstance(outcome, PipelineError) else one.document


def _source(seen: _Seen) -> Source:
    filename = safe_filename(Path(seen.name).name)
    uri = _uri(seen.file)
    return Source(uri, seen.document_id, filename) if uri else Source.of_upload(seen.document_id, filename)


def _uri(file: Path | Upload) -> str | None:
    if isinstance(file, Upload):
        return file.source_uri
    # unlike pathlib's, this has an answer for links that lead in a circle
    return Path(os.path.realpath(file)).as_uri()


def _is_gone(uri: str) -> bool:
    """Return True for a file that is no longer in its folder; False if the folder cannot be seen from here."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return False
    path = unquote(parts.path)
    if not os.path.isdir(os.path.dirname(path)):  # noqa: PTH112, PTH120 - pathlib's raise where nothing may be seen
        return False
    try:
        os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _groups(items: Iterable[Path | Upload], size: int) -> Iterator[list[Path | Upload]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group
