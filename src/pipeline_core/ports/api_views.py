"""Port: what the HTTP API shows, beyond what the command line looks at. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pipeline_core.domain.ids import BatchId, DocumentId, JobId, UserId
from pipeline_core.ports.views import Row, Views


class ApiViews(Views, Protocol):
    """Every answer has only rows of the user for whom these views were made."""

    def jobs_page(
        self,
        user_id: UserId,
        *,
        states: Sequence[str] | None,
        document_id: DocumentId | None,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Row]:
        """Jobs, newest first, that come after the position ``before`` (creation time and id of the last one seen)."""
        ...

    def job_detail(self, job_id: JobId) -> Row:
        """One job with its ``stages``, what they took and cost together, the ``findings`` of validation, and
        what it was ``returned_for``.

        Raises:
            NotFoundError: the user has no such job.
        """
        ...

    def job_state(self, job_id: JobId) -> Row:
        """Stage, state, percent and version of one job: cheap enough to poll.

        Raises:
            NotFoundError: the user has no such job.
        """
        ...

    def events_after(self, job_id: JobId, event_id: int, *, limit: int = 200) -> tuple[Row, list[Row]]:
        """The job's state, and its events with a larger id, in order: what happened before that state is among them.

        Raises:
            NotFoundError: the user has no such job.
        """
        ...

    def batches_page(
        self, *, statuses: Sequence[str] | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Row]:
        """Batches with their counts, newest first, after the position ``before``."""
        ...

    def batch(self, batch_id: BatchId) -> Row:
        """One batch with its counts.

        Raises:
            NotFoundError: the user has no such batch.
        """
        ...

    def metrics(self) -> list[Row]:
        """Sums over all users: metric, label, value."""
        ...

    def paid_metrics(self) -> list[Row]:
        """Sums of paid calls over all users, by service, model and outcome."""
        ...

    def cost_days(self, user_id: UserId, *, days: int) -> list[Row]:
        """What the user spent in so many days (UTC, today's included), by day, service and model, newest first."""
        ...

    def document_costs(self, user_id: UserId, document_id: DocumentId) -> Row:
        """What was paid for a document: ``stages`` by stage and model, and the newest ``calls``."""
        ...

    def document(self, document_id: DocumentId) -> Row:
        """One document.

        Raises:
            NotFoundError: the user has no such document.
        """
        ...

    def stages(self, document_id: DocumentId) -> list[Row]:
        """The document's stages in their order."""
        ...

    def files(self, document_id: DocumentId) -> list[Row]:
        """The original and every stage's output files: stage, type, name, key, size in bytes, sha256."""
        ...
