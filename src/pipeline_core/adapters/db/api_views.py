"""What the HTTP API shows, from PostgreSQL, through the eyes of one user."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.adapters.db.views import PostgresViews
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import BatchId, DocumentId, JobId, UserId
from pipeline_core.ports.views import Row


class PostgresApiViews(PostgresViews):
    """Each call is one short transaction under the user's claims."""

    def jobs_page(
        self,
        user_id: UserId,
        *,
        states: Sequence[str] | None,
        document_id: DocumentId | None,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Row]:
        before_ts, before_id = before or (None, None)
        return self._all(
            "api_jobs_page",
            user_id=user_id,
            states=list(states) if states else None,
            document_id=document_id,
            before_ts=before_ts,
            before_id=before_id,
            limit=limit,
        )

    def job_state(self, job_id: JobId) -> Row:
        rows = self._all("api_job_state", job_id=job_id)
        if not rows:
            raise NotFoundError(f"There is no job {job_id}.")
        return rows[0]

    def events_after(self, job_id: JobId, event_id: int, *, limit: int = 200) -> list[Row]:
        return self._all("api_events_after", job_id=job_id, event_id=event_id, limit=limit)

    def findings(self, job_id: JobId) -> list[Row]:
        rows = self._all("view_job_findings", job_id=job_id)
        results = rows[0]["stage3_validation_results"] if rows else None
        return list((results or {}).get("findings", []))

    def batches_page(
        self, *, statuses: Sequence[str] | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Row]:
        before_ts, before_id = before or (None, None)
        return self._all(
            "api_batches_page",
            batch_id=None,
            statuses=list(statuses) if statuses else None,
            before_ts=before_ts,
            before_id=before_id,
            limit=limit,
        )

    def batch(self, batch_id: BatchId) -> Row:
        rows = self._all("api_batches_page", batch_id=batch_id, statuses=None, before_ts=None, before_id=None, limit=1)
        if not rows:
            raise NotFoundError(f"There is no batch {batch_id}.")
        return rows[0]

    def metrics(self) -> list[Row]:
        return self._all("pipeline_metrics")

    def paid_metrics(self) -> list[Row]:
        return self._all("paid_metrics")

    def cost_days(self, user_id: UserId, *, days: int) -> list[Row]:
        return self._all("api_cost_days", user_id=user_id, days=days)

    def document_costs(self, user_id: UserId, document_id: DocumentId) -> Row:
        whose: dict[str, Any] = {"user_id": user_id, "document_id": document_id}
        with self._reading() as session:
            return {
                "stages": session.all("api_document_cost_stages", **whose),
                "calls": session.all("view_cost_calls", **whose),
            }

    def document(self, document_id: DocumentId) -> Row:
        rows = self._all("api_document", document_id=document_id)
        if not rows:
            raise NotFoundError(f"There is no document {document_id}.")
        return rows[0]

    def stages(self, document_id: DocumentId) -> list[Row]:
        return self._all("view_job_stages", document_id=document_id)

    def files(self, document_id: DocumentId) -> list[Row]:
        return self._all("api_files", document_id=document_id)
