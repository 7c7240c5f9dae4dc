"""A person decides about a waiting document; the decision is recorded, and the job queued to go on."""

from collections.abc import Callable

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import RefusedError, UndecidedDuplicatesError
from pipeline_core.domain.lifecycle import (
    APPROVE_MATCHES,
    OVERRIDE_VALIDATION,
    REJECT_DOCUMENT,
    RETURN_TO_MATCHING,
    JobStage,
    JobState,
    Outcome,
)
from pipeline_core.domain.wording import counted
from pipeline_core.review import deciding
from pipeline_core.review.decisions import Decided, Decision, Request, and_others, require_reason
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.orphans import revive_orphans

_NOT_CHOSEN = "not among the approved"
_KEPT = frozenset({QuestionStatus.APPROVED, QuestionStatus.IMPORTED})


def decide(scope: DocumentScope, request: Request) -> Decided:
    """Carry out a decision.

    Raises:
        AlreadyDecidedError: it does not wait for this decision (any more); says who decided what and when.
        ChangedMeanwhileError: it is not as the reviewer saw it.
        ReasonTooShortError, UndecidedDuplicatesError, RefusedError: what the decision needs is missing.
    """
    status = _OF_FACTS.get(request.decision)
    if status is not None and request.question_ids:
        return deciding.decide(scope, request.question_ids, status).of(scope.document_id)
    scope.wait()
    return act(scope, request)


def act(scope: DocumentScope, request: Request) -> Decided:
    """Carry out a decision about the whole of a document that waits.

    Raises:
        As ``decide``.
    """
    facts = scope.facts() if request.by.expected else []
    scope.require(facts, decision=request.decision, duplicates=request.duplicates)
    return _DECISIONS[request.decision](scope, request)


def _approve(scope: DocumentScope, request: Request) -> Decided:
    uow, document_id, summary = scope.uow, scope.document_id, scope.summary
    if summary.stage is not JobStage.MATCHING_REVIEW:
        raise RefusedError(
            f"{summary.filename} has critical findings: they cannot be approved.",
            action="`override` them with a reason, `return` the document to matching, or `reject` it.",
            http_action="`POST /api/job/{job_id}/override-validation` with a reason, `…/return-to-matching`, or "
            "`…/reject`.",
            page_action="Override them with a reason, return the document to matching, or reject it.",
        )
    chosen = None if request.approved is None else _choose(scope, request)
    undecided = uow.staging.undecided([document_id]).get(document_id, 0)
    if undecided and request.duplicates is None:
        waiting = counted(undecided, "undecided pair")
        raise UndecidedDuplicatesError(f"{summary.filename} has {waiting} of near-duplicates.")
    pairs = scope.pairs(resolution="pending") if request.duplicates else []
    if request.duplicates:
        scope.set_resolution(pairs, request.duplicates)
        uow.reviews.apply_to_document(document_id)
    if chosen is None:
        notes = request.by.reason or "approved"
        approved = uow.staging.approve_pending([document_id], by=request.by.user_id, notes=notes)
        matches = {"approved_matches": sorted(str(fact.question_id) for fact in scope.facts() if fact.status in _KEPT)}
    else:
        approved, matches = len(chosen["approved_matches"]), chosen
    payload = {
        "by": scope.by.by,
        "reason": request.by.reason,
        "approved": approved,
        "resolved_pairs": len(pairs),
        "resolution": request.duplicates,
        **matches,
    }
    uow.jobs.move(APPROVE_MATCHES, {summary.job_id: payload}, lease=None)
    others = scope.decide_elsewhere() if pairs else ()
    done = [_approved(scope, approved)]
    if chosen and chosen["rejected"]:
        done.append(f"{counted(len(chosen['rejected']), 'fact')} rejected")
    if pairs:
        done.append(f"{counted(len(pairs), 'pair')} decided")
    return Decided(document_id, JobState.QUEUED, and_others(", ".join(done), others), others)


def _approved(scope: DocumentScope, now: int) -> str:
    """Say how many facts this decision approved, and how many were before it."""
    if now:
        return f"{counted(now, 'fact')} approved"
    kept = sum(fact.status is QuestionStatus.APPROVED for fact in scope.facts())
    return f"document approved, with {counted(kept, 'fact')} that {'was' if kept == 1 else 'were'} approved before"


