"""A reviewer's decision as a task."""

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.review.decisions import Decided, Request
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="decide", task_run_name="decide {request.decision}")
def decide(document_id: DocumentId, request: Request) -> Decided:
    """Carry out the decision; one that cannot be done as asked fails at once, with what to do."""
    decided = pipeline().review.decide(document_id, request)
    run_logger().info("document %s: %s", document_id, request.decision)
    return decided
