"""Stage tasks on a Dask cluster, by the setting ``task_runner``; without it they run where the flow runs.

The flow's process claims the jobs and keeps their lease; a stage task elsewhere gets the lease's token and ids only,
and the database refuses what it writes once the lease is lost.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from prefect.context import FlowRunContext

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.settings import Settings

_LOCAL = {
    # stages have worker processes of their own, which a daemonic process may not start
    "distributed.worker.daemon": False,
    # the pages show tasks and logs to whoever asks, and no setting gives them a login
    "distributed.scheduler.http.routes": ["distributed.http.health"],
    "distributed.worker.http.routes": ["distributed.http.health"],
}


@contextmanager
def cluster() -> Iterator[None]:
    """The cluster that is set, for the flow run around this; one that is there already is used on.

    Raises:
        ConfigurationError: Dask is set and not installed.
    """
    run, settings = FlowRunContext.get(), pipeline().settings
    if settings.task_runner != "dask" or run is None or on_cluster():
        yield
        return
    with _dask_runner(settings) as runner, run.model_copy(update={"task_runner": runner}):
        # made at its first use otherwise, by several threads at once: a cluster for each
        _ = runner.client
        yield


def on_cluster() -> bool:
    """Return whether the tasks of this flow run can be submitted to a cluster."""
    run = FlowRunContext.get()
    return run is not None and type(run.task_runner).__name__ == "DaskTaskRunner"


def parts(batch: WorkBatch) -> Sequence[WorkBatch]:
    """The batch in as many parts as the cluster has places, under the same lease; whole where there is none."""
    count = len(batch.document_ids)
    if not on_cluster() or count < 2:
        return [batch]
    # a part of one would be in the slow lane
    wanted = max(1, min(pipeline().settings.dask_workers, count // 2))
    return [batch.keep(set(batch.document_ids[start::wanted])) for start in range(wanted)]


def _dask_runner(settings: Settings) -> Any:
    try:
        import dask
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        raise ConfigurationError(
            "UPLOAD_PIPELINE_TASK_RUNNER=dask, and prefect-dask is not installed.",
            action="pip install 'document-pipeline[dask]', or UPLOAD_PIPELINE_TASK_RUNNER=threads.",
        ) from None
    if settings.dask_address:
        return DaskTaskRunner(address=settings.dask_address)
    dask.config.set(_LOCAL)
    return DaskTaskRunner(
        cluster_kwargs={
            "n_workers": settings.dask_workers, "threads_per_worker": 1, "processes": True,
            # a scheduler runs what it is sent: without a certificate of this run's, anybody on this machine could send
            "security": True, "dashboard_address": "127.0.0.1:0",
        }
    )  # fmt: skip
