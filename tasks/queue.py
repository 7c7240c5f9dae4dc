"""The queue as tasks: taking what waits, and taking back what lost workers held."""

from uuid import UUID

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.jobs import Batch
from tasks.runtime import flow_run_id, run_logger
from tasks.stage_task import retried_task


@retried_task(name="take-from-queue")
def take_from_queue(limit: int, user_id: UUID | None) -> Batch:
    """The next jobs that are due, under a lease; an empty batch says that there are none."""
    user = UserId(user_id) if user_id else None
    return pipeline().queue.take(limit, user_id=user, flow_run_id=flow_run_id())


@retried_task(name="reap-leases")
def reap_leases() -> str:
    """Jobs of workers that died or fell silent wait again where they were."""
    reaped = pipeline().queue.reap()
    for document_id in reaped.buried:
        run_logger().error("document %s cost too many workers: it is a dead letter", document_id)
    return f"{len(reaped.freed)} jobs taken back, {len(reaped.buried)} given up"
