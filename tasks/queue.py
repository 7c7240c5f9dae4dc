"""The queue as tasks: taking what waits, and taking back what lost workers held."""

from uuid import UUID

from prefect import runtime

from pipeline_core.bootstrap import pipeline
from pipeline_core.db.queue import Pressure
from pipeline_core.domain.errors import PipelineError, TransientError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.queue_watch import ask_for_next
from pipeline_core.tasks.alerts import tell_of_dead
from pipeline_core.tasks.runtime import flow_run_id, run_logger
from pipeline_core.tasks.stage_task import retried_task


def waiting() -> Pressure | None:
    """Count what waits in the queue; None if the database does not answer. Not a task: an idle run is removed."""
    try:
        return pipeline().queue.pressure()
    except TransientError as error:
        run_logger().warning("cannot tell what waits: %s", describe_error(error))
        return None


def has_work(realm_id: UUID | None) -> bool:
    """Return whether there is work for a run, in this realm or in any; True if the database does not answer."""
    app = pipeline()
    try:
        waits = app.queue.pressure(realm_id=RealmId(realm_id) if realm_id else None)
        return bool(waits) or app.reminders.is_any_review_overdue()
    except TransientError as error:
        run_logger().warning("cannot tell what waits: %s", describe_error(error))
        return True


def ask_for_next_run() -> None:
    """Before a run of the deployment ends: ask for one that goes on, if more waits than the others can take."""
    app, waits = pipeline(), waiting()
    if not (waits and runtime.deployment.id and app.queue_runs):
        return
    try:
        if ask_for_next(waits, app.queue_runs, app.settings.batch_size):
            run_logger().info("more work waits: requested another run")
    except PipelineError as error:
        run_logger().warning("another run could not be requested: %s", describe_error(error))


@retried_task(name="take-from-queue")
def take_from_queue(limit: int, realm_id: UUID | None) -> WorkBatch:
    """The next jobs that are due, under a lease; an empty batch says that there are none."""
    user = RealmId(realm_id) if realm_id else None
    return pipeline().queue.take(limit, realm_id=user, flow_run_id=flow_run_id())


@retried_task(name="work-on-banks")
def work_on_banks() -> str:
    """Question banks that were uploaded are compared, those whose import was asked for imported."""
    done = list(pipeline().bank_queue.drain())
    for bank in done:
        if bank.error:
            run_logger().error("bank %s was not %s: %s", bank.batch_id, bank.work, describe_error(bank.error))
    return f"{len(done)} question banks"


@retried_task(name="reap-leases")
def reap_leases() -> str:
    """Jobs of workers that died or fell silent wait again where they were."""
    reaped = pipeline().queue.reap()
    for document_id in reaped.dead_lettered:
        run_logger().error("document %s lost too many workers: it is a dead letter", document_id)
    tell_of_dead(reaped.dead_lettered)
    return f"{len(reaped.freed)} jobs taken back, {len(reaped.dead_lettered)} given up"
