"""Moving jobs that failed: ``domain.faults`` says whose fault it is, and that decides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import (
    ConflictError,
    DisturbedRunError,
    ParkedError,
    PipelineError,
    RetriesExhaustedError,
    TransientError,
    UnexpectedError,
)
from pipeline_core.domain.faults import Fault, fault_of
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import DEAD_LETTER, INTERRUPT, PARK, RETRY_LATER, StageName
from pipeline_core.domain.traces import describe_error
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.services.holds import record_held
from pipeline_core.settings import Settings

log = structlog.stdlib.get_logger(__name__)


def backoff_s(retry_count: int, base_s: float) -> float:
    """Seconds to wait before the next try: ``2**retry_count * base`` (3, 6, 12 for a base of 3)."""
    return float(2**retry_count * base_s)


@dataclass(frozen=True, slots=True)
class Failed:
    """Failed documents of a stage, by what happens to them next."""

    retry: dict[DocumentId, TransientError]
    parked: dict[DocumentId, ParkedError]
    dead: dict[DocumentId, PipelineError]
    held: dict[DocumentId, PipelineError]


def record_failures(
    uow: UnitOfWork,
    settings: Settings,
    stage: StageName,
    failed: Mapping[DocumentId, PipelineError],
    *,
    lease: LeaseToken,
    at_fault: Collection[DocumentId] | None = None,
) -> Failed:
    """Put each failed job aside for a retry, back into the queue, or among the dead letters, and say which went where.

    Where a service failed, ``at_fault`` are the documents that it fails for while it serves others; without it, all.

    A job that somebody else holds by now is left alone: its new holder goes on with it. One that is still ours and
    yet met a conflict is tried again, from where it stands then.
    """
    retry: dict[HeldJob, TransientError] = {}
    parked: dict[HeldJob, ParkedError] = {}
    dead: dict[HeldJob, PipelineError] = {}
    missing: dict[HeldJob, PipelineError] = {}
    again: dict[HeldJob, TransientError] = {}
    causes: dict[HeldJob, str] = {}
    ours = {job.document_id: job for job in uow.jobs.held(lease, list(failed))}
    for document_id, error in failed.items():
        if document_id not in ours:
            log.info("lease_lost", document_id=str(document_id), error=describe_error(error))
            continue
        job = ours[document_id]
        if isinstance(error, ConflictError):
            error = DisturbedRunError(f"The run was disturbed: {error.message}", where=error.where)
        fault = fault_of(error)
        is_own = at_fault is None or document_id in at_fault
        if fault is Fault.INSTALLATION or (fault is Fault.EITHER and not is_own):
            missing[job] = error
        elif isinstance(error, TransientError) and fault is Fault.AGAIN:
            again[job] = error
        elif isinstance(error, ParkedError):
            parked[job] = error
        elif isinstance(error, TransientError) and job.retry_count < settings.max_retries:
            retry[job] = error
        elif isinstance(error, TransientError):
            tries = job.retry_count + 1
            causes[job] = error.code
            dead[job] = RetriesExhaustedError(f"{stage} failed {tries} times, last: {error.message}", where=error.where)
        else:
            dead[job] = error
    _log_unforeseen(stage, dead)
    waits = {
        job.job_id: _payload(stage, error) | {"wait_s": backoff_s(job.retry_count, settings.retry_base_s)}
        for job, error in retry.items()
    }
    rows = [(job.document_id, error.message, job in dead) for job, error in {**retry, **dead}.items()]
    if rows:
        # while the lease is still held: what follows gives it up
        uow.stages.fail(stage, rows)
    uow.jobs.move(RETRY_LATER, waits, lease=lease)
    dead_lettered = {job.job_id: _payload(stage, error, causes.get(job)) for job, error in dead.items()}
    uow.jobs.move(DEAD_LETTER, dead_lettered, lease=lease)
    _try_again(uow, settings, stage, again, lease=lease)
    _park(uow, stage, parked, lease=lease)
    record_held(uow, settings, stage, missing, lease=lease)
    if dead:
        revive_orphans(uow, [job.document.realm_id for job in dead])
    return Failed(
        {job.document_id: error for job, error in {**retry, **again}.items()},
        {job.document_id: error for job, error in parked.items()},
        {job.document_id: error for job, error in dead.items()},
        {job.document_id: error for job, error in missing.items()},
    )


def _try_again(
    uow: UnitOfWork,
    settings: Settings,
    stage: StageName,
    again: Mapping[HeldJob, TransientError],
    *,
    lease: LeaseToken,
) -> None:
    """As a retry that is not counted."""
    if not again:
        return
    payloads = {job.job_id: _payload(stage, error) | {"wait_s": settings.retry_base_s} for job, error in again.items()}
    # while the lease is still held: the move gives it up
    uow.stages.park(stage, {job.document_id: error.message for job, error in again.items()})
    uow.jobs.move(INTERRUPT, payloads, lease=lease)


def _park(uow: UnitOfWork, stage: StageName, parked: Mapping[HeldJob, ParkedError], *, lease: LeaseToken) -> None:
    """Queue them again: nothing failed, so no try is counted."""
    if not parked:
        return
    payloads = {
        job.job_id: _payload(stage, error) | {"until": error.until.isoformat() if error.until else None}
        for job, error in parked.items()
    }
    # while the lease is still held: the move gives it up
    uow.stages.park(stage, {job.document_id: error.message for job, error in parked.items()})
    uow.jobs.move(PARK, payloads, lease=lease)


def _log_unforeseen(stage: StageName, dead: Mapping[HeldJob, PipelineError]) -> None:
    """A defect leaves its traceback in the log: once, however many documents met it."""
    seen: dict[str, list[HeldJob]] = {}
    for job, error in dead.items():
        if isinstance(error, UnexpectedError):
            seen.setdefault(error.message, []).append(job)
    for jobs in seen.values():
        cause = dead[jobs[0]].__cause__ or dead[jobs[0]]
        log.error(
            "unforeseen_error", stage=stage, error=describe_error(cause), documents=len(jobs),
            document_id=str(jobs[0].document_id), correlation_id=str(jobs[0].correlation_id), exc_info=cause,
        )  # fmt: skip


def _payload(stage: StageName, error: PipelineError, cause: str | None = None) -> dict[str, Any]:
    """``cause`` is the code of what spent the retries."""
    return {"error": {**error.as_stored(), "stage": stage.value, **({"cause": cause} if cause else {})}}
