"""Adapters behind the ports, as the settings choose them."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pydantic import SecretStr

from pipeline_core.adapters.converters.llama_parse import LlamaParse, ParseOptions
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.kept_files import KeptFiles
from pipeline_core.adapters.llama_cloud_api.client import LlamaCloudClient
from pipeline_core.adapters.llama_cloud_api.client import Options as LlamaCloudOptions
from pipeline_core.adapters.object_stores.factory import open_object_store
from pipeline_core.adapters.openai_api.client import OpenAIClient, Options
from pipeline_core.adapters.openai_api.pace import Pace
from pipeline_core.adapters.page_viewer import PooledPageViewer
from pipeline_core.adapters.prefect_database import PrefectDatabase, PrefectOfOthers
from pipeline_core.adapters.prefect_deployments import DeploymentLauncher
from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.adapters.prefect_login import folder_of, headers, is_of_home, signed_in
from pipeline_core.adapters.prefect_pages import pages_of, run_page
from pipeline_core.adapters.prefect_queue import QUEUE_DEPLOYMENT, WEBHOOK_DEPLOYMENT, PrefectQueueRuns
from pipeline_core.adapters.prefect_schedules import PrefectSchedules
from pipeline_core.adapters.prices import load_prices
from pipeline_core.adapters.rerankers.endpoint import EndpointReranker, Judge
from pipeline_core.adapters.shared_rate_limits import SharedRateLimits
from pipeline_core.adapters.webhook_sender import HttpWebhookSender
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import kinds
from pipeline_core.bootstrap.database import Databases
from pipeline_core.bootstrap.parts import once
from pipeline_core.db.rate_limits import PostgresRateLimits
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.db.worker import Worker
from pipeline_core.domain.addresses import networks
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.spending import Budgets, PriceTable
from pipeline_core.duplicates.detection import Detection
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.embedder import Embedder
from pipeline_core.ports.fact_generator import FactGenerator
from pipeline_core.ports.launcher import Launcher
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.queue_runs import QueueRuns
from pipeline_core.ports.rate_limits import RateLimits
from pipeline_core.ports.reranker import Reranker
from pipeline_core.ports.webhooks import WebhookSender
from pipeline_core.ports.word_places import WordPlaces
from pipeline_core.ports.workers import Workers
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.outages import Outages
from pipeline_core.services.page_texts import PageTexts
from pipeline_core.services.page_views import PageViews
from pipeline_core.services.paid_calls import PaidCalls
from pipeline_core.services.paid_rerank import PaidReranker
from pipeline_core.services.pending_results import PendingResults
from pipeline_core.services.recorded_settings import RecordSettings
from pipeline_core.services.search import Reranking
from pipeline_core.settings import Settings, load_settings


class Adapters(Databases):
    """Stores, converters, generators, embedders, services that are paid, and the orchestrator."""

    @once
    def store(self) -> ObjectStore:
        return self.given.get("store") or open_object_store(
            self.settings.object_store,
            default=self.home / "objects",
            s3_endpoint_url=self.settings.s3_endpoint_url,
        )

    @once
    def rate_limits(self) -> RateLimits:
        if self.settings.limits_store:
            return SharedRateLimits(self.settings.limits_store)
        return PostgresRateLimits(self.api_database)

    def open_uow(self) -> UnitOfWork:
        return UnitOfWork(
            self.database, lease_s=self.settings.lease_s, comparing=lambda: self.detection, person=self.acting
        )

    @once
    def detection(self) -> Detection:
        return Detection(self.settings, self.embedders, self.open_uow)

    def record_settings(self, part: str) -> RecordSettings:
        """Record the settings of the environment, without those typed for one command."""
        environment = load_settings().model_copy(update={"home": self.settings.home})
        return RecordSettings(environment, self.open_uow, part)

    @once
    def worker(self) -> Worker:
        """The worker that takes jobs. Its settings are recorded before it takes the first."""
        self.record_settings("work")()
        settings = self.settings
        return self.closing(Worker(self.database_url, role=settings.database_role, lease_s=settings.lease_s))

    @once
    def local_converter(self) -> LocalConverter:
        """The converter that needs no key, also the fallback for those that do. A given one is its owner's to close."""
        return self.given.get("local") or self.closing(LocalConverter(self.settings))

    def _converter(self, settings: Settings) -> Converter:
        return self.given.get("converter") or kinds.CONVERTERS[settings.converter](self, settings)

    @once
    def converter(self) -> Converter:
        return self._converter(self.settings)

    @once
    def workers(self) -> Workers:
        """Processes for the stages' computations; none is started before the first computation."""
        return self.given.get("workers") or self.closing(WorkerProcesses(self.settings))

    @once
    def page_views(self) -> PageViews:
        """Pages as people see them, of all documents."""
        return PageViews(self.store, self.given.get("page_viewer") or self.closing(PooledPageViewer(self.settings)))

    @once
    def page_texts(self) -> PageTexts:
        """The texts that quotes are looked up in."""
        return PageTexts(self.page_views, self.store)

    def _generator(self, settings: Settings) -> FactGenerator:
        return kinds.GENERATORS[settings.fact_generator](self, settings)

    @once
    def generator(self) -> FactGenerator:
        return self.given.get("generator") or self._generator(self.settings)

    @once
    def embedders(self) -> EmbedderRegistry:
        makers: dict[str, Callable[[], Embedder]] = {
            kind.model(self.settings): partial(kind.make, self) for kind in kinds.EMBEDDERS.values()
        }
        default = kinds.EMBEDDERS[self.settings.embedder].model(self.settings)
        if given := self.given.get("embedder"):
            makers[given.model], default = (lambda: given), given.model
        return EmbedderRegistry(makers, default, self.open_uow, partial(kinds.of_endpoint, self))

    @once
    def prices(self) -> PriceTable:
        return replace(load_prices(self.settings.price_table), others_are_free=self.settings.openai_own_server)

    @once
    def budgets(self) -> Budgets:
        settings = self.settings
        return Budgets(settings.run_id, settings.budget_run_usd, settings.budget_day_usd, settings.budget_realm_usd)

    @once
    def outages(self) -> Outages:
        """The outages of services that this process has seen."""
        return Outages()

    @once
    def paid_calls(self) -> PaidCalls:
        worker = self.worker
        calls = PaidCalls(self.open_uow, lambda: worker, self.budgets, self.realm_id, PendingResults(self.store))
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
    def webhook_sender(self) -> WebhookSender:
        settings = self.settings
        return HttpWebhookSender(
            allow_private=settings.webhooks_allow_private,
            refused=networks(settings.webhooks_refused_networks),
            timeout_s=settings.webhook_timeout_s,
        )

    @once
    def queue_runs(self) -> QueueRuns | None:
        """The server of ``PREFECT_API_URL``, if there is one, as who queues work asks it."""
        return self._runs_of(QUEUE_DEPLOYMENT)

    @once
    def webhook_runs(self) -> QueueRuns | None:
        """As who finds that nobody sends webhooks asks that server."""
        return self._runs_of(WEBHOOK_DEPLOYMENT)

    @once
    def source_schedules(self) -> PrefectSchedules | None:
        """Schedules of sources on the server of ``PREFECT_API_URL``, if there is one."""
        url = os.environ.get("PREFECT_API_URL")
        own = headers(signed_in(os.environ, self.settings.home))
        return self.closing(PrefectSchedules(url, headers=own)) if url else None

    def _runs_of(self, deployment: str) -> QueueRuns | None:
        url = os.environ.get("PREFECT_API_URL")
        own = headers(signed_in(os.environ, self.settings.home))
        return self.closing(PrefectQueueRuns(url, headers=own, deployment=deployment)) if url else None

    def word_places(self) -> list[WordPlaces]:
        """Places of words beside the database and the store: files of this home, and what Prefect keeps."""
        prefect, url = folder_of(self.settings.home), os.environ.get("PREFECT_API_URL")
        places: list[WordPlaces] = [
            KeptFiles((self.home / "logs", prefect / "storage", prefect / "logs")),
            PrefectDatabase(prefect / "prefect.db"),
        ]
        if url and not is_of_home(prefect, url):
            places.append(PrefectOfOthers(url, headers(signed_in(os.environ, self.settings.home))))
        return places

    def prefect_run(self, flow_run_id: object) -> str:
        """Return the page of a run in Prefect; "" if its address is not known."""
        pages = pages_of(os.environ)
        return run_page(pages, flow_run_id) if pages else ""

    @property
    def prefect_asks_for_login(self) -> bool:
        """Returns whether Prefect's server has a login of its own."""
        try:
            return "Authorization" in headers(signed_in(os.environ, self.settings.home))
        except ConfigurationError:
            return True  # which this account may not read

    @once
    def launcher(self) -> Launcher:
        """The launcher that the setting ``launch`` names."""
        wanted = self.settings.launch
        if wanted == "auto":
            wanted = "deployment" if os.environ.get("PREFECT_API_URL") else "here"
        return DeploymentLauncher(self.settings) if wanted == "deployment" else self.own_launcher

    @once
    def own_launcher(self) -> PrefectLauncher:
        """Runs flows in this process, on the server of ``PREFECT_API_URL`` or of this home, which it can keep up."""
        return self.closing(PrefectLauncher(self.settings, self.stopping))
