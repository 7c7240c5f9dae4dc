"""deep-scan: documents that people selected, processed again with the deep profile, back into staging."""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.flows.idle import forget_if_idle, nothing_due
from pipeline_core.flows.lanes import outcome_of
from pipeline_core.flows.process_document import process_document


@flow(name="deep-scan", flow_run_name="deep scan", validate_parameters=True, on_completion=[forget_if_idle])
def deep_scan(limit: int = 100, realm_id: UUID | None = None) -> State:
    """Scan the documents that are queued, and take up scans that were interrupted. Meant to run on a schedule.

    Published knowledge stays published; what a scan finds beyond it waits for a reviewer.

    Args:
        limit: Maximum number of documents that this run scans.
        realm_id: Only documents of this realm. Default: all realms.
    """
    tasks.note_run("deep-scan")
    if not tasks.has_scans(realm_id):
        return nothing_due("nothing is queued")
    tasks.settle_deep_scans(realm_id)
    scanned: list[UUID] = []
    reporter = tasks.RunReporter(named_after="deep scan:")
    size = pipeline().settings.batch_size
    while batch := tasks.claim_deep_scans(min(size, limit - len(scanned)), realm_id, scanned):
        reporter.begins(batch)
        process_document(document_ids=batch, return_state=True)
        tasks.settle_deep_scans(realm_id)
        scanned += batch
    reporter.ends()
    return outcome_of(scanned) if scanned else Completed(message="nothing is queued")
