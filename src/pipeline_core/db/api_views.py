"""Views for the HTTP API, as one user may see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.db.batch_lists import BATCH_DETAILS, BATCH_TOTALS, BATCHES
from pipeline_core.db.console_views import ConsoleViews, snapshot
from pipeline_core.db.finding_places import placed
from pipeline_core.db.job_decisions import decisions_of, phases_of
from pipeline_core.db.job_lists import JOB_DETAILS, JOBS
from pipeline_core.db.parking import parked_shown
from pipeline_core.db.review import findings_of
from pipeline_core.db.views import only, returned_for
from pipeline_core.domain.ids import BatchId, DocumentId, JobId, RealmId
from pipeline_core.domain.rows.batches import Batch, BatchDetail, BatchTotals
from pipeline_core.domain.rows.costs import CostOfDay, CostOfStage, PaidCall
from pipeline_core.domain.rows.details import JobDetail
from pipeline_core.domain.rows.documents import Document, DocumentFile, Original
from pipeline_core.domain.rows.facts import ChunkOutcome, LeftOutFact, WeighedFact
from pipeline_core.domain.rows.findings import JobFindings
from pipeline_core.domain.rows.jobs import FIRST, EventMark, Job, JobEvent, JobPoll, StageTiming
from pipeline_core.domain.rows.metrics import PaidMetric, PipelineMetric

_MOST_FACTS = 1000
_OF_A_JOB = (
    "view_job_decisions",
    "view_job_stages",
    "view_chunk_outcomes",
    "view_left_out",
    "view_to_decide",
    "shown_parked_decision",
    "view_job_phases",
    "view_returned_findings",
)
"""Queries that a job's detail is put together from, besides the row of the job."""


