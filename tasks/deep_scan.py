"""Deep scans as tasks: taking queued documents, and recording how their scans ended."""

from collections.abc import Sequence
from uuid import UUID

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import TransientError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.traces import describe_error
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task


def has_scans(realm_id: UUID | None) -> bool:
    """Return whether any deep scan is open; True if the database does not answer. Not a task: see ``has_work``."""
    try:
        return pipeline().deep_scan.is_any_open(realm_id=RealmId(realm_id) if realm_id else None)
    except TransientError as error:
        run_logger().warning("cannot tell what waits: %s", describe_error(error))
        return True


@retried_task(name="claim-deep-scans")
def claim_deep_scans(limit: int, realm_id: UUID | None, besides: Sequence[UUID]) -> list[DocumentId]:
    """Queued documents get a job of their own; scans that were interrupted are taken up again."""
    user = RealmId(realm_id) if realm_id else None
    return pipeline().deep_scan.claim(limit, realm_id=user, besides=[DocumentId(d) for d in besides])


@retried_task(name="settle-deep-scans")
def settle_deep_scans(realm_id: UUID | None) -> int:
    """Scans whose job has come to rest are completed, or in error."""
    return pipeline().deep_scan.settle(realm_id=RealmId(realm_id) if realm_id else None)
