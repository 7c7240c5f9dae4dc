"""The two review gates as tasks: what waits for a person leaves the batch."""

from prefect import task

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.jobs import Batch
from tasks.stage_task import retry_options


@task(name="matching-gate", **retry_options())
def matching_gate(batch: Batch) -> Batch:
    """Phase 2: look-alikes are found; undecided ones, and manual workflows, wait."""
    return pipeline().gates.matching(batch)


@task(name="validation-gate", **retry_options())
def validation_gate(batch: Batch) -> Batch:
    """Phase 4: documents with critical findings wait; the facts of all others are approved."""
    return pipeline().gates.validation(batch)
