"""import-batch: the approved questions of a bank into production."""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

import tasks
from pipeline_core.bootstrap import pipeline


@flow(name="import-batch", flow_run_name="import {batch_id}", validate_parameters=True)
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
