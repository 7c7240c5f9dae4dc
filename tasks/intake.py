"""Taking jobs at the start of a run."""

from collections.abc import Sequence
from uuid import UUID

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.tasks.runtime import flow_run_id
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="claim")
def claim(document_ids: Sequence[UUID]) -> WorkBatch:
    """Take the documents' jobs under a lease; those that others hold, or that wait or are done, are left out."""
    return pipeline().claim([DocumentId(d) for d in document_ids], flow_run_id=flow_run_id())
