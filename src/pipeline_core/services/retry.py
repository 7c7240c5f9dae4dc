"""Starting finished or dead jobs again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.dual_status import DeepScanStatus
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import KEPT_OUT, JobStage, JobState, Outcome, StageName
from pipeline_core.review.orphans import compare_again, no_later_than_compared
from pipeline_core.stages.registry import BY_NAME


@dataclass(frozen=True, slots=True)
class Retry:
    """Starts finished or dead jobs again."""

    open_uow: OpenUnitOfWork

    def __call__(self, document_id: DocumentId, *, from_stage: StageName | None, by: str) -> JobId:
        """Queue the document's job again: where it failed, or from a stage that it has been at.

        Outputs of earlier stages are reused by checksum; the stage named runs anew. One that has stopped behind a
        stage that was run alone goes on.

        Raises:
            NotFoundError: there is no such document.
            IllegalMoveError: the job is not finished, or never came as far as that stage.
        """
        with self.open_uow() as uow:
            uow.staging.lock_matching_of([document_id])
            summary = uow.documents.find([document_id]).get(document_id)
            if summary is None:
                raise NotFoundError(f"There is no document {document_id}.")
            if summary.is_stopped and from_stage is None:
                uow.jobs.go_on(summary.job_id, summary.stage, stop_after=None, by=by)
            else:
                start_again(uow, summary, from_stage=from_stage, by=by)
            uow.commit()
        return summary.job_id


def start_again(uow: UnitOfWork, summary: JobSummary, *, from_stage: StageName | None, by: str) -> JobStage:
    """Queue a finished or dead job again and return where it begins; the matching lock is to be taken before.

    Raises:
        IllegalMoveError: the job is not finished, or never came as far as that stage.
    """
    document_id = summary.document_id
    if summary.outcome is Outcome.REJECTED:
        uow.staging.reopen(document_id)
    target = BY_NAME[from_stage].restarts_at if from_stage else _where_it_failed(summary)
    if _is_to_be_compared(uow, summary):
        compare_again(uow, [document_id])
        target = no_later_than_compared(target)
    if from_stage:
        uow.stages.forget(from_stage, [document_id])
    if summary.is_scan:
        begin_scans_again(uow, [document_id])
    uow.jobs.restart({summary.job_id: target}, code="retried", by=by, correlation_id=CorrelationId(uuid4()))
    if summary.outcome is Outcome.WITHDRAWN:
        # if it left for an earlier version of its file, it is to stand there again
        uow.reversions.take_places_back(document_id)
    return target


def begin_scans_again(uow: UnitOfWork, scanned: Sequence[DocumentId]) -> None:
    """Let deep scans that failed be under way again."""
    uow.deep_scans.move(dict.fromkeys(scanned), DeepScanStatus.ERROR, DeepScanStatus.QUEUED)
    uow.deep_scans.move(dict.fromkeys(scanned), DeepScanStatus.QUEUED, DeepScanStatus.PROCESSING)


def _is_to_be_compared(uow: UnitOfWork, summary: JobSummary) -> bool:
    """Return True if others may say by now what a document says that is not in production.

    A dead document goes on where it failed, with what people approved of it, unless something was compared since.
    """
    if summary.state is JobState.DEADLETTER:
        return bool(uow.staging.compared_since([summary.document_id]))
    return summary.outcome is not Outcome.PUBLISHED or not summary.is_published


def _where_it_failed(summary: JobSummary) -> JobStage:
    if summary.state is JobState.DEADLETTER:
        return summary.stage
    if summary.outcome in KEPT_OUT:
        # wherever a person said no, it comes before both gates again
        return JobStage.FACTS_STAGED
    return BY_NAME[StageName.INGEST].restarts_at
