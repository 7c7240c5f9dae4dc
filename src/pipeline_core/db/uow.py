"""The unit of work on PostgreSQL."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from pipeline_core.db.agreement import PostgresAgreement
from pipeline_core.db.audit import PostgresAudit
from pipeline_core.db.batches import PostgresBatches
from pipeline_core.db.caches import PostgresCaches
from pipeline_core.db.deep_scans import PostgresDeepScans
from pipeline_core.db.documents import PostgresDocuments
from pipeline_core.db.embedding_models import PostgresModels
from pipeline_core.db.engine import lend
from pipeline_core.db.event_streams import PostgresEventStreams
from pipeline_core.db.jobs import PostgresJobs
from pipeline_core.db.missing_parts import PostgresMissingParts
from pipeline_core.db.parse_jobs import PostgresParseJobs
from pipeline_core.db.production import PostgresProduction
from pipeline_core.db.queue import PostgresQueue
from pipeline_core.db.reminders import PostgresReminders
from pipeline_core.db.reviews import PostgresReviews
from pipeline_core.db.session import Session
from pipeline_core.db.spending import PostgresSpending
from pipeline_core.db.stage_runs import PostgresStageRuns
from pipeline_core.db.staging import PostgresStaging
from pipeline_core.db.upkeep import PostgresUpkeep
from pipeline_core.db.webhooks import PostgresWebhooks
from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.domain.ids import CorrelationId
from pipeline_core.ports.agreement import Agreement
from pipeline_core.ports.audit import Audit
from pipeline_core.ports.batches import Batches
from pipeline_core.ports.deep_scans import DeepScans
from pipeline_core.ports.embedding_models import Models
from pipeline_core.ports.event_streams import EventStreams
from pipeline_core.ports.missing_parts import MissingParts
from pipeline_core.ports.parsing import ParseJobs
from pipeline_core.ports.queue import Queue
from pipeline_core.ports.reminders import Reminders
from pipeline_core.ports.reviews import Reviews
from pipeline_core.ports.unit_of_work import (
    Caches,
    Comparing,
    Documents,
    Jobs,
    Production,
    Spending,
    StageRuns,
    Staging,
)
from pipeline_core.ports.upkeep import Upkeep
from pipeline_core.ports.webhooks import Webhooks


class PostgresUnitOfWork:
    """One transaction. Leaving without ``commit`` rolls back; psycopg's errors leave as the pipeline's own."""

    documents: Documents
    jobs: Jobs
    stages: StageRuns
    staging: Staging
    production: Production
    caches: Caches
    spending: Spending
    parse_jobs: ParseJobs
    batches: Batches
    reviews: Reviews
    deep_scans: DeepScans
    webhooks: Webhooks
    event_streams: EventStreams
    queue: Queue
    missing_parts: MissingParts
    reminders: Reminders
    upkeep: Upkeep
    agreement: Agreement
    models: Models
    audit: Audit

    def __init__(
        self,
        engine: Engine,
        *,
        lease_s: float,
        comparing: Callable[[], Comparing] | None = None,
        claims: str | None = None,
        correlation_id: CorrelationId | None = None,
    ) -> None:
        """``comparing`` is asked for when rows are first compared within the transaction; ``claims`` (JSON) are the
        token of the user for whom it is: row-level security reads them. ``correlation_id`` is of the request that it
        belongs to."""
        self._engine = engine
        self._lease_s = lease_s
        self._comparing = comparing
        self._claims = claims
        self._correlation_id = correlation_id

    @property
    def comparing(self) -> Comparing:
        """How rows are compared.

        Raises:
            UnexpectedError: this unit of work was opened without it.
        """
        if self._comparing is None:
            raise UnexpectedError("This unit of work was not told how to compare rows.")
        return self._comparing()

    def __enter__(self) -> Self:
        self._lent = lend(self._engine)
        self.session = Session(self._lent.__enter__(), claims=self._claims, correlation_id=self._correlation_id)
        self.documents = PostgresDocuments(self.session)
        self.jobs = PostgresJobs(self.session, self._lease_s)
        self.stages = PostgresStageRuns(self.session)
        self.staging = PostgresStaging(self.session)
        self.production = PostgresProduction(self.session)
        self.caches = PostgresCaches(self.session)
        self.spending = PostgresSpending(self.session)
        self.parse_jobs = PostgresParseJobs(self.session)
        self.batches = PostgresBatches(self.session)
        self.reviews = PostgresReviews(self.session)
        self.deep_scans = PostgresDeepScans(self.session)
        self.webhooks = PostgresWebhooks(self.session)
        self.event_streams = PostgresEventStreams(self.session)
        self.queue = PostgresQueue(self.session)
        self.missing_parts = PostgresMissingParts(self.session)
        self.reminders = PostgresReminders(self.session)
        self.upkeep = PostgresUpkeep(self.session)
        self.agreement = PostgresAgreement(self.session)
        self.models = PostgresModels(self.session)
        self.audit = PostgresAudit(self.session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lent.__exit__(kind, error, trace)

    def commit(self) -> None:
        self.session.connection.commit()
