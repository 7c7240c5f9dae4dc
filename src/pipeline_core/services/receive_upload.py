"""One uploaded file: stored, and in one transaction a document with its job and event."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.documents import Document, Source
from pipeline_core.domain.errors import (
    BeingErasedError,
    ConflictError,
    EmptyFileError,
    FileTooLargeError,
    LimitExceededError,
    UnsupportedTypeError,
)
from pipeline_core.domain.filetypes import FILE_TYPES, FileType, detect
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId, UserId, job_id_for
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.labels import NO_LABELS, Labels
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.mapped import MappedFile
from pipeline_core.domain.object_keys import original_key, safe_filename, shown_filename, without_filename
from pipeline_core.domain.wished import NOTHING_WISHED, Wished
from pipeline_core.domain.wording import counted
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services.wishes import ChoiceKept, wish
from pipeline_core.settings import Settings

log = structlog.stdlib.get_logger(__name__)
# a text must be decoded whole to be told from binary data: few at a time, so that memory is bounded
_looking = BoundedSemaphore(2)
_POLL_S = 30


@dataclass(frozen=True, slots=True)
class SpooledUpload:
    """A file as it arrived, on disk: its name, size in bytes and sha256 (hex)."""

    filename: str
    file: BinaryIO
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Outcome of an upload; ``is_new`` is False for bytes that the user had sent before.

    ``is_again``: the document was known and is queued again for the thresholds of this upload; ``choices_kept`` says
    what it keeps though another choice was given.
    """

    job: JobSummary
    is_new: bool
    is_again: bool = False
    choices_kept: tuple[ChoiceKept, ...] = ()


@contextmanager
def spool() -> Iterator[BinaryIO]:
    """A file on disk that is gone when it is closed, whatever happens to the process."""
    with TemporaryFile(prefix="upload-") as file:
        yield file


