"""Use cases that are the same for workers and for one user: only whose transactions they open differs."""

from abc import ABC, abstractmethod
from functools import cached_property

from pipeline_core.adapters.facts.blocks import headings_at_end
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.realms import Person
from pipeline_core.domain.sources import SourcePlace
from pipeline_core.duplicates.detection import Detection
from pipeline_core.review.add import AddFact
from pipeline_core.review.bulk import Bulk
from pipeline_core.review.desk import Desk
from pipeline_core.review.parking import Parking
from pipeline_core.review.reverting import Revert
from pipeline_core.review.service import Review
from pipeline_core.review.withdrawing import Withdraw
from pipeline_core.services.acknowledge import Acknowledge
from pipeline_core.services.batch_import import ImportBatch
from pipeline_core.services.dual_status import DualStatus
from pipeline_core.services.embed_missing import EmbedMissing
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.feed import ChangeFeed
from pipeline_core.services.foresee_facts import ForeseeFacts
from pipeline_core.services.kept_sources import KeptSources
from pipeline_core.services.move import MoveDocument
from pipeline_core.services.plan_erasures import PlanErasures
from pipeline_core.services.read_again import ReadAgain
from pipeline_core.services.realms import Realms
from pipeline_core.services.retry import Retry
from pipeline_core.services.retry_all import RetryAll
from pipeline_core.services.single_stage import SingleStage
from pipeline_core.services.staging import StagingService
from pipeline_core.settings import Settings


class UseCases(ABC):
    """They hold nothing that is to be closed: two that two threads make are as good as one."""

    settings: Settings
    person: Person

    @abstractmethod
    def open_uow(self) -> UnitOfWork: ...

    @abstractmethod
    def check_source(self, place: SourcePlace) -> None:
        """Check that a place may be a source here, as far as its address tells.

        Raises:
            RefusedError: it is none of its kind, or may not be one.
        """

    @abstractmethod
    def _detects(self) -> Detection: ...

    @abstractmethod
    def _embeds(self) -> EmbedderRegistry: ...

    @abstractmethod
    def _foresees(self) -> ForeseeFacts: ...

    @cached_property
    def review(self) -> Review:
        return Review(self.open_uow, self._detects(), self.withdraw, self.revert, headings_at_end)

    @cached_property
    def withdraw(self) -> Withdraw:
        return Withdraw(self.open_uow, EmbedMissing(self._embeds()))

    @cached_property
    def revert(self) -> Revert:
        return Revert(self.open_uow, EmbedMissing(self._embeds()))

    @cached_property
    def bulk(self) -> Bulk:
        return Bulk(self.open_uow)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.open_uow, headings_at_end)

    @cached_property
    def staging(self) -> StagingService:
        importer = ImportBatch(self.open_uow, self._embeds().active)
        return StagingService(self.settings, self.open_uow, self._detects(), importer, self.review)

    @cached_property
    def realms(self) -> Realms:
        return Realms(self.open_uow, self.person)

    @cached_property
    def feed(self) -> ChangeFeed:
        return ChangeFeed(self.open_uow, self.person)

    @cached_property
    def erasures(self) -> PlanErasures:
        return PlanErasures(self.open_uow, self.person)

    @cached_property
    def sources(self) -> KeptSources:
        return KeptSources(self.open_uow, self.person, self.check_source)

    @cached_property
    def move_document(self) -> MoveDocument:
        return MoveDocument(self.open_uow, self.person)

    @cached_property
    def acknowledge(self) -> Acknowledge:
        return Acknowledge(self.open_uow, self.person.shown)

    @cached_property
    def parking(self) -> Parking:
        return Parking(self.open_uow, EmbedMissing(self._embeds()))

    @cached_property
    def add_fact(self) -> AddFact:
        return AddFact(self.open_uow, self._detects())

    @cached_property
    def dual_status(self) -> DualStatus:
        return DualStatus(self.open_uow)

    @cached_property
    def retry(self) -> Retry:
        return Retry(self.open_uow)

    @cached_property
    def single_stage(self) -> SingleStage:
        return SingleStage(self.settings, self.open_uow)

    @cached_property
    def retry_all(self) -> RetryAll:
        return RetryAll(self.open_uow)

    @cached_property
    def read_again(self) -> ReadAgain:
        return ReadAgain(self.open_uow, self._foresees())
