"""What a failure does to a job: the class of the error decides."""

import logging
from collections.abc import Mapping
from typing import Any

from pipeline_core.domain.errors import (
    ConflictError,
    PermanentError,
    PipelineError,
    RetriesExhaustedError,
    TransientError,
    UnexpectedError,
)
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import BURY, RETRY_LATER, StageName
from pipeline_core.ports.unit_of_work import UnitOfWork
from pipeline_core.settings import Settings

log = logging.getLogger(__name__)


def backoff_s(retry_count: int, base_s: float) -> float:
    """Seconds to wait before the next try: ``2**retry_count * base`` (3, 6, 12 for a base of 3)."""
    return float(2**retry_count * base_s)


def record_failures(
    uow: UnitOfWork,
    settings: Settings,
    stage: StageName,
    failed: Mapping[HeldJob, PipelineError],
    *,
    lease: LeaseToken,
) -> tuple[dict[DocumentId, TransientError], dict[DocumentId, PermanentError]]:
    """Put each failed job aside for a retry, or among the dead letters, and say which went where.

    A job that somebody else holds by now is left alone: its new holder goes on with it.
    """
    retry: dict[HeldJob, TransientError] = {}
    dead: dict[HeldJob, PermanentError] = {}
    for job, error in failed.items():
        if isinstance(error, ConflictError):
            log.info("%s: %s", job.document.filename, error)
        elif isinstance(error, TransientError) and job.retry_count < settings.max_retries:
            retry[job] = error
        elif isinstance(error, TransientError):
            tries = job.retry_count + 1
            dead[job] = RetriesExhaustedError(f"{stage} failed {tries} times, last: {error.message}", where=error.where)
        else:
            dead[job] = error if isinstance(error, PermanentError) else UnexpectedError(str(error))
            if isinstance(error, UnexpectedError):
                log.error("%s in %s", job.document.filename, stage, exc_info=error.__cause__ or error)
    waits = {
        job.job_id: _payload(stage, error) | {"wait_s": backoff_s(job.retry_count, settings.retry_base_s)}
        for job, error in retry.items()
    }
    uow.jobs.move(RETRY_LATER, waits, lease=lease)
    uow.jobs.move(BURY, {job.job_id: _payload(stage, error) for job, error in dead.items()}, lease=lease)
    rows = [(job.document_id, error.message, job in dead) for job, error in {**retry, **dead}.items()]
    if rows:
        uow.stages.fail(stage, rows)
    return (
        {job.document_id: error for job, error in retry.items()},
        {job.document_id: error for job, error in dead.items()},
    )


def _payload(stage: StageName, error: PipelineError) -> dict[str, Any]:
    return {"error": {**error.as_json(), "stage": stage.value}}
