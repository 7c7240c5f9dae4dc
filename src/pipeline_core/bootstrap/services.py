"""Use cases of documents, facts, banks and search."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from pipeline_core.adapters.sources import READERS
from pipeline_core.bootstrap.adapters import Adapters
from pipeline_core.bootstrap.parts import once
from pipeline_core.bootstrap.shared import UseCases
from pipeline_core.bootstrap.users import UserServices
from pipeline_core.db.older_documents import read_older
from pipeline_core.domain.ids import CorrelationId, RealmId, UserId, personal_realm
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.domain.realms import Person
from pipeline_core.domain.sources import SourcePlace
from pipeline_core.domain.spending import Account
from pipeline_core.duplicates.detection import Detection
from pipeline_core.ports.source_reader import SourceReader
from pipeline_core.services.bank_queue import BankQueue
from pipeline_core.services.by_profile import RunStageByProfile
from pipeline_core.services.claim import ClaimJobs
from pipeline_core.services.deep_scan import DeepScan
from pipeline_core.services.embed_missing import EmbedMissing
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.enrol import EnrolDocuments
from pipeline_core.services.erase import CarryOutErasures
from pipeline_core.services.estimate import EstimateRun
from pipeline_core.services.evaluate import Evaluate
from pipeline_core.services.export import ExportDocument
from pipeline_core.services.find_erased import FindErased
from pipeline_core.services.find_source import FindSource
from pipeline_core.services.flow_runs import FlowRuns
from pipeline_core.services.foresee_facts import ForeseeFacts
from pipeline_core.services.holds import Holds
from pipeline_core.services.intake import Intake
from pipeline_core.services.pass_gate import PassGate
from pipeline_core.services.queue import Queue
from pipeline_core.services.reminders import Reminders
from pipeline_core.services.run_documents import RunDocuments
from pipeline_core.services.run_requests import RunRequests
from pipeline_core.services.run_stage import RunStage
from pipeline_core.services.run_through import RunThrough
from pipeline_core.services.search import Search
from pipeline_core.services.source_schedules import FollowSchedule, MendSchedules
from pipeline_core.services.sync_source import SyncSource
from pipeline_core.services.vanishing import Vanishing
from pipeline_core.services.webhooks import DeliverWebhooks
from pipeline_core.services.work_needed import FindWork
from pipeline_core.stages.base import StageContext


class Services(Adapters, UseCases):
    """Use cases that work on documents, facts and question banks."""

    @once
    def ctx(self) -> StageContext:
        return StageContext(self.settings, self.store, self.converter, self.generator, self.embedders)

    def _detects(self) -> Detection:
        return self.detection

    def _embeds(self) -> EmbedderRegistry:
        return self.embedders

    def _foresees(self) -> ForeseeFacts:
        return self.foresee_facts

    @once
    def deep_ctx(self) -> StageContext:
        """The context of a deep scan: the same ports, but for those that its profile names."""
        settings = self.settings.deep()
        generator = self.given.get("generator") or self._generator(settings)
        return StageContext(settings, self.store, self._converter(settings), generator, self.embedders, Profile.DEEP)

    @property
    def _contexts(self) -> Mapping[Profile, StageContext]:
        return {ctx.profile: ctx for ctx in (self.ctx, self.deep_ctx)}

    @once
    def holds(self) -> Holds:
        return Holds(self.settings, self.open_uow, self.stopping)

    @once
    def search(self) -> Search:
        return Search(self.views, self.embedders, self.settings.search_floor, self.reranking)

    @once
    def evaluate(self) -> Evaluate:
        return Evaluate(self.views, self.embedders)

    def budget_accounts(self) -> list[Account]:
        """The accounts that a call of this realm would count against now."""
        return self.budgets.accounts(self.realm_id, datetime.now(UTC))

    @once
    def estimate(self) -> EstimateRun:
        parser = self.llama_parse(self.settings) if self.settings.converter == "llama-parse" else None
        return EstimateRun(self.ctx, self.given.get("converter") or self.local_converter, self.open_uow, parser)

    @once
    def intake(self) -> Intake:
        return Intake(self.settings, self.store, self._contexts, self.open_uow)

    @once
    def find_work(self) -> FindWork:
        return FindWork(self.store, self._contexts, self.open_uow)

    def open_source(self, place: SourcePlace) -> SourceReader:
        """Open a source for reading.

        Raises:
            RefusedError: its URI is none of its kind.
        """
        return READERS[place.kind](place, self.settings)

    def check_source(self, place: SourcePlace) -> None:
        self.open_source(place)

    @once
    def find_source(self) -> FindSource:
        return FindSource(self.open_uow)

    @once
    def follow_schedule(self) -> FollowSchedule:
        return FollowSchedule(self.source_schedules)

    @once
    def mend_schedules(self) -> MendSchedules:
        return MendSchedules(self.open_uow)

    def mend_schedules_now(self) -> int:
        """Let each source that has an interval have its schedule, and no other; returns how many had to be mended.

        Raises:
            ServiceUnavailableError, ConfigurationError: the Prefect server did not answer, or refuses.
        """
        schedules = self.source_schedules
        return 0 if schedules is None else self.mend_schedules(schedules, always=True)

    @once
    def vanishing(self) -> Vanishing:
        return Vanishing(self.open_uow, EmbedMissing(self.embedders))

    @once
    def sync_source(self) -> SyncSource:
        return SyncSource(
            self.settings,
            self.open_uow,
            self.open_source,
            self.intake,
            self.find_work,
            self.vanishing,
            lambda: self.worker,
        )

    @once
    def enrol(self) -> EnrolDocuments:
        manual = replace(self.intake, settings=self.settings.model_copy(update={"workflow": "manual"}))
        return EnrolDocuments(manual, self.open_uow, partial(read_older, self.database_url))

    @once
    def claim(self) -> ClaimJobs:
        return ClaimJobs(
            self.settings,
            self.open_uow,
            lambda: self.worker,
            self.holds,
            lambda document_ids: self.deep_scan.settle(document_ids=document_ids),
        )

    @once
    def queue(self) -> Queue:
        return Queue(self.settings, self.open_uow, lambda: self.worker, self.holds)

    @once
    def run_stage(self) -> RunStageByProfile:
        runs = {
            profile: RunStage(ctx, self.open_uow, self.workers, self.holds, self.outages)
            for profile, ctx in self._contexts.items()
        }
        return RunStageByProfile(runs, self.open_uow)

    @once
    def pass_gate(self) -> PassGate:
        return PassGate(self.ctx, self.open_uow)

    @once
    def run_through(self) -> RunThrough:
        return RunThrough(self.run_stage, self.pass_gate)

    @once
    def deep_scan(self) -> DeepScan:
        return DeepScan(self.open_uow)

    @once
    def export(self) -> ExportDocument:
        return ExportDocument(self.views, self.open_uow, self.person.name or str(self.person.user_id))

    @once
    def foresee_facts(self) -> ForeseeFacts:
        return ForeseeFacts(self.ctx, self.open_uow, self.workers)

    @once
    def bank_queue(self) -> BankQueue:
        return BankQueue(self.open_uow, self.staging)

    @once
    def deliver_webhooks(self) -> DeliverWebhooks:
        settings = self.settings
        return DeliverWebhooks(
            self.open_uow,
            self.webhook_sender,
            settings.webhook_timeout_s,
            settings.webhook_sends_per_realm,
            pages_at=settings.api_url.rstrip("/"),
        )

    @once
    def run_requests(self) -> RunRequests:
        """Asks for runs of the queue at the server of ``PREFECT_API_URL``, if there is one."""
        return self.closing(RunRequests(self.queue_runs))

    def for_user(
        self,
        user: Person | UserId,
        correlation_id: CorrelationId | None = None,
        *,
        realm_id: RealmId | None = None,
    ) -> UserServices:
        """The services as one user may use them in a realm, the personal one unless another is named.

        The database itself shows rows of the user's realms only, and takes what the user's role there may change.

        ``correlation_id`` is of the request that they are for: events that have none of their own get it.
        """
        person = user if isinstance(user, Person) else Person(user)
        return UserServices(self, person, realm_id or personal_realm(person.user_id), correlation_id)

    @once
    def run_documents(self) -> RunDocuments:
        return RunDocuments(self.intake, self.find_work, self.launcher, self.holds)

    @once
    def carry_out_erasures(self) -> CarryOutErasures:
        return CarryOutErasures(self.open_uow, self.store, EmbedMissing(self.embedders), self.word_places)

    @once
    def find_erased(self) -> FindErased:
        return FindErased(self.open_uow, self.store, self.word_places)

    @once
    def reminders(self) -> Reminders:
        return Reminders(self.open_uow, self.settings.review_alert_h)

    @once
    def flow_runs(self) -> FlowRuns:
        return FlowRuns(self.open_uow)
