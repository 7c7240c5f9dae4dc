"""The registry says what comes after what; the flow writes it out for its readers, and says the same."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.flows.process_document import through_the_stages
from pipeline_core.services.run_stage import StageReport
from pipeline_core.services.run_through import RunThrough
from pipeline_core.stages.base import Gate, Stage
from pipeline_core.stages.registry import STAGES
from pipeline_core.tasks.stage_task import RetriedTask

STEPS = [step.name for stage in STAGES for step in (stage.before, stage) if step]
BATCH = WorkBatch(LeaseToken(uuid4()), (DocumentId(uuid4()),))


def test_the_flow_takes_the_steps_of_the_registry_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def call(task: RetriedTask[Any, Any], batch: WorkBatch) -> WorkBatch:
        called.append(task.name)
        return batch

    monkeypatch.setattr(RetriedTask, "__call__", call)
    assert through_the_stages(BATCH) == BATCH
    assert called == STEPS


def test_without_an_orchestrator_the_same_steps_are_taken() -> None:
    called: list[str] = []

    def run_stage(stage: Stage, batch: WorkBatch) -> StageReport:
        called.append(stage.name)
        return StageReport(batch)

    def pass_gate(gate: Gate, batch: WorkBatch) -> WorkBatch:
        called.append(gate.name)
        return batch

    run_through: Any = SimpleNamespace(run_stage=run_stage, pass_gate=pass_gate)
    RunThrough.__call__(run_through, BATCH)
    assert called == STEPS


def test_each_gate_stands_before_one_stage() -> None:
    gates = [stage.before.name for stage in STAGES if stage.before]
    assert gates == ["matching-gate", "validation-gate"]
