"""The review gates as tasks: what waits for a person leaves the batch."""

from collections.abc import Callable

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.stages import gates
from pipeline_core.stages.base import Gate
from pipeline_core.tasks.alerts import tell_of_dead
from pipeline_core.tasks.stage_task import held, retried_task, where_any


def gate_task(gate: Gate) -> Callable[[WorkBatch], WorkBatch]:
    """The Prefect task of a gate."""

    @where_any
    @retried_task(name=gate.name)
    def run(batch: WorkBatch) -> WorkBatch:
        ours = held(batch)
        passed = pipeline().pass_gate(gate, ours)
        tell_of_dead(set(ours.document_ids) - set(passed.document_ids))
        return passed

    return run


matching_gate = gate_task(gates.MATCHING)
validation_gate = gate_task(gates.VALIDATION)
