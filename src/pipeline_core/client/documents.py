"""Documents: taking them in, where they stand, starting them again, and taking them out."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import structlog

from pipeline_core.client.results import AT_REST, DocumentStatus, Submitted, status_of
from pipeline_core.client.wired import Wired, needs
from pipeline_core.domain.errors import NotFoundError, PipelineError, StillRunningError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.domain.policy import Wished
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.documents import DocumentFile
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.domain.rows.jobs import Counts, DocumentJob, Progress
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.estimate import Estimate
from pipeline_core.services.foresee_facts import Foreseen
from pipeline_core.services.intake import Upload
from pipeline_core.services.move import Moved, MoveDocument
from pipeline_core.services.queue import check_priority
from pipeline_core.services.read_again import Again
from pipeline_core.services.retry_all import Retried, Which
from pipeline_core.services.run_documents import (
    Display,
    NoDisplay,
    RunResult,
    finish_what_others_have,
    process_with_revived,
)

log = structlog.stdlib.get_logger(__name__)
_POLL_S = 0.5
_WEBHOOKS_S = 5.0


class Documents(Wired):
    """Documents from file to export."""

    @needs(Role.CONTRIBUTOR)
    def submit(
        self,
        files: Iterable[str | os.PathLike[str] | BinaryIO | Upload],
        *,
        start: bool = True,
        priority: int = 0,
        publish_from: float | None = None,
        ask_from: float | None = None,
    ) -> Submitted:
        """Take files in, and ask for the work that is left to do for them; what is unchanged is left alone.

        With a Prefect server of your own (``PREFECT_API_URL``) workers do it, and this returns at once; else it is
        done here, before this returns.

        Args:
            files: Paths, binary files that are open, or uploads with a name and bytes. Of a path only a regular file
                is taken; of none more than ``UPLOAD_PIPELINE_MAX_FILE_BYTES`` and one byte is read.
            start: Without it they wait in the queue, for their turn in a run of ``process-queue``. A Prefect server is
                asked for one, if none is under way, and told by the event ``pipeline.upload``.
            priority: -100..100; higher goes first in the queue.
            publish_from: Confidence (0..1) from which a fact is published unseen; else as the settings have it.
            ask_from: Confidence from which a person is asked about a fact; below it is left out. Both hold in every run
                of the documents. Known ones that are published are queued again for it; ``policy_left`` has those that
                keep what they have.

        Raises:
            RefusedError: the priority or the policy is out of range; nothing is taken in.
            TypeError: what is given is none of these; files before it may have been taken in.
            ServiceUnavailableError: the Prefect server did not answer; the documents wait in the queue.
        """
        check_priority(priority)
        wished = Wished(publish_from, ask_from)
        wished.over(self._app.settings.policy)
        given = (_given(file, self._app.settings.max_file_bytes) for file in files)
        result = self._app.run_documents.take_in(given, realm_id=self.realm_id, wished=wished)
        if priority:
            self._app.queue.set_priority(result.ran, priority, by=self.by)
        runs: list[UUID] = []
        if start and result.ran:
            runs = self._app.launcher.request(result.ran, key=f"submit-{result.correlation_ids[0]}")
        elif result.ran:
            self._tell_of_uploads(len(result.ran))
        return Submitted(
            result.document_ids,
            result.ran,
            dict(result.left),
            result.refused,
            result.correlation_ids,
            runs,
            result.copies,
            result.policy_left,
        )

    def _tell_of_uploads(self, count: int) -> None:
        """Announce the uploads and ask for a run. Without either, polling and the schedule find them later."""
        try:
            if self._app.queue_runs:
                self._app.queue_runs.tell_of_uploads(count)
                self._app.queue_runs.ask()
        except PipelineError as error:
            log.warning("upload_not_told", error=describe_error(error))

    def wait(self, document_ids: Sequence[DocumentId], *, timeout_s: float | None = None) -> list[DocumentStatus]:
        """Return when all have come to rest: done, dead, waiting for a person, or stopped behind a single stage.

        Raises:
            StillRunningError: not within ``timeout_s`` seconds; they go on.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            rows = self._app.views.progress(list(document_ids))
            moving = [row.filename for row in rows if row.state not in AT_REST and not row.is_stopped]
            if not moving:
                return self.statuses(document_ids=document_ids)
            if deadline is not None and time.monotonic() >= deadline:
                raise StillRunningError(
                    f"{len(moving)} of {len(rows)} have not come to rest yet: {', '.join(moving[:5])}."
                )
            time.sleep(_POLL_S)

    def status(self, document: str | UUID) -> DocumentStatus:
        """Return the status of one document.

        Args:
            document: Its job id, its document id, the unique beginning of one, its file name, or the path of the file.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        return self.statuses(document_ids=[self._document_id(document)])[0]

    def statuses(
        self,
        *,
        document_ids: Sequence[DocumentId] | None = None,
        states: Sequence[JobState] | None = None,
        limit: int | None = None,
    ) -> list[DocumentStatus]:
        """Return the status of the named documents, of those in some states, or of the newest 100, newest first."""
        most = limit or (len(document_ids) if document_ids else 100)
        rows = self._app.views.jobs(self.realm_id, document_ids=document_ids, states=states, limit=max(1, most))
        return [status_of(row) for row in rows]

    def details(self, document: str | UUID) -> DocumentDetail:
        """One document with its stages, findings, pairs of near-duplicates, ledger and last events, ready for JSON."""
        return self._app.views.job(self.realm_id, self._job_id(document))

    def counts(self) -> Counts:
        """Count the documents by state."""
        return self._app.views.counts(self.realm_id)

    @needs(Role.CONTRIBUTOR)
    def run(
        self,
        files: Sequence[Path],
        *,
        publish_from: float | None = None,
        ask_from: float | None = None,
        display: Display | None = None,
    ) -> RunResult:
        """Take files in and through all stages, and return when their documents have come to rest.

        Those that another run has taken are waited for; indexes that pay by now are built, webhooks sent.

        Args:
            files: Paths.
            publish_from: As for ``submit``, as is ``ask_from``.
            display: Hears how it goes.

        Raises:
            RefusedError: the policy is out of range; nothing is taken in.
            DatabaseUnavailableError: the database is away from the start; later it is waited for.
            ServiceUnavailableError: the Prefect server did not answer; the jobs stay queued.
        """
        app, display = self._app, display or NoDisplay()
        wished = Wished(publish_from, ask_from)
        wished.over(app.settings.policy)
        # one that is away from the start is said at once; later it is waited for
        with app.open_uow() as uow:
            uow.models.active()
        app.be_patient()
        result = app.run_documents(files, realm_id=self.realm_id, display=display, wished=wished)
        finish_what_others_have(app.queue, app.launcher.process, result.ran, app.stopping)
        if result.ran:
            display.note = "maintaining the indexes"
            app.ensure_vector_indexes()
            # nobody else may be there to do it; what is not taken now comes due again
            app.deliver_webhooks(within_s=_WEBHOOKS_S, realm_id=self.realm_id)
        return result

    def run_now(
        self,
        document_ids: Sequence[DocumentId],
        *,
        on_work: Callable[[Sequence[DocumentId]], None] = lambda _: None,
    ) -> list[DocumentId]:
        """Run documents that are queued, and those that they revive, and return when all have come to rest.

        Returns:
            All that ran.

        Raises:
            ServiceUnavailableError: the Prefect server did not answer; they stay queued.
        """
        on_work(document_ids)
        self._app.holds.try_now(document_ids)
        return process_with_revived(
            self._app.launcher.process, self._app.intake.revived, self.realm_id, document_ids, on_work
        )

    def progress(self, document_ids: Sequence[DocumentId]) -> list[Progress]:
        """Return the progress of documents, for display."""
        return self._app.views.progress(document_ids)

    def estimate(self, files: Iterable[str | os.PathLike[str]]) -> list[Estimate]:
        """Estimate the cost of a run over these files. Nothing is stored or paid for.

        Returns:
            One for each file, in their order; ``error`` says why a file could not be read.
        """
        return list(self._app.estimate([Path(os.fsdecode(file)) for file in files], realm_id=self.realm_id))

    def move(self, document: str | UUID, to: str | UUID) -> Moved:
        """Move a document, with all that was made of it, to another realm, by id or name.

        Raises:
            NotFoundError, NotPermittedError: the user is not an admin of both realms.
            ConflictError: it is being worked on, or the realm has its content already.
        """
        return MoveDocument(self._app.open_uow, self.person)(self._document_id(document), str(to))

    @needs(Role.CONTRIBUTOR)
    def retry(self, document: str | UUID, *, from_stage: StageName | None = None, start: bool = True) -> DocumentStatus:
        """Start a failed or finished document again, from where it failed or from a stage; let a stopped one go on.

        Raises:
            NotFoundError: there is no such document.
            IllegalMoveError: it is not finished, or never came as far as that stage.
        """
        document_id = self._document_id(document)
        self._app.retry(document_id, from_stage=from_stage, by=self.by)
        return self._go_on(document_id, start=start)

    @needs(Role.CONTRIBUTOR)
    def retry_all(
        self,
        *,
        code: str | None = None,
        since: datetime | None = None,
        from_stage: StageName | None = None,
        preview: bool = False,
        start: bool = True,
    ) -> Retried:
        """Start all dead letters again, in one transaction; with ``preview`` only say which they are.

        Args:
            code: Only those with this error's code.
            since: Only those that failed since then.
            from_stage: Where to begin, for those that came as far; the others begin where they failed.
            preview: Start nothing.
            start: Let them run at once; otherwise their next run does.
        """
        which = Which(code, since)
        if preview:
            return self._app.retry_all.preview(self.realm_id, which)
        retried = self._app.retry_all(self.realm_id, which, from_stage=from_stage, by=self.by)
        if start:
            self._start(retried.document_ids)
        return retried

    @needs(Role.CONTRIBUTOR)
    def read_again(self, from_stage: StageName, *, start: bool = True) -> Again:
        """Start everything that is published again from a stage; outputs of earlier stages are reused.

        What people decided stays. ``foresee_read_again`` says before what would change.
        """
        again = self._app.read_again(self.realm_id, from_stage, by=self.by)
        if start:
            self._start(again.document_ids)
        return again

    def published(self) -> Again:
        """Return the documents that ``read_again`` would start, without starting them."""
        return self._app.read_again.which(self.realm_id)

    def foresee_read_again(self, from_stage: StageName) -> Foreseen:
        """Foresee the changes to published facts if all documents were read again from a stage; nothing is started."""
        return self._app.read_again.preview(self.published().document_ids, from_stage)

    def files(self, document: str | UUID) -> list[DocumentFile]:
        """The original, which is a file of ``ingest``, and what every stage made of it.

        Raises:
            NotFoundError: there is no such document.
        """
        return self._app.for_user(self.person, realm_id=self.realm_id).views.files(self._document_id(document))

    def download(self, document: str | UUID, stage: StageName, name: str) -> bytes:
        """One of ``files``, its checksum verified; it is on record that it left.

        Raises:
            NotFoundError: there is no such document, or it has no such file.
            ObjectNotFoundError, StoreUnavailableError: the object store does not have it, or is away.
        """
        document_id = self._document_id(document)
        services = self._app.for_user(self.person, realm_id=self.realm_id)
        for file in services.views.files(document_id):
            if (file.stage, file.name) == (stage, name):
                data = self._app.store.get(file.key, sha256=file.sha256)
                services.record_download(document_id, file, realm_id=self.realm_id, by=self.person)
                return data
        raise NotFoundError(f"The document has no file {name[:100]!r} of {stage}.", action="`files` lists them.")

    def newest(self, *, states: Sequence[JobState] | None = None, limit: int | None = 100) -> list[DocumentJob]:
        """As ``rows``, of the newest documents, of some states or all; without ``limit`` every one."""
        return self._app.views.jobs(self.realm_id, states=states, limit=limit)

    def rows(self, document_ids: Sequence[DocumentId]) -> list[DocumentJob]:
        """Return the status of documents as rows ready for JSON, in the order of their ids."""
        found = self._app.views.jobs(self.realm_id, document_ids=document_ids, limit=None) if document_ids else []
        order = {document_id: position for position, document_id in enumerate(document_ids)}
        return sorted(found, key=lambda row: order[row.document_id])

    def export(
        self, document: str | UUID, *, take: Callable[[ExportedDocument], None] = lambda _: None
    ) -> ExportedDocument:
        """A document as published: chunks and facts with evidence. Acknowledges it (phase 6).

        ``take`` may store it first: what it could not take is not acknowledged.

        Raises:
            NotFoundError, NotPublishedError
        """
        exported = self._app.export.read(self._document_id(document), realm_id=self.realm_id)
        take(exported)
        self._app.export.acknowledge(exported)
        return exported

    def _start(self, document_ids: Sequence[DocumentId]) -> None:
        """Let documents run; those that wait for a missing part try it now."""
        if document_ids:
            self._app.holds.try_now(document_ids)
            self._app.launcher.request(document_ids)

    def _go_on(self, document_id: DocumentId, *, start: bool) -> DocumentStatus:
        if start:
            self._start([document_id])
        return self.statuses(document_ids=[document_id])[0]


def _given(file: object, limit: int) -> Path | Upload:
    if isinstance(file, Path | Upload):
        return file
    if isinstance(file, str | os.PathLike):
        return Path(os.fsdecode(file))
    if not hasattr(file, "read"):
        raise TypeError(f"a path, a binary file or an Upload is needed, not {type(file).__name__}")
    name = getattr(file, "name", "")
    return Upload(Path(name).name if isinstance(name, str) and name else "upload", _all_of(file.read, limit))


def _all_of(read: Callable[[int], object], limit: int) -> bytes:
    """Read a file, at most one byte more than ``limit``."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0:
        part = read(left)
        if not isinstance(part, bytes):
            raise TypeError("a file must be open in binary mode and return bytes when it is read")
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
