"""Decisions of reviewers in runs: one as a task, and those that were parked."""

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.traces import describe_error
from pipeline_core.review.decisions import Decided, Request
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="decide", task_run_name="decide {request.decision}")
def decide(document_id: DocumentId, request: Request) -> Decided:
    """Carry out the decision; one that cannot be done as asked fails at once, with what to do."""
    decided = pipeline().review.decide(document_id, request)
    run_logger().info("document %s: %s", document_id, request.decision)
    return decided


def carry_out_parked() -> str:
    """Carry out parked decisions whose API was lost. No task, and no failure of the run: the next one tries again."""
    try:
        return f"{len(pipeline().parking.carry_out_due())} documents continue after parked decisions"
    except PipelineError as error:
        run_logger().warning("a parked decision was not carried out: %s", describe_error(error))
        return "a parked decision was not carried out"
