"""Alerts as Prefect events; ``deployments/automations.py`` defines what follows from them."""

from collections.abc import Collection
from typing import Any

from prefect.events import emit_event

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.traces import describe_error
from pipeline_core.tasks.runtime import run_logger

DEADLETTER = "pipeline.document.deadletter"
REVIEW_WAITING = "pipeline.review.waiting"


def emit(event: str, resource: dict[str, str], payload: dict[str, Any]) -> None:
    """Send an event, from a thread of Prefect's; that it cannot be sent is logged, and fails nothing."""
    try:
        emit_event(event, resource=resource, payload=payload)
    except Exception as error:
        # what it tells of is in the database, and the run's state says it, too
        run_logger().warning("the event %s was not sent: %s", event, describe_error(error))


def tell_of_dead(document_ids: Collection[DocumentId]) -> None:
    """An event for each of these documents that is a dead letter: its name and its error's code, none of its text."""
    if not document_ids:
        return
    for row in pipeline().views.run_documents(list(document_ids)):
        if row.state != JobState.DEADLETTER:
            continue
        told = {key: str(row[key]) for key in ("document_id", "job_id", "realm_id", "filename", "stage", "error_code")}
        resource = {
            "prefect.resource.id": f"pipeline.document.{row.document_id}",
            "prefect.resource.name": row.filename,
        }
        emit(DEADLETTER, resource, told)
