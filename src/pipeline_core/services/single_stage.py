"""One stage of a document by itself: which can be run now, and having it run on what earlier stages recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import NotFoundError, StageNotAvailableError
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobState, StageName
from pipeline_core.services.retry import start_again
from pipeline_core.settings import Settings
from pipeline_core.stages.base import AnyStage
from pipeline_core.stages.registry import BY_NAME

_NOT_NOW: Mapping[JobState, tuple[str, str, str]] = {
    JobState.WORKING: (
        "is being worked on",
        "Wait until it has come to rest: `pipeline status` says when.",
        "Wait until `GET /api/v2/jobs/{job_id}` says another `state` than `working`.",
    ),
    JobState.AWAITING_REVIEW: (
        "waits for a person's decision",
        "Decide about it with `pipeline review`; it goes on after that.",
        "Decide about it first: `GET /api/job/next` says what waits, and where to decide.",
    ),
    JobState.DONE: (
        "is done",
        "`pipeline retry {document} --from {stage}` runs it again from there to the end.",
        "`POST /api/v2/jobs/{job_id}/retry` with `from_stage` runs it again from there to the end.",
    ),
}
"""Reasons why no stage can be run, by the state of the job, and what to do."""


@dataclass(frozen=True, slots=True)
class _Document:
    """A document, what its stages have recorded, and what each stage depends on, in the order of execution."""

    job: JobSummary
    recorded: Mapping[StageName, set[str]]
    dependencies: Mapping[StageName, list[tuple[StageName, bool]]]

    def is_done(self, stage: AnyStage) -> bool:
        """Return True if the stage has run in this job and its output is on record."""
        ended = stage.moves[-1].to_stage or stage.done_at
        files = self.recorded.get(stage.name)
        if files is None or self.job.stage.row.position < ended.row.position:
            return False
        return stage.leaves is None or stage.leaves in files

    def missing(self, stage: AnyStage) -> list[StageName]:
        """The stages that this one needs and that are not done."""
        needs = self.dependencies[stage.name]
        return [name for name, is_required in needs if is_required and not self.is_done(BY_NAME[name])]

    def first_missing(self, stage: AnyStage) -> StageName:
        """The earliest of what it needs, and of what that needs; the stage itself if nothing is missing."""
        missing = self.missing(stage)
        return self.first_missing(BY_NAME[missing[0]]) if missing else stage.name

    def obstacle(self, stage: AnyStage, settings: Settings) -> StageNotAvailableError | None:
        """Return the error that says why the stage cannot be run now; None if it can."""
        name = self.job.filename
        if self.job.state in _NOT_NOW:
            why, action, http_action = _NOT_NOW[self.job.state]
            action = action.format(document=self.job.document_id, stage=stage.name)
            return StageNotAvailableError(f"{name} {why}.", action=action, http_action=http_action)
        if not stage.is_enabled(settings):
            return StageNotAvailableError(f"{stage.name} is switched off.", action="Run the stage that comes next.")
        if missing := self.missing(stage):
            return StageNotAvailableError(
                f"{stage.name} of {name} needs what {' and '.join(missing)} makes, of which there is no record.",
                action=f"Run {self.first_missing(stage)} first.",
            )
        # a job that waits moves only forward
        if self.job.state is not JobState.DEADLETTER and self.job.stage not in stage.starts_from:
            return StageNotAvailableError(
                f"{stage.name} of {name} has already run.",
                action="Run the stage that comes next. Once the document is done, a retry from a stage reads it again.",
            )
        return None


class Available(NamedTuple):
    """The stages of a document that can be run now, in the order of execution, and the one that comes next."""

    stages: list[StageName]
    next: StageName | None


@dataclass(frozen=True, slots=True)
class SingleStage:
    """Runs stages of a document one at a time."""

    settings: Settings
    open_uow: OpenUnitOfWork

    def look(self, document_id: DocumentId) -> Available:
        """Return the stages that ``execute_stage`` would take now, and which of them comes next.

        Raises:
            NotFoundError: there is no such document.
        """
        with self.open_uow() as uow:
            document = _find(uow, document_id)
        stages = [
            BY_NAME[name] for name in document.dependencies if not document.obstacle(BY_NAME[name], self.settings)
        ]
        left = (stage.name for stage in stages if not document.is_done(stage))
        return Available([stage.name for stage in stages], next(left, None))

    def next_available_stage(self, document_id: DocumentId) -> StageName | None:
        """Return the stage that comes next, or None where none can be run now.

        Raises:
            NotFoundError: there is no such document.
        """
        return self.look(document_id).next

    def execute_stage(self, document_id: DocumentId, stage: StageName, *, by: str) -> JobId:
        """Queue the document for this stage alone: the next run takes it through its gate and the stage, and stops.

        The stage reads what earlier ones recorded. Of a dead letter any stage that it came to can be run; what other
        documents have come to say since is compared first, where the stage lies behind that. The document then waits
        until the next stage is asked for, or until it is told to go on.

        Raises:
            NotFoundError: there is no such document.
            StageNotAvailableError: it cannot be run now; says why and what to do.
            IllegalMoveError: the document was taken meanwhile.
        """
        with self.open_uow() as uow:
            uow.staging.lock_matching_of([document_id])
            document = _find(uow, document_id)
            if obstacle := document.obstacle(BY_NAME[stage], self.settings):
                raise obstacle
            job = document.job
            at = start_again(uow, job, from_stage=stage, by=by) if job.state is JobState.DEADLETTER else job.stage
            uow.jobs.go_on(job.job_id, at, stop_after=stage, by=by)
            uow.commit()
        return job.job_id


def _find(uow: UnitOfWork, document_id: DocumentId) -> _Document:
    job = uow.documents.find([document_id]).get(document_id)
    if job is None:
        raise NotFoundError(f"There is no document {document_id}.")
    return _Document(job, uow.stages.recorded(document_id), uow.stages.dependencies())
