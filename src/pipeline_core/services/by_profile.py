"""Stages under the profile of each job: the usual settings, or those of a deep scan."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import Profile
from pipeline_core.services.run_stage import RunStage, StageReport
from pipeline_core.stages.base import AnyStage


@dataclass(frozen=True, slots=True)
class RunStageByProfile:
    """Runs one stage for a batch, each document under its job's profile. Called as ``RunStage`` is."""

    runs: Mapping[Profile, RunStage]
    open_uow: OpenUnitOfWork

    def __call__(self, stage: AnyStage, batch: WorkBatch) -> StageReport:
        """As ``RunStage``; a batch of one profile, as nearly all are, is run in one piece."""
        with self.open_uow() as uow:
            profiles = uow.deep_scans.profiles(batch.lease, batch.document_ids)
        deep = {document_id for document_id, profile in profiles.items() if profile is Profile.DEEP}
        usual = set(batch.document_ids) - deep
        if not deep:
            return self.runs[Profile.STANDARD](stage, batch)
        if not usual:
            return self.runs[Profile.DEEP](stage, batch)
        report = self.runs[Profile.STANDARD](stage, batch.keep(usual))
        other = self.runs[Profile.DEEP](stage, batch.keep(deep))
        report.ran += other.ran
        report.reused += other.reused
        report.retry |= other.retry
        report.parked |= other.parked
        report.held |= other.held
        report.dead |= other.dead
        report.batch = batch.keep({*report.batch.document_ids, *other.batch.document_ids})
        return report
