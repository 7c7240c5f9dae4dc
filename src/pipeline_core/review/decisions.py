"""What reviewers ask for, what follows, and how a document is taken in hand to decide about it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pipeline_core.db.review import PastDecision
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import AlreadyDecidedError, NotFoundError
from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import (
    APPROVE_MATCHES,
    OVERRIDE_VALIDATION,
    REJECT_DOCUMENT,
    RETURN_TO_MATCHING,
    JobState,
)
from pipeline_core.domain.reasons import MIN_REASON, trimmed
from pipeline_core.domain.wording import counted

__all__ = ["MIN_REASON", "Decided", "Decision", "Request", "Resolution"]


class Decision(StrEnum):
    """What a reviewer can decide about a document."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    OVERRIDE = "override"


class Resolution(StrEnum):
    """What becomes of a pair of look-alikes."""

    KEEP_EXISTING = "keep_existing"
    REPLACE_EXISTING = "replace_existing"
    KEEP_BOTH = "keep_both"
    NOT_DUPLICATE = "not_duplicate"


@dataclass(frozen=True, slots=True)
class Request:
    """One decision.

    ``question_ids`` limits an approval or a rejection to these facts (in matching review), and the document goes on
    waiting. ``approved`` says with an approval which facts it is: every other undecided one is rejected; None approves
    all. ``reviewer`` is the name that the audit trail and other reviewers see; without it, the user's id.
    """

    decision: Decision
    user_id: UserId
    reason: str = ""
    duplicates: Resolution | None = None
    question_ids: tuple[UUID, ...] = ()
    reviewer: str = ""
    approved: tuple[UUID, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", trimmed(self.reason))

    @property
    def by(self) -> str:
        return self.reviewer.strip() or str(self.user_id)


@dataclass(frozen=True, slots=True)
class Decided:
    """What followed: ``goes_on`` says whether the job is queued to run again.

    ``others`` are documents that go on as well: all that they waited for was the same decision.
    """

    document_id: DocumentId
    state: JobState
    goes_on: bool
    message: str
    others: tuple[DocumentId, ...] = ()

    @property
    def to_run(self) -> list[DocumentId]:
        return [*([self.document_id] if self.goes_on else []), *self.others]


_IN_WORDS = {
    APPROVE_MATCHES.code: "approved it",
    RETURN_TO_MATCHING.code: "returned it to matching review",
    OVERRIDE_VALIDATION.code: "overrode its findings",
    REJECT_DOCUMENT.code: "rejected it",
}


def take(uow: UnitOfWork, document_id: DocumentId, user_id: UserId) -> JobSummary:
    """The waiting document, locked: of two reviewers at once, the second waits here and is told what the first did.

    Raises:
        NotFoundError: the user has no such document.
        AlreadyDecidedError: it does not wait any more, or a decision is parked; the message says who decided what and
            when.
    """
    summary = uow.reviews.lock(document_id, user_id)
    if summary is None:
        raise NotFoundError(f"There is no document {document_id}.")
    if summary.state is not JobState.AWAITING_REVIEW:
        raise moved_on(uow, summary)
    _refuse_parked(uow, summary)
    uow.staging.lock_matching([user_id])
    return summary


def _refuse_parked(uow: UnitOfWork, summary: JobSummary) -> None:
    """While a decision is parked nobody takes another."""
    parked = uow.parking.newest(summary.job_id)
    if parked is not None and parked.ended_at is None:
        raise AlreadyDecidedError(
            f"{parked.taken_by} decided “{parked.decision}” about {summary.filename} on "
            f"{parked.taken_at:%Y-%m-%d at %H:%M:%S %Z}; it is carried out at {parked.due_at:%H:%M:%S %Z}.",
            action="Wait until then, or take it back: `pipeline review JOB undo`.",
            http_action="Wait until then, or take it back: `POST /api/job/{job_id}/undo`.",
        )


def moved_on(uow: UnitOfWork, summary: JobSummary) -> AlreadyDecidedError:
    """What to tell a reviewer who comes too late."""
    last = uow.reviews.last_decision(summary.job_id, list(_IN_WORDS))
    here = f"it is {summary.state.replace('_', ' ')}"
    if summary.state is not JobState.DONE:
        here += f" at {summary.stage.replace('_', ' ')}"
    if last is None:
        return AlreadyDecidedError(f"{summary.filename} does not wait for this decision: {here}.")
    return AlreadyDecidedError(
        f"{summary.filename} does not wait for this decision any more: {in_words(last)}; now {here}."
    )


def in_words(last: PastDecision) -> str:
    """Who decided what, when, and why."""
    reason = str(last.payload.get("reason") or "").strip()
    why = f" (“{reason}”)" if reason else ""
    return f"{last.payload.get('by')} {_IN_WORDS[last.code]} on {last.ts:%Y-%m-%d at %H:%M:%S %Z}{why}".rstrip()


def decide_elsewhere(uow: UnitOfWork, summary: JobSummary, user_id: UserId, *, by: str) -> tuple[DocumentId, ...]:
    """Let what was decided about two texts of this document count in others, too; answers with those that go on.

    To be called under the user's matching lock. Nobody is asked twice about the same two texts.
    """
    documents = uow.reviews.settle_same_texts(user_id) - {summary.document_id}
    jobs = uow.reviews.decided_elsewhere(list(documents))
    payload = {"by": by, "reason": f"its look-alikes were decided in {summary.filename}"}
    uow.jobs.move(APPROVE_MATCHES, dict.fromkeys(jobs.values(), payload), lease=None)
    return tuple(jobs)


def and_others(message: str, others: tuple[DocumentId, ...]) -> str:
    """The message, and how many documents go on besides."""
    if not others:
        return message
    goes = "goes" if len(others) == 1 else "go"
    return f"{message}; {counted(len(others), 'document')} that waited for the same decision {goes} on as well"
