"""Turning a stage into a Prefect task."""

from collections.abc import Callable
from functools import cache
from typing import Any, Generic, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import Task

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import TransientError
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.failures import backoff_s
from pipeline_core.settings import load_settings
from pipeline_core.stages.registry import BY_NAME
from pipeline_core.tasks.alerts import tell_of_dead
from pipeline_core.tasks.cluster import on_cluster
from pipeline_core.tasks.limits import within_limits
from pipeline_core.tasks.runtime import flow_run_id, run_logger

P = ParamSpec("P")
R = TypeVar("R")


class DocumentFailedError(Exception):
    """A document that is alone in its task failed for good; its job says so already. It is what Prefect shows."""


def is_transient(_task: object, _task_run: object, state: Any) -> bool:
    """Prefect's ``retry_condition_fn``: only transient errors are tried again."""
    try:
        state.result()
    except TransientError:
        return True
    except Exception:
        return False
    return False


def retry_options() -> dict[str, Any]:
    """Prefect's options for a task that is tried again after ``2**n * base`` seconds, on transient errors only."""
    settings = load_settings()
    return {
        "retries": settings.max_retries,
        "retry_delay_seconds": [backoff_s(n, settings.retry_base_s) for n in range(settings.max_retries)] or None,
        "retry_condition_fn": is_transient,
        "cache_policy": NO_CACHE,
        "persist_result": False,
    }


class RetriedTask(Generic[P, R]):
    """A function that Prefect runs as a task, with retries; called as the function is.

    Retries are settings, and Prefect wants them where a task is made. So it is made at its first call: importing
    flows, as deployments and tools do, reads no settings and fails on none.
    """

    def __init__(self, function: Callable[P, R], options: dict[str, Any]) -> None:
        self.name: str = options["name"]
        self.__doc__ = function.__doc__
        self._make = cache(lambda: task(**options, **retry_options())(function))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        made: Task[P, R] = self._make()
        return made(*args, **kwargs)

    def on_cluster(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """As a call, on a worker of the cluster of this flow run; its error is raised here."""
        made: Task[P, R] = self._make()
        return made.submit(*args, **kwargs).result()


def retried_task(**options: Any) -> Callable[[Callable[P, R]], RetriedTask[P, R]]:
    """As Prefect's ``task``, with the pipeline's retries."""
    return lambda function: RetriedTask(function, options)


def stage_task(name: StageName) -> Callable[[WorkBatch], WorkBatch]:
    """The Prefect task of a stage.

    It takes and returns a ``WorkBatch``. In the batch lane no document's failure is raised: what failed transiently is
    left for the slow lane. There, alone in its batch, a document's transient error is raised for Prefect to retry.
    With no document left there is no task.

    Raises:
        DocumentFailedError: the document that is alone in its batch is a dead letter.
        KeyboardInterrupt: this process is to end; a run in a thread learns it here, between two stages.
    """
    stage = BY_NAME[name]

    @retried_task(name=name.value)
    def run(batch: WorkBatch) -> WorkBatch:
        app = pipeline()
        if app.stopping.is_set():
            raise KeyboardInterrupt
        ours = held(batch)
        with within_limits(app.settings.service_limits, name, lambda: (app.ctx, app.deep_ctx)):
            report = app.run_stage(stage, ours)
        run_logger().info(
            "%s: %d ran, %d reused, %d to retry, %d parked, %d held, %d dead",
            name.value, len(report.ran), len(report.reused), len(report.retry), len(report.parked), len(report.held),
            len(report.dead),
        )  # fmt: skip
        for document_id, error in {**report.retry, **report.parked, **report.held, **report.dead}.items():
            run_logger().warning("%s: document %s: %s", name.value, document_id, describe_error(error))
        tell_of_dead(report.dead)
        if batch.alone and report.retry:
            raise next(iter(report.retry.values()))
        if batch.alone and report.dead:
            error = next(iter(report.dead.values()))
            raise DocumentFailedError(str(error)) from error
        return report.batch

    # the slow lane claims its document anew: only the flow's own process keeps leases
    return where_any(lambda batch: run.on_cluster(batch) if on_cluster() and not batch.alone else run(batch))


def where_any(work: Callable[[WorkBatch], WorkBatch]) -> Callable[[WorkBatch], WorkBatch]:
    """The same work, and no task where no document is left."""
    return lambda batch: work(batch) if batch.document_ids else batch


def held(batch: WorkBatch) -> WorkBatch:
    """In the slow lane a task may be tried again: the document is claimed anew then, once its retry is due."""
    return pipeline().claim.again(batch, flow_run_id=flow_run_id()) if batch.alone else batch
