"""Tasks for periodic upkeep; each returns what it did."""

from datetime import timedelta

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.object_keys import without_filename
from pipeline_core.domain.traces import describe_error
from pipeline_core.machine import scratch
from pipeline_core.services.feed import prune_changes
from pipeline_core.tasks.alerts import REVIEW_WAITING, emit
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task

_MOST_NAMED = 20
"""Documents in one event; the rest is counted."""


def note_run(flow: str) -> None:
    """Monitoring sees when this flow was last begun, idle or not. A run is not lost for it."""
    try:
        pipeline().flow_runs.note(flow)
    except PipelineError as error:
        run_logger().warning("the start of %s was not recorded: %s", flow, describe_error(error))


@retried_task(name="purge-dead-letters")
def purge_dead_letters(days: int | None) -> str:
    """Remove documents that have been dead long enough; without days, as the settings say."""
    purged = pipeline().retention.dead_letters(days)
    for item in purged:
        run_logger().warning("document %s was a dead letter past its retention: removed", item.document_id)
    return f"{len(purged)} dead letters removed"


@retried_task(name="prune-history")
def prune_history() -> str:
    """Remove events, versions, changes and deliveries that were kept as long as set; by default deliveries alone go."""
    app = pipeline()
    settings = app.settings
    events = app.prune_history.events(work_days=settings.event_days, audit_days=settings.audit_days)
    versions = app.prune_history.versions(settings.version_days)
    changes = prune_changes(app.open_uow, settings.change_days)
    deliveries = app.deliver_webhooks.prune(settings.delivery_days)
    return (
        f"{events} events, {versions} rows of earlier versions, {changes} changes and {deliveries} deliveries removed"
    )


@retried_task(name="purge-caches")
def purge_caches(days: int | None) -> str:
    """Forget cached answers that nobody asks for, or that are too many; without days, as the settings say."""
    gone = pipeline().prune_caches(days)
    return f"{gone['facts']} cached answers and {gone['vectors']} vectors removed"


@retried_task(name="remove-orphan-objects")
def remove_orphan_objects(grace_h: float | None) -> str:
    """Remove objects that no row names; without an age, as the settings say."""
    keys = pipeline().orphan_objects.remove(None if grace_h is None else timedelta(hours=grace_h))
    scratch.sweep()
    for key in keys[:100]:
        run_logger().warning("removed an object in %s that no row names", without_filename(key))
    return f"{len(keys)} orphaned objects removed"


def carry_out_erasures() -> str:
    """Carry on with what was begun. No task, and no failure of the run: the next one tries again."""
    try:
        return f"{len(pipeline().carry_out_erasures.all())} erasures carried out"
    except PipelineError as error:
        run_logger().warning("an erasure was not carried out: %s", describe_error(error))
        return "an erasure was not carried out"


@retried_task(name="refresh-statistics")
def refresh_statistics() -> str:
    """Let the database's planner know what is in its tables, and build the vector indexes that pay by now."""
    app = pipeline()
    tables, indexes = app.refresh_statistics(), app.ensure_vector_indexes()
    return f"{len(tables)} tables analysed, {len(indexes)} indexes built"


@retried_task(name="settle-sources")
def settle_sources() -> str:
    """Withdraw what has vanished from its source for longer than the grace, and carry out what was confirmed."""
    settled = pipeline().vanishing()
    return f"{len(settled.withdrawn)} vanished documents withdrawn, {len(settled.returned)} queued again"


@retried_task(name="report-waiting-reviews")
def report_waiting_reviews(hours: float | None) -> str:
    """One event about all that has waited for a person too long and was not told of; without hours, as set."""
    overdue = pipeline().reminders.overdue_reviews(hours)
    if overdue:
        named = overdue[:_MOST_NAMED]
        documents = [{"job_id": str(one.job_id), "filename": one.filename, "hours": one.hours} for one in named]
        told = {"count": len(overdue), "oldest_hours": overdue[0].hours, "documents": documents}
        emit(REVIEW_WAITING, {"prefect.resource.id": "pipeline.reviews"}, told)
    return f"{len(overdue)} overdue reviews reported"
