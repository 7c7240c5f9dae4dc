"""The two review gates as tasks: what waits for a person leaves the batch."""

from collections.abc import Callable

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.jobs import Batch
from pipeline_core.tasks.alerts import tell_of_dead
from pipeline_core.tasks.stage_task import held, retried_task, where_any


@where_any
@retried_task(name="matching-gate")
def matching_gate(batch: Batch) -> Batch:
    """Phase 2: look-alikes are found; undecided ones, and manual workflows, wait."""
    return _through(pipeline().gates.matching, batch)


@where_any
@retried_task(name="validation-gate")
def validation_gate(batch: Batch) -> Batch:
    """Phase 4: documents with critical findings wait; the facts of all others are approved."""
    return _through(pipeline().gates.validation, batch)


def _through(gate: Callable[[Batch], Batch], batch: Batch) -> Batch:
    ours = held(batch)
    passed = gate(ours)
    tell_of_dead(set(ours.document_ids) - set(passed.document_ids))
    return passed
