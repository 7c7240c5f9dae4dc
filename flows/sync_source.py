"""sync-source: a source, kept in step."""

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.sources import RunOutcome
from pipeline_core.flows.lanes import outcome_of
from pipeline_core.flows.process_document import process_document
from pipeline_core.services.sync_source import Synced


def _run_name() -> str:
    given = runtime.flow_run.parameters
    source = tasks.find_source(str(given["source"]), str(given.get("realm") or ""))
    return f"{'plan' if given.get('dry_run') else 'sync'} {source.name if source else given['source']}"


@flow(name="sync-source", flow_run_name=_run_name, validate_parameters=True)
def sync_source(source: str, realm: str = "", dry_run: bool = False) -> State:
    """List a source, take in what is new or changed, let go what has vanished, and process what that queues.

    A listing that failed or broke off changes nothing, and the run fails. One source is synced once at a time.

    Args:
        source: The source, by its name or id: `pipeline source list` shows them.
        realm: The realm that it is in, by name or id; needed only where several have a source of this name.
        dry_run: Only show in the run's artifacts what a sync would do.
    """
    tasks.note_run("sync-source")
    synced = tasks.plan_sync(source, realm) if dry_run else tasks.sync_source(source, realm)
    tasks.report_sync(synced, is_plan=dry_run)
    if dry_run or not synced.to_run:
        return _ended(synced)
    reporter = tasks.RunReporter()
    size = pipeline().settings.batch_size
    for start in range(0, len(synced.to_run), size):
        batch = synced.to_run[start : start + size]
        reporter.begins(batch)
        process_document(document_ids=batch, return_state=True)
    reporter.ends()
    return outcome_of(synced.to_run)


def _ended(synced: Synced) -> State:
    waits = synced.outcome is RunOutcome.WAITING
    return Completed(name="AwaitingReview" if waits else None, message=tasks.words_of(synced))