def _choose(scope: DocumentScope, request: Request) -> dict[str, list[str]]:
    """Approve exactly the facts of ``request.approved`` and reject what else is undecided, with the note that it is
    not among them; returns the ids, for the event.

    What was left out because one of the rejected says the same is rejected with it: it would come back otherwise.

    Raises:
        RefusedError: a fact cannot be approved.
        UnknownIdsError: a fact is not the document's.
    """
    approved, rejected = QuestionStatus.APPROVED, QuestionStatus.REJECTED
    comes_from = scope.rules.comes_from[approved]
    wanted = scope.facts(request.approved)
    fine = comes_from | {approved, QuestionStatus.IMPORTED}
    scope.refuse_facts([fact for fact in wanted if fact.status not in fine], approved)
    ids = {fact.question_id for fact in wanted}
    others = [fact for fact in scope.facts() if fact.question_id not in ids]
    dropped = {fact.question_id for fact in others if fact.status is QuestionStatus.PENDING}
    repeated = [fact for fact in others if fact.status is QuestionStatus.DUPLICATE]
    dropped |= {fact.question_id for fact in repeated if fact.duplicate_of in dropped}
    scope.set_status([fact for fact in others if fact.question_id in dropped], rejected, _NOT_CHOSEN)
    scope.set_status([fact for fact in wanted if fact.status in comes_from], approved, request.by.reason)
    return {"approved_matches": sorted(map(str, ids)), "rejected": sorted(map(str, dropped))}


def _override(scope: DocumentScope, request: Request) -> Decided:
    require_reason(request.by.reason, "an override")
    _require_findings(scope)
    findings = scope.uow.reviews.findings(scope.summary.job_id)
    payload = {"by": scope.by.by, "reason": request.by.reason, "findings": findings}
    scope.uow.jobs.move(OVERRIDE_VALIDATION, {scope.summary.job_id: payload}, lease=None)
    return Decided(scope.document_id, JobState.QUEUED, "critical findings overridden")


def _return(scope: DocumentScope, request: Request) -> Decided:
    _require_findings(scope)
    job_id = scope.summary.job_id
    payload = {"by": scope.by.by, "reason": request.by.reason, "findings": scope.uow.reviews.findings(job_id)}
    scope.uow.jobs.move(RETURN_TO_MATCHING, {job_id: payload}, lease=None)
    message = "back in matching review, for facts to be rejected"
    return Decided(scope.document_id, JobState.AWAITING_REVIEW, message)


def _reject(scope: DocumentScope, request: Request) -> Decided:
    """Reject the document; of a deep scan of a published one only what the scan found: production is not touched."""
    uow, summary = scope.uow, scope.summary
    payload: dict[str, object] = {"by": scope.by.by, "reason": request.by.reason}
    if summary.stage is JobStage.VALIDATION_REVIEW:
        payload["findings"] = uow.reviews.findings(summary.job_id)
    if summary.is_scan and summary.is_published:
        notes = request.by.reason or "deep scan rejected"
        count = uow.deep_scans.reject_scan(scope.document_id, summary.job_id, by=request.by.user_id, notes=notes)
        payload["rejected"] = count
        message = f"{counted(count, 'fact')} of the deep scan rejected; what was published stays"
    else:
        uow.staging.reject(scope.document_id, by=request.by.user_id, notes=request.by.reason or "document rejected")
        message = "document rejected; nothing new of it is published"
    uow.jobs.move(REJECT_DOCUMENT, {summary.job_id: payload}, lease=None, outcome=Outcome.REJECTED)
    revive_orphans(uow, [request.by.realm_id])
    return Decided(scope.document_id, JobState.DONE, message)


def _require_findings(scope: DocumentScope) -> None:
    """Returning and overriding are answers to findings; in matching review there are none, or not any more."""
    if scope.summary.stage is not JobStage.VALIDATION_REVIEW:
        raise scope.moved_on()


_OF_FACTS = {Decision.APPROVE: QuestionStatus.APPROVED, Decision.REJECT: QuestionStatus.REJECTED}
_DECISIONS: dict[Decision, Callable[[DocumentScope, Request], Decided]] = {
    Decision.APPROVE: _approve,
    Decision.REJECT: _reject,
    Decision.RETURN: _return,
    Decision.OVERRIDE: _override,
}
