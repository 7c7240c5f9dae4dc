"""The two review gates as tasks: what waits for a person leaves the batch."""

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.jobs import Batch
from tasks.stage_task import held, retried_task


@retried_task(name="matching-gate")
def matching_gate(batch: Batch) -> Batch:
    """Phase 2: look-alikes are found; undecided ones, and manual workflows, wait."""
    return pipeline().gates.matching(held(batch))


@retried_task(name="validation-gate")
def validation_gate(batch: Batch) -> Batch:
    """Phase 4: documents with critical findings wait; the facts of all others are approved."""
    return pipeline().gates.validation(held(batch))
