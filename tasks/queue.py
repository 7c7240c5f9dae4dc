"""The queue as tasks: taking what waits, and taking back what lost workers held."""

from uuid import UUID

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.jobs import Batch
from pipeline_core.domain.traces import told
from pipeline_core.tasks.alerts import tell_of_dead
from pipeline_core.tasks.runtime import flow_run_id, run_logger
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="take-from-queue")
def take_from_queue(limit: int, user_id: UUID | None) -> Batch:
    """The next jobs that are due, under a lease; an empty batch says that there are none."""
    user = UserId(user_id) if user_id else None
    return pipeline().queue.take(limit, user_id=user, flow_run_id=flow_run_id())


@retried_task(name="work-on-banks")
def work_on_banks() -> str:
    """Question banks that were uploaded are compared, those whose import was asked for imported."""
    done = list(pipeline().bank_queue.drain())
    for bank in done:
        if bank.error:
            run_logger().error("bank %s was not %s: %s", bank.batch_id, bank.work, told(bank.error))
    return f"{len(done)} question banks"


@retried_task(name="reap-leases")
def reap_leases() -> str:
    """Jobs of workers that died or fell silent wait again where they were."""
    reaped = pipeline().queue.reap()
    for document_id in reaped.buried:
        run_logger().error("document %s cost too many workers: it is a dead letter", document_id)
    tell_of_dead(reaped.buried)
    return f"{len(reaped.freed)} jobs taken back, {len(reaped.buried)} given up"