class ApiViews(ConsoleViews):
    """Each call is one short transaction under the user's claims."""

    def check(self) -> None:
        """Ask the database for anything.

        Raises:
            DatabaseUnavailableError: it does not answer.
        """
        with self._reading(one_moment=False) as session:
            session.connection.execute("SELECT 1 FROM documents LIMIT 1")

    def jobs_page(
        self,
        realm_ids: Sequence[RealmId],
        *,
        states: Sequence[str] | None,
        document_id: DocumentId | None,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Job]:
        """Jobs, newest first, that come after the position ``before`` (creation time and id of the last one seen)."""
        before_ts, before_id = before or (None, None)
        with self._reading(one_moment=False) as session:
            return session.select(
                JOBS,
                realm_ids=list(realm_ids),
                states=list(states) if states else None,
                document_ids=[document_id] if document_id else None,
                before_ts=before_ts,
                before_id=before_id,
                limit=limit,
            )

    def job_detail(self, job_id: JobId) -> JobDetail:
        """One job with its stages, findings and facts that wait for somebody.

        Raises:
            NotFoundError: the user has no such job.
        """
        with self._reading(one_moment=False) as session:
            row = only(session.select_columns(JOB_DETAILS, job_id=job_id), f"There is no job {job_id}.")
            document_id = row["document_id"]
            session.ahead(*_OF_A_JOB, job_id=job_id, document_id=document_id)
            decided = decisions_of(session, job_id)
            return JobDetail(
                **row,
                stages=session.rows(StageTiming, "view_job_stages", document_id=document_id),
                ledger=session.rows(ChunkOutcome, "view_chunk_outcomes", document_id=document_id),
                left_out_facts=session.rows(LeftOutFact, "view_left_out", document_id=document_id)[:_MOST_FACTS],
                to_decide=session.rows(WeighedFact, "view_to_decide", document_id=document_id)[:_MOST_FACTS],
                parked=parked_shown(session, job_id),
                phases=phases_of(session, job_id),
                approval=decided.approval,
                override=decided.override,
                acknowledged=decided.acknowledged,
                returned_for=returned_for(session, job_id),
            )

    def findings(self, realm_id: RealmId, job_id: JobId) -> JobFindings:
        """The findings of validation in a job's document, with the places that it is about.

        Raises:
            NotFoundError: the user has no such job.
        """
        with self._reading() as session:
            job = only(session.rows(JobPoll, "api_job_state", job_id=job_id), f"There is no job {job_id}.")
            found, returned = findings_of(session, job_id), returned_for(session, job_id)
            headings_of = self._ranking.headings_of
            return JobFindings(
                findings=placed(session, realm_id, job.document_id, found, headings_of),
                returned_for=placed(session, realm_id, job.document_id, returned, headings_of),
            )

    def job_state(self, job_id: JobId) -> JobPoll:
        """Stage, state, percent and version of one job: cheap enough to poll.

        Raises:
            NotFoundError: the user has no such job.
        """
        return only(self._rows(JobPoll, "api_job_state", job_id=job_id), f"There is no job {job_id}.")

    def job_event_mark(self, job_id: JobId, after: int) -> EventMark:
        """The mark of whoever has this event of the job."""
        [mark] = self._rows(EventMark, "job_event_mark", job_id=job_id, after=after)
        return mark

    def job_events(
        self, job_id: JobId, mark: EventMark = FIRST, *, limit: int = 200
    ) -> tuple[JobPoll, list[JobEvent], EventMark]:
        """The job's state, its events after the mark, in order, and the mark after those.

        What happened before that state is among them.

        Raises:
            NotFoundError: the user has no such job.
        """
        with self._reading() as session:
            state = only(session.rows(JobPoll, "api_job_state", job_id=job_id), f"There is no job {job_id}.")
            events = session.rows(JobEvent, "job_events", job_id=job_id, limit=limit, **mark)
            return state, events, mark.past(events, snapshot(session))

    def batches_page(
        self,
        realm_ids: Sequence[RealmId],
        *,
        statuses: Sequence[str] | None,
        name: str = "",
        needs_person: bool = False,
        banks: bool = False,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Batch]:
        """Batches with their counts, newest first, after the position ``before``.

        ``name`` is a part of the file's name; ``banks`` leaves out those of documents.
        """
        before_ts, before_id = before or (None, None)
        with self._reading(one_moment=False) as session:
            return session.select(
                BATCHES,
                realm_ids=list(realm_ids),
                statuses=list(statuses) if statuses else None,
                name=name.strip() or None,
                needs_person=needs_person or None,
                banks=banks or None,
                before_ts=before_ts,
                before_id=before_id,
                limit=limit,
            )

    def batch_totals(
        self, realm_ids: Sequence[RealmId], *, statuses: Sequence[str] | None, name: str = "", banks: bool = False
    ) -> BatchTotals:
        """The number of batches that match, and of those among them that need a person."""
        with self._reading(one_moment=False) as session:
            [totals] = session.select(
                BATCH_TOTALS,
                realm_ids=list(realm_ids),
                statuses=list(statuses) if statuses else None,
                name=name.strip() or None,
                banks=banks or None,
            )
            return totals

    def batch(self, batch_id: BatchId) -> BatchDetail:
        """One batch with its counts.

        Raises:
            NotFoundError: the user has no such batch.
        """
        with self._reading(one_moment=False) as session:
            return only(session.select(BATCH_DETAILS, batch_id=batch_id), f"There is no batch {batch_id}.")

    def metrics(self) -> list[PipelineMetric]:
        """Sums over all users."""
        return self._rows(PipelineMetric, "pipeline_metrics")

    def paid_metrics(self) -> list[PaidMetric]:
        """Sums of paid calls over all users, by service, model and outcome."""
        return self._rows(PaidMetric, "paid_metrics")

    def cost_days(self, realm_id: RealmId, *, days: int) -> list[CostOfDay]:
        """The realm's costs of the last ``days`` days (UTC, today included) by day, service and model, newest first."""
        return self._rows(CostOfDay, "api_cost_days", realm_id=realm_id, days=days)

    def document_costs(self, realm_id: RealmId, document_id: DocumentId) -> tuple[list[CostOfStage], list[PaidCall]]:
        """The costs of a document by stage and model, and its newest calls."""
        whose: dict[str, Any] = {"realm_id": realm_id, "document_id": document_id}
        with self._reading() as session:
            stages = session.rows(CostOfStage, "api_document_cost_stages", **whose)
            return stages, session.rows(PaidCall, "view_cost_calls", **whose)

    def document(self, document_id: DocumentId) -> Document:
        """One document.

        Raises:
            NotFoundError: the user has no such document.
        """
        rows = self._rows(Document, "api_document", document_id=document_id)
        return only(rows, f"There is no document {document_id}.")

    def original(self, document_id: DocumentId) -> Original:
        """The uploaded bytes of a document.

        Raises:
            NotFoundError: the user has no such document.
        """
        rows = self._rows(Original, "api_original", document_id=document_id)
        return only(rows, f"There is no document {document_id}.")

    def stages(self, document_id: DocumentId) -> list[StageTiming]:
        """The document's stages in their order."""
        return self._rows(StageTiming, "view_job_stages", document_id=document_id)

    def files(self, document_id: DocumentId) -> list[DocumentFile]:
        """The original and every stage's output files."""
        return self._rows(DocumentFile, "api_files", document_id=document_id)
