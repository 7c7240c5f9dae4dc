"""A person decides about a waiting document; the decision is recorded, and the job queued to go on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.db.review import WaitingJob
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import (
    ReasonTooShortError,
    RefusedError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.ids import DocumentId, QuestionId, UserId
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
)
from pipeline_core.domain.reasons import MIN_REASON, visible_length
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import (
    Decided,
    Decision,
    Request,
    and_others,
    decide_elsewhere,
    moved_on,
    take,
)
from pipeline_core.review.facts import choose, set_facts, take_in
from pipeline_core.review.orphans import revive_orphans


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
