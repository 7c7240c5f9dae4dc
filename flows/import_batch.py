"""import-batch: the approved questions of a bank into production."""

from uuid import UUID

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.realms import via_prefect
from pipeline_core.flows.decisions import require_decisions


def _run_name() -> str:
    """The bank's file, or the beginning of the id where there is no such batch."""
    batch_id = UUID(str(runtime.flow_run.parameters["batch_id"]))
    found = pipeline().staging.batches(realm_id=None, named=str(batch_id))
    return f"import {found[0].file_name if found else str(batch_id)[:8]}"


@flow(name="import-batch", flow_run_name=_run_name, validate_parameters=True)
def import_batch(batch_id: UUID, reviewer: str = "", user_id: UUID | None = None) -> State:
    """Embed and import what is approved. Running it again imports what was approved since, and nothing twice.

    Args:
        batch_id: The batch, as `pipeline batches` lists it, of any realm.
        reviewer: Your name, for the record and for other reviewers.
        user_id: The id of the user who imports, where it is known; the command line sends it.
    """
    require_decisions(pipeline().settings)
    name = reviewer if user_id else via_prefect(reviewer)
    tasks.embed_batch(batch_id, user_id, name)
    report = tasks.import_approved(batch_id, user_id, name)
    words = (
        f"{len(report.imported)} imported, {report.already} imported before, {len(report.failed)} failed with a reason"
    )
    return Completed(name="CompletedWithFailures" if report.failed else None, message=words)
