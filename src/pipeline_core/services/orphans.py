"""No fact is lost because another said the same: when that other goes, it is published itself."""

from collections.abc import Sequence
from uuid import uuid4

from pipeline_core.domain.ids import CorrelationId, UserId
from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.ports.unit_of_work import UnitOfWork


def revive_orphans(uow: UnitOfWork, user_ids: Sequence[UserId]) -> int:
    """Queue again the documents that have facts whose twin is no longer there; answers with their number.

    Questions of banks wait for a decision again.

    To be called in the transaction in which facts leave production or are rejected.
    """
    uow.batches.revive_orphans(user_ids)
    jobs = uow.staging.revive_orphans(user_ids)
    if jobs:
        targets = dict.fromkeys(jobs, JobStage.FACTS_STAGED)
        uow.jobs.restart(targets, code="twin_gone", by="system", correlation_id=CorrelationId(uuid4()))
    return len(jobs)
