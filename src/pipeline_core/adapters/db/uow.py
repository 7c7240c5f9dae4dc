"""The unit of work on PostgreSQL."""

from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from pipeline_core.adapters.db.batches import PostgresBatches
from pipeline_core.adapters.db.caches import PostgresCaches
from pipeline_core.adapters.db.deep_scans import PostgresDeepScans
from pipeline_core.adapters.db.documents import PostgresDocuments
from pipeline_core.adapters.db.errors import translate
from pipeline_core.adapters.db.jobs import PostgresJobs
from pipeline_core.adapters.db.production import PostgresProduction
from pipeline_core.adapters.db.reviews import PostgresReviews
from pipeline_core.adapters.db.session import Session
from pipeline_core.adapters.db.stage_runs import PostgresStageRuns
from pipeline_core.adapters.db.staging import PostgresStaging
from pipeline_core.domain.errors import DatabaseUnavailableError
from pipeline_core.ports.batches import Batches
from pipeline_core.ports.deep_scans import DeepScans
from pipeline_core.ports.reviews import Reviews
from pipeline_core.ports.unit_of_work import (
    Caches,
    Documents,
    Jobs,
    Production,
    StageRuns,
    Staging,
)


class PostgresUnitOfWork:
    """One transaction. Leaving without ``commit`` rolls back; psycopg's errors leave as the pipeline's own."""

    documents: Documents
    jobs: Jobs
    stages: StageRuns
    staging: Staging
    production: Production
    caches: Caches
    batches: Batches
    reviews: Reviews
    deep_scans: DeepScans

    def __init__(self, engine: Engine, *, lease_s: float) -> None:
        self._engine = engine
        self._lease_s = lease_s

    def __enter__(self) -> Self:
        try:
            self._connection = self._engine.raw_connection()
        except DBAPIError as error:
            raise DatabaseUnavailableError(f"No connection to the database: {error.orig}.") from error
        driver: Any = self._connection.driver_connection
        self.session = Session(driver)
        self.documents = PostgresDocuments(self.session)
        self.jobs = PostgresJobs(self.session, self._lease_s)
        self.stages = PostgresStageRuns(self.session)
        self.staging = PostgresStaging(self.session)
        self.production = PostgresProduction(self.session)
        self.caches = PostgresCaches(self.session)
        self.batches = PostgresBatches(self.session)
        self.reviews = PostgresReviews(self.session)
        self.deep_scans = PostgresDeepScans(self.session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._connection.rollback()
        except psycopg.Error:
            self._connection.invalidate()
        finally:
            self._connection.close()
        if isinstance(error, psycopg.Error):
            raise translate(error) from error

    def commit(self) -> None:
        self._connection.commit()
