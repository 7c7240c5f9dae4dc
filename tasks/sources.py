"""Sources as tasks: planning and carrying out a sync, and telling of it in the run's artifacts."""

from collections.abc import Sequence

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.markdown_text import plain
from pipeline_core.domain.source_plans import WORDS, plan_in_words
from pipeline_core.domain.sources import Planned
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.sync_source import Synced
from pipeline_core.tasks.runtime import flow_run_id, run_logger
from pipeline_core.tasks.stage_task import retried_task

PLAN, FILES = "pipeline-source-plan", "pipeline-source-files"
_MOST_FILES = 200


def name_of_source(source: str, realm: str) -> str:
    """Return the source's name, or what was given where there is no such source. Not a task: a run is named by it."""
    try:
        return pipeline().find_source(source, realm).name
    except PipelineError:
        return source


@retried_task(name="plan-sync")
def plan_sync(source: str, realm: str) -> Synced:
    """Tell what a sync would do; nothing is stored."""
    app = pipeline()
    return app.sync_source.plan(app.find_source(source, realm), _log)


@retried_task(name="sync-source")
def sync_source(source: str, realm: str) -> Synced:
    """List the source, take in what differs, and let go what has vanished. Done again, it goes on from there."""
    app = pipeline()
    return app.sync_source(app.find_source(source, realm), _log)


@retried_task(name="mend-schedules")
def mend_schedules() -> str:
    """Let each source that has an interval have its schedule, and no other."""
    return f"{pipeline().mend_schedules_now()} schedules of sources mended"


def report_sync(synced: Synced, *, is_plan: bool) -> None:
    """Show the plan as artifacts of the run; without them the sync is done all the same."""
    if flow_run_id() is None or not pipeline().settings.run_artifacts:
        return
    try:
        create_markdown_artifact(_summary(synced, is_plan=is_plan), key=PLAN, description="What became of its files")
        if rows := _rows(synced.planned):
            create_table_artifact(rows, key=FILES, description="Files that are not as they were")
    except Exception as error:
        run_logger().warning("the plan is not shown: %s", describe_error(error))


def _log(synced: Synced) -> None:
    run_logger().info("%s: %d of %d files read", synced.source.name, synced.done, synced.total)


def _summary(synced: Synced, *, is_plan: bool) -> str:
    heading = "A sync would find" if is_plan else "Found"
    lines = [f"**{plain(synced.source.name)}**. {heading}: {plan_in_words(synced.plan)}."]
    if synced.is_waiting:
        lines.append(
            "So much is missing that a person decides whether it has vanished: `pipeline source confirm NAME` or "
            "`pipeline source refuse NAME`."
        )
    return "\n\n".join(lines)


def _rows(planned: Sequence[Planned]) -> list[dict[str, str]]:
    order = {change: rank for rank, change in enumerate(WORDS)}
    ranked = sorted(planned, key=lambda one: (order[one.change], one.name))
    return [
        {"file": one.name, "is": WORDS[one.change], "was": one.was or "", "why": one.error.message if one.error else ""}
        for one in ranked[:_MOST_FILES]
    ]
