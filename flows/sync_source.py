"""sync-source: a source, kept in step."""

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import ConflictError
from pipeline_core.domain.source_plans import plan_in_words
from pipeline_core.flows.lanes import outcome_of
from pipeline_core.flows.process_document import process_document


def _run_name() -> str:
    given = runtime.flow_run.parameters
    name = tasks.name_of_source(str(given["source"]), str(given.get("realm") or ""))
    return f"{'plan' if given.get('dry_run') else 'sync'} {name}"


@flow(name="sync-source", flow_run_name=_run_name, validate_parameters=True)
def sync_source(source: str, realm: str = "", dry_run: bool = False) -> State:
    """List a source, take in what is new or changed, let go what has vanished, and process what that queues.

    A listing that failed or broke off changes nothing, and the run fails. A source is synced once at a time: a run that
    finds it being synced does nothing.

    Args:
        source: The source, by its name or id: `pipeline source list` shows them.
        realm: The realm that it is in, by name or id; needed only where several have a source of this name.
        dry_run: Only show in the run's artifacts what a sync would do.
    """
    tasks.note_run("sync-source")
    try:
        synced = tasks.plan_sync(source, realm) if dry_run else tasks.sync_source(source, realm)
    except ConflictError as error:
        return Completed(name="Skipped", message=error.message)
    tasks.report_sync(synced, is_plan=dry_run)
    if not dry_run and synced.to_run:
        size = pipeline().settings.batch_size
        for start in range(0, len(synced.to_run), size):
            process_document(document_ids=synced.to_run[start : start + size], return_state=True)
        return outcome_of(synced.to_run)
    return Completed(name="AwaitingReview" if synced.is_waiting else None, message=plan_in_words(synced.plan))
