"""Outputs of stages that are not in the store as they were written: the stages that made them run again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from pipeline_core.db.agreement import NamedObject
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import (
    ChecksumMismatchError,
    ObjectNotFoundError,
    OriginalMissingError,
    StoreUnavailableError,
)
from pipeline_core.domain.ids import CorrelationId, DocumentId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import KEPT_OUT, JobStage, JobState, StageName
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.stages.registry import BY_NAME

log = structlog.stdlib.get_logger(__name__)
_THREADS = 8
_CODES = frozenset(error.code for error in (OriginalMissingError, ObjectNotFoundError, ChecksumMismatchError))

Lost = Mapping[DocumentId, Collection[StageName]]
"""The stages of each document of which an output is lost."""


def failed_for_objects(summary: JobSummary) -> bool:
    """Return True for a dead letter that failed because one of its objects was missing or changed."""
    return summary.state is JobState.DEADLETTER and (summary.last_error or {}).get("code") in _CODES


def can_start_again(summary: JobSummary) -> bool:
    """Return True for a job that is at rest and will rest at the same place after its lost outputs are made again."""
    if summary.state is JobState.DEADLETTER:
        # a failed deep scan begins again only by `retry`, which says so to who asked for it
        return failed_for_objects(summary) and not summary.is_scan
    return summary.state is JobState.DONE and summary.outcome not in KEPT_OUT


def begin_at_lost(uow: UnitOfWork, document_id: DocumentId, stages: Iterable[StageName]) -> JobStage:
    """Have these stages run again whatever they read; returns where the job is to start for that."""
    starts = []
    for stage in stages:
        uow.stages.forget(stage, [document_id])
        starts.append(BY_NAME[stage].restarts_at)
    return min(starts, key=lambda one: one.row.position)


def lost_by_listing(store: ObjectStore, named: Sequence[NamedObject]) -> dict[DocumentId, set[StageName]]:
    """Stages with an output that is missing or has another size, at the price of one listing for each document.

    What cannot be listed is taken to be there: whoever reads it says otherwise.
    """
    of_document: dict[DocumentId, list[NamedObject]] = {}
    for item in named:
        if item.stage is not None:
            of_document.setdefault(item.document_id, []).append(item)

    def look(items: Sequence[NamedObject]) -> set[StageName]:
        try:
            sizes = dict(store.sizes(f"documents/{items[0].document_id}/"))
        except StoreUnavailableError as error:
            log.warning("outputs_not_looked_at", document_id=str(items[0].document_id), error=describe_error(error))
            return set()
        return {item.stage for item in items if item.stage and sizes.get(item.key) != item.size}

    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(look, of_document.values())
        return {document_id: stages for document_id, stages in zip(of_document, found, strict=True) if stages}


@dataclass(frozen=True, slots=True)
class RestartLost:
    """Queues documents again from the earliest stage whose outputs are lost."""

    open_uow: OpenUnitOfWork

    def __call__(self, document_id: DocumentId, stages: Collection[StageName], *, by: str, run: CorrelationId) -> bool:
        """Queue the document; False if its job is not at rest, or if nothing of it is to be made again.

        Without stages, what failed for want of an object goes on where it failed.
        """
        with self.open_uow() as uow:
            uow.staging.lock_matching_of([document_id])
            summary = uow.documents.find([document_id]).get(document_id)
            if summary is None or not can_start_again(summary):
                return False
            if not stages and not failed_for_objects(summary):
                return False
            starts = [summary.stage, *([begin_at_lost(uow, document_id, stages)] if stages else ())]
            start = min(starts, key=lambda one: one.row.position)
            uow.jobs.restart({summary.job_id: start}, code="outputs_lost", by=by, correlation_id=run)
            uow.commit()
        return True
