"""Webhooks as tasks: sending them, and having them sent by somebody who holds up nothing else."""

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.traces import describe_error
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="deliver-webhooks")
def deliver_webhooks() -> str:
    """Users are told what they want to be told; what is not taken comes due again by itself."""
    return f"{pipeline().deliver_webhooks()} webhooks delivered"


def have_webhooks_sent() -> None:
    """Ask for a run of `deliver-webhooks` if messages are overdue: the processes that send them are not there then."""
    app = pipeline()
    if app.webhook_runs is None:
        return
    try:
        if app.deliver_webhooks.overdue():
            app.webhook_runs.ask()
    except PipelineError as error:
        # documents are done, whoever is told of it later
        run_logger().warning(
            "webhooks may be overdue, and no run could be requested to send them: %s", describe_error(error)
        )
