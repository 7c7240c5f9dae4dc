"""Documents: where they stand, and what there is of them."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from pipeline_core.client.results import AT_REST, DocumentStatus, status_of
from pipeline_core.client.wired import Wired
from pipeline_core.domain.errors import NotFoundError, StillRunningError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.documents import DocumentFile
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.domain.rows.jobs import Counts, DocumentJob, Progress
from pipeline_core.services.acknowledge import Acknowledged
from pipeline_core.services.move import Moved, MoveDocument

_FIRST_POLL_S, _LONGEST_POLL_S = 0.02, 0.5
"""Between looks: a tenth of the time that has gone by, so that what is soon done is soon said."""


class Documents(Wired):
    """Documents that were taken in."""

    def wait(self, document_ids: Sequence[DocumentId], *, timeout_s: float | None = None) -> list[DocumentStatus]:
        """Return when all have come to rest: done, dead, waiting for a person, or stopped behind a single stage.

        Raises:
            StillRunningError: not within ``timeout_s`` seconds; they go on.
        """
        began = time.monotonic()
        deadline = None if timeout_s is None else began + timeout_s
        while True:
            rows = self._app.views.progress(list(document_ids))
            moving = [row.filename for row in rows if row.state not in AT_REST and not row.is_stopped]
            if not moving:
                return self.statuses(document_ids=document_ids)
            if deadline is not None and time.monotonic() >= deadline:
                raise StillRunningError(
                    f"{len(moving)} of {len(rows)} have not come to rest yet: {', '.join(moving[:5])}."
                )
            time.sleep(min(_LONGEST_POLL_S, max(_FIRST_POLL_S, (time.monotonic() - began) / 10)))

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

    def progress(self, document_ids: Sequence[DocumentId]) -> list[Progress]:
        """Return the progress of documents, for display."""
        return self._app.views.progress(document_ids)

    def move(self, document: str | UUID, to: str | UUID) -> Moved:
        """Move a document, with all that was made of it, to another realm, by id or name.

        Raises:
            NotFoundError, NotPermittedError: the user is not an admin of both realms.
            ConflictError: it is being worked on, or the realm has its content already.
        """
        return MoveDocument(self._app.open_uow, self.person)(self._document_id(document), str(to))

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
        self,
        document: str | UUID,
        *,
        take: Callable[[ExportedDocument], None] = lambda _: None,
        as_of: datetime | None = None,
    ) -> ExportedDocument:
        """A document as published: chunks and facts with evidence. Acknowledges it (phase 6).

        ``as_of``: as it was published at that moment, which acknowledges nothing.

        ``take`` may store it first: what it could not take is not acknowledged.

        Raises:
            NotFoundError, NotPublishedError
        """
        exported = self._app.export.read(self._document_id(document), realm_id=self.realm_id, as_of=as_of)
        take(exported)
        if as_of is None:
            self._app.export.acknowledge(exported, realm_id=self.realm_id)
        return exported

    def acknowledge(self, document: str | UUID) -> Acknowledged:
        """Complete phase 6 of a published document that nobody needs to export. Doing it again changes nothing.

        Raises:
            NotFoundError, NotPublishedError
        """
        job_id = self._app.views.resolve_job(self.realm_id, str(document))
        return self._app.acknowledge(job_id, realm_id=self.realm_id)

    def _start(self, document_ids: Sequence[DocumentId]) -> None:
        """Let documents run; those that wait for a missing part try it now."""
        if document_ids:
            self._app.holds.try_now(document_ids)
            self._app.launcher.request(document_ids)
