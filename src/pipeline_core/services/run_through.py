"""A batch through the stages and their gates, in the registry's order, without an orchestrator."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.by_profile import RunStageByProfile
from pipeline_core.services.pass_gate import PassGate
from pipeline_core.services.run_stage import StageReport
from pipeline_core.stages.base import AnyStage
from pipeline_core.stages.registry import STAGES


@dataclass(frozen=True, slots=True)
class RunThrough:
    """Does in this process what the flow ``process-document`` does in tasks; tests and benchmarks call it."""

    run_stage: RunStageByProfile
    pass_gate: PassGate

    def __call__(
        self, batch: WorkBatch, *, until: StageName | None = None, stages: Sequence[AnyStage] = STAGES
    ) -> tuple[WorkBatch, dict[StageName, StageReport]]:
        """Return the documents that go on behind ``until``, or behind the last stage, and each stage's report.

        Documents that are past a stage already go by it, so a batch that was taken to some stage can be taken further.
        """
        reports: dict[StageName, StageReport] = {}
        for stage in stages:
            if stage.before:
                batch = self.pass_gate(stage.before, batch)
            report = self.run_stage(stage, batch)
            reports[stage.name], batch = report, report.batch
            if stage.name is until:
                break
        return batch, reports
