"""The unit of work: one short transaction. Everything is set-based: one call for many documents is one statement."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from pipeline_core.db.agreement import Agreement
from pipeline_core.db.audit import Audit
from pipeline_core.db.batches import Batches
from pipeline_core.db.caches import Caches
from pipeline_core.db.changes import Changes
from pipeline_core.db.database import Database
from pipeline_core.db.deep_scans import DeepScans
from pipeline_core.db.desk import Desk
from pipeline_core.db.documents import Documents
from pipeline_core.db.embedding_models import Models
from pipeline_core.db.erased_values import Values
from pipeline_core.db.erasures import Erasures
from pipeline_core.db.event_streams import EventStreams
from pipeline_core.db.feed import Feed
from pipeline_core.db.jobs import Jobs
from pipeline_core.db.missing_parts import MissingParts
from pipeline_core.db.parking import Parking
from pipeline_core.db.parse_jobs import ParseJobs
from pipeline_core.db.production import Production
from pipeline_core.db.questions import Questions
from pipeline_core.db.queue import Queue
from pipeline_core.db.realms import Realms
from pipeline_core.db.reminders import Reminders
from pipeline_core.db.reverting import Reversions
from pipeline_core.db.review import Reviews
from pipeline_core.db.session import Session
from pipeline_core.db.sources import Sources
from pipeline_core.db.spending import Spending
from pipeline_core.db.stage_runs import StageRuns
from pipeline_core.db.staging import Staging
from pipeline_core.db.upkeep import Upkeep
from pipeline_core.db.webhooks import Webhooks
from pipeline_core.db.withdrawals import Withdrawals
from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.domain.ids import CorrelationId
from pipeline_core.domain.realms import Person
from pipeline_core.domain.staging import (
    Matchable,
    NewRows,
    Pair,
)


class NearDuplicates(Protocol):
    """A mode: pairs of each new row with what was there, and with the new rows before it."""

    def __call__(self, staging: Staging, new: NewRows, fresh: Sequence[Matchable]) -> list[Pair]: ...


class Comparing(Protocol):
    def within(self, uow: "UnitOfWork", rows: Sequence[Matchable]) -> NearDuplicates:
        """A mode to compare these rows within an open transaction, with what is known of them already."""
        ...


class UnitOfWork:
    """``with open_uow() as uow: …; uow.commit()``.

    Leaving without commit rolls back; what psycopg raises leaves as the pipeline's own errors.
    """

    def __init__(
        self,
        database: Database,
        *,
        lease_s: float,
        comparing: Callable[[], Comparing] | None = None,
        claims: str | None = None,
        correlation_id: CorrelationId | None = None,
        person: Person | None = None,
    ) -> None:
        """``comparing`` is asked for when rows are first compared within the transaction; ``claims`` (JSON) are the
        token of the user for whom it is: row-level security reads them. ``correlation_id`` is of the request that it
        belongs to. ``person`` acts in it, where there are no claims: events say so."""
        self._database = database
        self._lease_s = lease_s
        self._comparing = comparing
        self._claims = claims
        self._correlation_id = correlation_id
        self._person = person

    @property
    def comparing(self) -> Comparing:
        """The comparison of rows.

        Raises:
            UnexpectedError: this unit of work was opened without it.
        """
        if self._comparing is None:
            raise UnexpectedError("This unit of work was not told how to compare rows.")
        return self._comparing()

    def __enter__(self) -> Self:
        self._lent = self._database.lend()
        self.session = Session(
            self._lent.__enter__(), claims=self._claims, correlation_id=self._correlation_id, person=self._person
        )
        self.documents = Documents(self.session)
        self.jobs = Jobs(self.session, self._lease_s)
        self.stages = StageRuns(self.session)
        self.staging = Staging(self.session)
        self.production = Production(self.session)
        self.withdrawals = Withdrawals(self.session)
        self.reversions = Reversions(self.session)
        self.erasures = Erasures(self.session)
        self.values = Values(self.session)
        self.caches = Caches(self.session)
        self.spending = Spending(self.session)
        self.parse_jobs = ParseJobs(self.session)
        self.batches = Batches(self.session)
        self.questions = Questions(self.session)
        self.reviews = Reviews(self.session)
        self.parking = Parking(self.session)
        self.changes = Changes(self.session)
        self.desk = Desk(self.session)
        self.feed = Feed(self.session)
        self.deep_scans = DeepScans(self.session)
        self.webhooks = Webhooks(self.session)
        self.event_streams = EventStreams(self.session)
        self.queue = Queue(self.session)
        self.missing_parts = MissingParts(self.session)
        self.reminders = Reminders(self.session)
        self.upkeep = Upkeep(self.session)
        self.agreement = Agreement(self.session)
        self.models = Models(self.session)
        self.audit = Audit(self.session)
        self.realms = Realms(self.session)
        self.sources = Sources(self.session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lent.__exit__(kind, error, trace)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Whatever is written within is rolled back at its end; what was written before stays."""
        with self.session.connection.transaction(force_rollback=True):
            yield

    def commit(self) -> None:
        self.session.connection.commit()


OpenUnitOfWork = Callable[[], UnitOfWork]