@dataclass(frozen=True, slots=True)
class ReceiveUpload:
    """Takes in one uploaded file."""

    settings: Settings
    store: ObjectStore
    open_uow: OpenUnitOfWork

    def __call__(
        self,
        upload: SpooledUpload,
        *,
        realm_id: RealmId,
        user_id: UserId,
        correlation_id: CorrelationId,
        is_admitted: bool = False,
        wished: Wished = NOTHING_WISHED,
        labels: Labels = NO_LABELS,
    ) -> Uploaded:
        """Register the upload as a document with a queued job; the same bytes again name the existing document.

        ``is_admitted`` says that another file of the same request was taken: the limit of active jobs has let the
        request in, and is not looked at again. ``wished`` is how it is to be processed; a known document that is
        published is queued again for other thresholds, and keeps its place in the queue. ``labels`` are added to those
        that it has.

        Raises:
            EmptyFileError, FileTooLargeError, UnsupportedTypeError, EncryptedDocumentError, CorruptDocumentError:
                the file is not taken.
            LimitExceededError: the user has as many jobs under way, or uploads in a day, as the limits allow.
            StoreUnavailableError, DatabaseUnavailableError: nothing was taken; try again.
        """
        self._check_size(upload)
        with self.open_uow() as uow:
            document_id = uow.documents.ids_of(realm_id, [upload.sha256])[upload.sha256]
            if uow.erasures.refused([document_id], realm_id):
                raise BeingErasedError
            left: list[ChoiceKept] = []
            is_again = False
            # most uploads are new, which this says for less than what is known of a document
            stored = uow.documents.originals([document_id]).get(document_id)
            known = uow.documents.find([document_id]).get(document_id) if stored else None
            if known:
                uow.documents.set_sources(realm_id, [Source.of_upload(document_id, safe_filename(upload.filename))])
                uow.documents.label([document_id], labels)
                left = wish(uow, [document_id], wished, by="upload", correlation_id=correlation_id, over_http=True)
                was, known = known, uow.documents.find([document_id])[document_id]
                is_again = known.state is JobState.QUEUED and was.state is JobState.DONE
                uow.commit()
        if known and stored:
            self._mend(stored, upload)
            return Uploaded(known, is_new=False, is_again=is_again, choices_kept=tuple(left))
        # what can never be taken is said before what can be taken later
        filename = safe_filename(upload.filename)
        kind = self._type_of(upload, shown_filename(upload.filename))
        if self._has_limits(is_admitted=is_admitted):
            with self.open_uow() as uow:
                self._check_limits(uow, user_id, is_admitted=is_admitted)
        key = original_key(document_id, filename)
        self.store.put_file(key, upload.file)
        document = Document(
            document_id, realm_id, job_id_for(document_id, 0), filename, kind.mime, upload.size, upload.sha256, key
        )
        return self._register(document, user_id, correlation_id, is_admitted=is_admitted, wished=wished, labels=labels)

    def _register(
        self,
        document: Document,
        user_id: UserId,
        correlation_id: CorrelationId,
        *,
        is_admitted: bool,
        wished: Wished,
        labels: Labels,
    ) -> Uploaded:
        realm_id, document_id = document.realm_id, document.document_id
        with self.open_uow() as uow:
            uow.jobs.lock_active(user_id)
            if document_id not in uow.documents.originals([document_id]):
                # again, now that no other upload of this user can come between
                self._check_limits(uow, user_id, is_admitted=is_admitted)
            new: set[DocumentId] = uow.documents.register(
                [document],
                realm_id=realm_id,
                correlation_id=correlation_id,
                workflow=self.settings.workflow,
                submitted_via="http",
                wished=wished,
            )
            job = uow.documents.find([document_id]).get(document_id)
            if job is None:
                raise ConflictError(
                    "The same content already exists under another document id.", where=document.filename
                )
            uow.documents.set_sources(realm_id, [Source.of_upload(document_id, document.filename)])
            uow.documents.label([document_id], labels)
            uow.commit()
        return Uploaded(job, is_new=bool(new))

    def _mend(self, key: str, upload: SpooledUpload) -> None:
        """Store a known original again if the store has lost or changed it."""
        if not self.store.holds(key, upload.file):
            self.store.put_file(key, upload.file)
            log.warning("original_stored_again", kept=without_filename(key))

    def _check_size(self, upload: SpooledUpload) -> None:
        limit = self.settings.max_file_bytes
        if upload.size > limit:
            raise FileTooLargeError(
                f"The file has {upload.size:,} bytes; the limit is {limit:,}.", where=upload.filename
            )
        if not upload.size:
            raise EmptyFileError(where=upload.filename)

    def _has_limits(self, *, is_admitted: bool) -> bool:
        return bool(self.settings.limit_uploads_per_day or (self.settings.limit_active_jobs and not is_admitted))

    def _check_limits(self, uow: UnitOfWork, user_id: UserId, *, is_admitted: bool) -> None:
        most = self.settings.limit_uploads_per_day
        if most:
            uploads, wait_s = uow.jobs.recent_uploads(user_id)
            if uploads >= most:
                raise LimitExceededError.of(
                    "uploads_per_day",
                    f"You added {counted(uploads, 'document')} over HTTP in 24 hours; the limit is {most:,}.",
                    retry_after_s=int(wait_s) + 1,
                )
        limit = 0 if is_admitted else self.settings.limit_active_jobs
        active = uow.jobs.active(user_id) if limit else 0
        if limit and active >= limit:
            raise LimitExceededError.of(
                "active_jobs",
                f"You have {counted(active, 'job')} under way; the limit is {limit:,}.",
                retry_after_s=_POLL_S,
            )

    def _type_of(self, upload: SpooledUpload, filename: str) -> FileType:
        with _looking, MappedFile(upload.file.fileno(), 0, access=ACCESS_READ) as content:
            kind = detect(content, filename)
        accepted = accepted_types(self.settings)
        if kind not in accepted:
            names = ", ".join(one.label for one in accepted)
            raise UnsupportedTypeError(
                f"{filename} is a {kind.label}, which is not accepted here.", action=f"Accepted types: {names}."
            )
        return kind


def accepted_types(settings: Settings) -> list[FileType]:
    """The types of file that may be uploaded, from the setting's list of extensions."""
    wanted = {name.strip().lower() for name in settings.api_accepted_types.split(",")}
    return [kind for kind in FILE_TYPES if wanted.intersection(kind.extensions)]
