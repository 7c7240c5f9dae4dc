"""import-batch: the approved questions of a bank into production."""

from uuid import UUID

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import UserId


def _run_name() -> str:
    """The bank's file, and the beginning of the id where there is no such batch of this user's."""
    given = runtime.flow_run.parameters
    batch_id, by = UUID(str(given["batch_id"])), given.get("by")
    found = pipeline().staging.batches(by=UserId(UUID(str(by))) if by else pipeline().user_id, named=str(batch_id))
    return f"import {found[0].file_name if found else str(batch_id)[:8]}"


@flow(name="import-batch", flow_run_name=_run_name, validate_parameters=True)
def import_batch(batch_id: UUID, by: UUID | None = None) -> State:
    """Embed and import what is approved. Running it again imports what was approved since, and nothing twice.

    Args:
        batch_id: The batch, as `pipeline batches` lists it.
        by: Whose batch it is, and who imports it. Without it, the user of the settings.
    """
    who = by or pipeline().user_id
    tasks.embed_batch(batch_id, who)
    report = tasks.import_approved(batch_id, who)
    words = f"{len(report.imported)} imported, {report.already} before, {len(report.failed)} left with a reason"
    return Completed(name="CompletedWithFailures" if report.failed else None, message=words)
