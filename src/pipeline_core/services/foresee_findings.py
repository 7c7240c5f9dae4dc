"""Predicting the findings of a validation before it runs, as the approval of the seed does."""

from dataclasses import dataclass

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.ports.workers import Workers
from pipeline_core.settings import Settings
from pipeline_core.stages import validate

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ForeseeFindings:
    """Runs validation's rules over what is staged at this moment; nothing is written."""

    settings: Settings
    store: ObjectStore
    open_uow: OpenUnitOfWork
    workers: Workers

    def criticals(self, document_id: DocumentId) -> int | None:
        """Count the critical findings that validation will have; None if that cannot be told now: the log says why."""
        try:
            return self._criticals(document_id)
        except PipelineError as error:
            log.warning("not_foreseen", document_id=str(document_id), error=describe_error(error))
            return None

    def _criticals(self, document_id: DocumentId) -> int | None:
        with self.open_uow() as uow:
            summary = uow.documents.find([document_id])[document_id]
            settings = self.settings.deep() if summary.profile is Profile.DEEP else self.settings
            item = validate.fetch(settings, uow, [summary])[document_id]
        if isinstance(item, PipelineError):
            raise item
        [outcome] = self.workers.run([validate.computation(self.store, item.data)])
        if isinstance(outcome, PipelineError):
            raise outcome
        return int(outcome.value.report[Severity.CRITICAL.value])
