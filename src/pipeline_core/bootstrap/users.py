"""The services as one user may use them."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import orjson

from pipeline_core.bootstrap.shared import UseCases
from pipeline_core.db.api_views import ApiViews
from pipeline_core.db.provenance_views import ProvenanceViews
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.db.version_views import VersionViews
from pipeline_core.domain.ids import CorrelationId, RealmId, UserId
from pipeline_core.domain.realms import Person
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.sources import SourcePlace
from pipeline_core.duplicates.detection import Detection
from pipeline_core.services.downloads import RecordDownload
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.event_streams import OpenStreams
from pipeline_core.services.evidence_marks import EvidenceMarks
from pipeline_core.services.export import ExportDocument
from pipeline_core.services.foresee_facts import ForeseeFacts
from pipeline_core.services.foresee_findings import ForeseeFindings
from pipeline_core.services.kept_sources import KeptSources
from pipeline_core.services.plan_sync import PlanSync
from pipeline_core.services.provenance import TraceFact
from pipeline_core.services.receive_upload import ReceiveUpload
from pipeline_core.services.search import Search
from pipeline_core.services.source_places import require_allowed
from pipeline_core.services.source_schedules import FollowSchedule
from pipeline_core.services.source_texts import SourceTexts
from pipeline_core.services.versions import Versions
from pipeline_core.services.webhooks import WebhookEndpoints

if TYPE_CHECKING:
    from pipeline_core.bootstrap.services import Services


class UserServices(UseCases):
    """Services for one user in one realm, cheap to make for each request; the claims are set for every transaction."""

    def __init__(
        self, pipeline: "Services", person: Person, realm_id: RealmId, correlation_id: CorrelationId | None = None
    ) -> None:
        self.pipeline, self.settings = pipeline, pipeline.settings
        self.person, self.realm_id = person, realm_id
        self._correlation_id = correlation_id
        self._claims = orjson.dumps({**person.claims, "role": "authenticated"}).decode()

    @property
    def user_id(self) -> UserId:
        return self.person.user_id

    @property
    def reviewer(self) -> Reviewer:
        """The user, as who decides here."""
        return Reviewer(self.realm_id, self.person.name, user_id=self.user_id)

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
        return Search(self.views, whole.embedders, whole.settings.search_floor, whole.reranking)

    @cached_property
    def record_download(self) -> RecordDownload:
        return RecordDownload(self.open_uow)

    @cached_property
    def evidence(self) -> EvidenceMarks:
        return EvidenceMarks(self.views, self.open_uow, self.pipeline.page_texts)

    @cached_property
    def trace_fact(self) -> TraceFact:
        views = ProvenanceViews(self.pipeline.api_database, claims=self._claims, ranking=self.pipeline.ranking)
        return TraceFact(views, self.open_uow, self.realm_id)

    @cached_property
    def versions(self) -> Versions:
        views = VersionViews(self.pipeline.api_database, claims=self._claims, ranking=self.pipeline.ranking)
        return Versions(views, self.realm_id)

    @cached_property
    def source_texts(self) -> SourceTexts:
        return SourceTexts(self.open_uow)

    def check_source(self, place: SourcePlace) -> None:
        require_allowed(place, self.settings.source_roots)
        self.pipeline.check_source(place)

    @cached_property
    def plan_sync(self) -> PlanSync:
        return PlanSync(replace(self.pipeline.sync_source, open_uow=self.open_uow))

    @property
    def follow_schedule(self) -> FollowSchedule:
        return self.pipeline.follow_schedule

    @cached_property
    def sources(self) -> KeptSources:
        return replace(super().sources, over_http=True)

    @cached_property
    def export(self) -> ExportDocument:
        return ExportDocument(self.views, self.open_uow, self.person.shown)

    @cached_property
    def receive_upload(self) -> ReceiveUpload:
        return ReceiveUpload(self.pipeline.settings, self.pipeline.store, self.open_uow)

    @cached_property
    def foresee(self) -> ForeseeFindings:
        pipeline = self.pipeline
        return ForeseeFindings(pipeline.settings, pipeline.store, self.open_uow, pipeline.workers)

    @cached_property
    def webhooks(self) -> WebhookEndpoints:
        pipeline = self.pipeline
        return WebhookEndpoints(self.open_uow, pipeline.webhook_sender, pipeline.settings.limit_webhooks)

    @cached_property
    def streams(self) -> OpenStreams:
        return OpenStreams(self.open_uow, self.realm_id, self.user_id, self.pipeline.settings.limit_event_streams)

    def _embeds(self) -> EmbedderRegistry:
        return self.pipeline.embedders

    def _foresees(self) -> ForeseeFacts:
        # the caches of answers are for workers alone; what is looked at is the user's, by which()
        return self.pipeline.foresee_facts

    def _detects(self) -> Detection:
        pipeline = self.pipeline
        # vectors are kept for everybody: the user's claims do not let them be written
        return Detection(
            pipeline.settings, pipeline.embedders, None if pipeline.settings.is_apis_alone else pipeline.open_uow
        )
