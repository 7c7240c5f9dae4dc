"""A person decides about a waiting document; the decision is recorded, and the job queued to go on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from pipeline_core.db.reviews import WaitingJob
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.dual_status import DeepScanStatus
from pipeline_core.domain.errors import (
    NotFoundError,
    ReasonTooShortError,
    RefusedError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId, QuestionId, UserId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import (
    APPROVE_MATCHES,
    OVERRIDE_VALIDATION,
    REJECT_DOCUMENT,
    RETURN_TO_MATCHING,
    JobStage,
    JobState,
    Outcome,
    Profile,
    StageName,
)
from pipeline_core.domain.reasons import MIN_REASON, visible_length
from pipeline_core.domain.wording import counted
from pipeline_core.services.decisions import (
    Decided,
    Decision,
    Request,
    Resolution,
    and_others,
    decide_elsewhere,
    moved_on,
    take,
)
from pipeline_core.services.fact_decisions import choose, set_facts, take_in
from pipeline_core.services.orphans import compare_again, no_later_than_compared, revive_orphans
from pipeline_core.stages.registry import BY_NAME

__all__ = ["Decided", "Decision", "Request", "Resolution", "Retry", "Review"]


@dataclass(frozen=True, slots=True)
class Review:
    """Decides about waiting jobs, one transaction a decision; of two reviewers at once, one wins."""

    open_uow: OpenUnitOfWork

    def decide(self, document_id: DocumentId, request: Request) -> Decided:
        """Carry out a decision.

        Raises:
            NotFoundError: the user has no such document.
            AlreadyDecidedError: it does not wait for this decision (any more); says who decided what and when.
            ReasonTooShortError, UndecidedDuplicatesError, RefusedError: what the decision needs is missing.
        """
        with self.open_uow() as uow:
            published = _published(uow, document_id, request)
            if published is not None:
                decided = take_in(uow, published, request)
                uow.commit()
                return decided
            summary = take(uow, document_id, request.user_id)
            decided = act(uow, summary, request)
            uow.commit()
        return decided

    def next_waiting(
        self, user_id: UserId, *, phase: int | None = None, besides: tuple[DocumentId, ...] = ()
    ) -> WaitingJob | None:
        """The document that has waited longest, of this phase (2 matching, 4 validation) or of any."""
        with self.open_uow() as uow:
            return uow.reviews.next_waiting(user_id, phase=phase, besides=besides)


def _published(uow: UnitOfWork, document_id: DocumentId, request: Request) -> JobSummary | None:
    """The document, locked, if it is published and single facts are to be approved: what was left out of it."""
    if request.decision is not Decision.APPROVE or not request.question_ids:
        return None
    summary = uow.reviews.lock(document_id, request.user_id)
    is_at_rest = summary is not None and summary.state is JobState.DONE and summary.outcome is Outcome.PUBLISHED
    return summary if is_at_rest else None


def _approve(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    if request.question_ids:
        return set_facts(uow, summary, request, "approved")
    if summary.stage is not JobStage.MATCHING_REVIEW:
        raise RefusedError(
            f"{summary.filename} has critical findings: they cannot be approved.",
            action="`override` them with a reason, `return` the document to matching, or `reject` it.",
            http_action="`POST /api/job/{job_id}/override-validation` with a reason, `…/return-to-matching`, or "
            "`…/reject`.",
        )
    document_id = summary.document_id
    chosen = None if request.approved is None else choose(uow, summary, request)
    undecided = uow.staging.undecided([document_id]).get(document_id, 0)
    if undecided and request.duplicates is None:
        waiting = counted(undecided, "undecided pair")
        raise UndecidedDuplicatesError(f"{summary.filename} has {waiting} of look-alikes.")
    resolved = 0
    if request.duplicates is not None:
        resolved = uow.staging.resolve_pairs(
            document_id, request.duplicates, by=request.by, notes=request.reason or None
        )
    if chosen is None:
        approved = uow.staging.approve_pending([document_id], by=request.user_id, notes=request.reason or "approved")
    else:
        approved = len(chosen["approved_matches"])
    payload = {
        "by": request.by,
        "reason": request.reason,
        "approved": approved,
        "resolved_pairs": resolved,
        "resolution": request.duplicates,
        **(chosen or {}),
    }
    uow.jobs.move(APPROVE_MATCHES, {summary.job_id: payload}, lease=None)
    others = decide_elsewhere(uow, summary, request.user_id, by=request.by) if resolved else ()
    done = ", ".join(
        [
            f"{counted(approved, 'fact')} approved",
            *_rejected(chosen),
            *([f"{counted(resolved, 'pair')} decided"] if resolved else []),
        ]
    )
    return Decided(document_id, JobState.QUEUED, True, and_others(done, others), others)


def _rejected(chosen: Mapping[str, Sequence[QuestionId]] | None) -> list[str]:
    return [f"{counted(len(chosen['rejected']), 'fact')} rejected"] if chosen and chosen["rejected"] else []


def _override(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    length = visible_length(request.reason)
    if length < MIN_REASON:
        told = counted(length, "character that is not blank", "characters that are not blank")
        raise ReasonTooShortError(f"The reason has {told}; an override needs {MIN_REASON}.")
    _require_findings(uow, summary)
    uow.jobs.move(OVERRIDE_VALIDATION, {summary.job_id: {"by": request.by, "reason": request.reason}}, lease=None)
    return Decided(summary.document_id, JobState.QUEUED, True, "critical findings overridden")


def _return(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    _require_findings(uow, summary)
    payload = {"by": request.by, "reason": request.reason, "findings": uow.reviews.findings(summary.job_id)}
    uow.jobs.move(RETURN_TO_MATCHING, {summary.job_id: payload}, lease=None)
    return Decided(
        summary.document_id, JobState.AWAITING_REVIEW, False, "back in matching review, for facts to be rejected"
    )


def _reject(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    if request.question_ids:
        return set_facts(uow, summary, request, "rejected")
    if summary.profile is Profile.DEEP and summary.is_published:
        return _reject_scan(uow, summary, request)
    notes = request.reason or "document rejected"
    uow.staging.reject(summary.document_id, by=request.user_id, notes=notes)
    payload = {"by": request.by, "reason": request.reason}
    uow.jobs.move(REJECT_DOCUMENT, {summary.job_id: payload}, lease=None, outcome=Outcome.REJECTED)
    revive_orphans(uow, [request.user_id])
    return Decided(summary.document_id, JobState.DONE, False, "document rejected; nothing new of it is published")


def _reject_scan(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    """Only what the deep scan found is rejected: production is not touched."""
    notes = request.reason or "deep scan rejected"
    count = uow.deep_scans.reject_scan(summary.document_id, summary.job_id, by=request.user_id, notes=notes)
    payload = {"by": request.by, "reason": request.reason, "rejected": count}
    uow.jobs.move(REJECT_DOCUMENT, {summary.job_id: payload}, lease=None, outcome=Outcome.REJECTED)
    revive_orphans(uow, [request.user_id])
    message = f"{counted(count, 'fact')} of the deep scan rejected; what was published stays"
    return Decided(summary.document_id, JobState.DONE, False, message)


def _require_findings(uow: UnitOfWork, summary: JobSummary) -> None:
    """Returning and overriding are answers to findings; in matching review there are none, or not any more."""
    if summary.stage is not JobStage.VALIDATION_REVIEW:
        raise moved_on(uow, summary)


_DECISIONS: dict[Decision, Callable[[UnitOfWork, JobSummary, Request], Decided]] = {
    Decision.APPROVE: _approve,
    Decision.REJECT: _reject,
    Decision.RETURN: _return,
    Decision.OVERRIDE: _override,
}


def act(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    """Carry out the decision about a document that was taken in hand; nothing is committed."""
    return _DECISIONS[request.decision](uow, summary, request)


@dataclass(frozen=True, slots=True)
class Retry:
    """Starts finished or dead jobs again."""

    open_uow: OpenUnitOfWork

    def __call__(self, document_id: DocumentId, *, from_stage: StageName | None, by: str) -> JobId:
        """Queue the document's job again: where it failed, or from a stage that it has been at.

        Outputs of earlier stages are reused by checksum; the stage named runs anew.

        Raises:
            NotFoundError: there is no such document.
            IllegalMoveError: the job is not finished, or never came as far as that stage.
        """
        with self.open_uow() as uow:
            uow.staging.lock_matching_of([document_id])
            summary = uow.documents.find([document_id]).get(document_id)
            if summary is None:
                raise NotFoundError(f"There is no document {document_id}.")
            if summary.outcome is Outcome.REJECTED:
                uow.staging.reopen(document_id)
            target = BY_NAME[from_stage].restarts_at if from_stage else _where_it_failed(summary)
            if _is_to_be_compared(uow, summary):
                compare_again(uow, [document_id])
                target = no_later_than_compared(target)
            if from_stage:
                uow.stages.forget(from_stage, [document_id])
            if summary.profile is Profile.DEEP:
                # the scan that failed begins again
                uow.deep_scans.move({document_id: None}, DeepScanStatus.ERROR, DeepScanStatus.QUEUED)
                uow.deep_scans.move({document_id: None}, DeepScanStatus.QUEUED, DeepScanStatus.PROCESSING)
            uow.jobs.restart({summary.job_id: target}, code="retried", by=by, correlation_id=CorrelationId(uuid4()))
            uow.commit()
        return summary.job_id


def _is_to_be_compared(uow: UnitOfWork, summary: JobSummary) -> bool:
    """Whether others may say by now what a document says that is not in production.

    A dead document goes on where it failed, with what people approved of it, unless something was compared since.
    """
    if summary.state is JobState.DEADLETTER:
        return bool(uow.staging.compared_since([summary.document_id]))
    return summary.outcome is not Outcome.PUBLISHED or not summary.is_published


def _where_it_failed(summary: JobSummary) -> JobStage:
    if summary.state is JobState.DEADLETTER:
        return summary.stage
    if summary.outcome is Outcome.REJECTED:
        # wherever it was rejected, it comes before both gates again
        return JobStage.FACTS_STAGED
    return BY_NAME[StageName.INGEST].restarts_at
