"""Processing documents: taking files in, and running what is left to do for them."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, TypedDict, Unpack
from uuid import UUID

import structlog

from pipeline_core.client.documents import Documents
from pipeline_core.client.results import Submitted
from pipeline_core.client.wired import needs
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.labels import Labels
from pipeline_core.domain.realms import Role
from pipeline_core.domain.traces import describe_error
from pipeline_core.domain.wished import Wished
from pipeline_core.services.estimate import Estimate
from pipeline_core.services.intake import Upload
from pipeline_core.services.run_documents import (
    Display,
    NoDisplay,
    RunResult,
    finish_what_others_have,
    process_with_revived,
)

log = structlog.stdlib.get_logger(__name__)
_WEBHOOKS_S = 5.0


class Said(TypedDict, total=False):
    """Options for the documents that are submitted."""

    publish_from: float | None
    ask_from: float | None
    workflow: str | None
    profile: str | None
    priority: int | None
    tags: Sequence[str]
    collection: str | None


class Processing(Documents):
    """Documents from file to production."""

    @needs(Role.CONTRIBUTOR)
    def submit(
        self,
        files: Iterable[str | os.PathLike[str] | BinaryIO | Upload],
        *,
        start: bool = True,
        **said: Unpack[Said],
    ) -> Submitted:
        """Take files in, and ask for the work that is left to do for them; what is unchanged is left alone.

        With a Prefect server of your own (``PREFECT_API_URL``) workers do it, and this returns at once; else it is
        done here, before this returns.

        Args:
            files: Paths, binary files that are open, or uploads with a name and bytes. Of a path only a regular file
                is taken; of none more than ``UPLOAD_PIPELINE_MAX_FILE_BYTES`` and one byte is read.
            start: Without it they wait in the queue, for their turn in a run of ``process-queue``. A Prefect server is
                asked for one, if none is under way, and told by the event ``pipeline.upload``.
            **said: ``publish_from``: confidence (0..1) from which a fact is published unseen; else as the settings have
                it. ``ask_from``: confidence from which a person is asked about a fact; below it is left out. Both hold
                in every run of the documents; known ones that are published are queued again for it. ``workflow``:
                ``automatic``, or ``manual`` for a person to look at every document. ``profile``: ``standard``, or
                ``deep`` for the settings of a deep scan, from the first run on. ``priority``: -100..100; higher goes
                first in the queue. ``choices_kept`` has what known documents keep of these, and why. ``tags``: words
                to sort the documents by; known ones get them as well. ``collection``: what they belong to; known
                ones are put into it.

        Raises:
            RefusedError: a choice or a label is out of range; nothing is taken in.
            TypeError: what is given is none of these; files before it may have been taken in.
            ServiceUnavailableError: the Prefect server did not answer; the documents wait in the queue.
        """
        wished, labels = self._read(said)
        given = (_given(file, self._app.settings.max_file_bytes) for file in files)
        result = self._app.run_documents.take_in(given, realm_id=self.realm_id, wished=wished, labels=labels)
        if wished.priority is not None:
            # of what is new, it is there already; what is queued again gets it now
            self._app.queue.set_priority(result.ran, wished.priority, by=self.by)
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
            result.choices_kept,
        )

    def _tell_of_uploads(self, count: int) -> None:
        """Announce the uploads and ask for a run. Without either, polling and the schedule find them later."""
        try:
            if self._app.queue_runs:
                self._app.queue_runs.tell_of_uploads(count)
                self._app.queue_runs.ask()
        except PipelineError as error:
            log.warning("upload_not_told", error=describe_error(error))

    @needs(Role.CONTRIBUTOR)
    def run(self, files: Sequence[Path], *, display: Display | None = None, **said: Unpack[Said]) -> RunResult:
        """Take files in and through all stages, and return when their documents have come to rest.

        Those that another run has taken are waited for; indexes that pay by now are built, webhooks sent.

        Args:
            files: Paths.
            display: Hears how it goes.
            **said: As for ``submit``.

        Raises:
            RefusedError: a choice or a label is out of range; nothing is taken in.
            DatabaseUnavailableError: the database is away from the start; later it is waited for.
            ServiceUnavailableError: the Prefect server did not answer; the jobs stay queued.
        """
        app, display = self._app, display or NoDisplay()
        wished, labels = self._read(said)
        # one that is away from the start is said at once; later it is waited for
        with app.open_uow() as uow:
            uow.models.active()
        app.be_patient()
        result = app.run_documents(files, realm_id=self.realm_id, display=display, wished=wished, labels=labels)
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

    def estimate(self, files: Iterable[str | os.PathLike[str]]) -> list[Estimate]:
        """Estimate the cost of a run over these files. Nothing is stored or paid for.

        Returns:
            One for each file, in their order; ``error`` says why a file could not be read.
        """
        return list(self._app.estimate([Path(os.fsdecode(file)) for file in files], realm_id=self.realm_id))

    def _read(self, said: Said) -> tuple[Wished, Labels]:
        wished = Wished.of(
            publish_from=said.get("publish_from"),
            ask_from=said.get("ask_from"),
            workflow=said.get("workflow"),
            profile=said.get("profile"),
            priority=said.get("priority"),
        )
        wished.over(self._app.settings.policy)
        return wished, Labels.of(said.get("tags", ()), said.get("collection"))


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
