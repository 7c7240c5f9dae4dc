"""The queue: its order, the statuses that people set, and deep scans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.client.results import DocumentStatus
from pipeline_core.client.wired import needs
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.queue import Depth, MissingPart, StatusChange, Waiting


@dataclass(frozen=True, slots=True)
class QueueState:
    """Waiting jobs, the next one first; numbers waiting and running by user; missing parts that jobs wait for."""

    waiting: list[Waiting]
    depths: list[Depth]
    missing: list[MissingPart]


class Queueing(Documents):
    """The queue, marks and deep scans."""

    def queue(self) -> QueueState:
        """Everybody's documents that wait, in the order in which they are taken."""
        return QueueState(self._app.queue.waiting(), self._app.queue.depth(), self._app.holds.missing())

    def set_priority(self, document_ids: Sequence[DocumentId], priority: int) -> list[DocumentId]:
        """Put documents that wait forward (up to 100) or back (down to -100); return those that were moved.

        Raises:
            RefusedError: the priority is out of range.
        """
        return self._app.queue.set_priority(document_ids, priority, by=self.by)

    @needs(Role.REVIEWER)
    def mark(self, status: str, documents: Sequence[str | UUID]) -> list[StatusChange]:
        """Set the status of documents, all or nothing; ``selected`` queues a deep scan.

        Args:
            status: ``new``, ``selected``, ``maybe``, ``not-a-fit`` or ``archived``.
            documents: As for ``status``.

        Raises:
            StatusRefusedError: nothing was changed; says for each wrong document or value what is wrong.
        """
        ids = [self._id_if_known(document) for document in documents]
        return self._app.dual_status.set_status(ids, status, realm_id=self.realm_id, by=self.by)

    def _id_if_known(self, document: str | UUID) -> str:
        """A name that means no document, or several, is left as it is: its refusal is told with the others."""
        try:
            return str(self._document_id(document))
        except NotFoundError:
            return str(document)

    @needs(Role.REVIEWER)
    def deep_scan(
        self, *, limit: int = 100, on_work: Callable[[Sequence[DocumentId]], None] = lambda _: None
    ) -> list[DocumentStatus]:
        """Process the selected documents again, more thoroughly; return where they came to rest.

        Published knowledge stays published; what is new waits for a person. ``on_work`` hears which are scanned.

        Raises:
            ServiceUnavailableError: the Prefect server did not answer; they stay queued.
        """
        ids = self._app.deep_scan.waiting(realm_id=self.realm_id)[:limit]
        if not ids:
            return []
        on_work(ids)
        self._app.launcher.run("pipeline_core.flows.deep_scan.deep_scan", limit=limit, realm_id=self.realm_id)
        return self.statuses(document_ids=ids)
