"""Decisions about single facts and single pairs of look-alikes, in matching review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID, uuid4

from pipeline_core.db.review import ReviewFact, ReviewPair
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import AlreadyDecidedError, NotFoundError, RefusedError, UnknownIdsError
from pipeline_core.domain.ids import CorrelationId, DocumentId, DuplicateId, QuestionId, UserId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome
from pipeline_core.domain.reasons import trimmed
from pipeline_core.domain.wording import counted
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.review.decisions import (
    Decided,
    Request,
    Resolution,
    and_others,
    decide_elsewhere,
    moved_on,
    take,
)
from pipeline_core.review.orphans import revive_orphans

_FROM = {
    # decision: from which statuses a fact comes to it; one that is there already is left as it is
    "approved": ("pending", "rejected", "left_out"),
    # a duplicate too: it is published after all, if its document comes before the one that has the other
    "rejected": ("pending", "approved", "imported", "duplicate", "left_out"),
}
_NOT_CHOSEN = "not among the approved"
SYSTEM = "system"
"""Who decided a pair that nobody was asked about."""
_EDITABLE = ("pending", "approved", "imported")


@dataclass(frozen=True, slots=True)
class Edit:
    """New words for a fact; what is None stays as it is. Its evidence and its id never change.

    ``no_question`` takes its question and its answer away: the statement says it.
    """

    question: str | None = None
    answer: str | None = None
    statement: str | None = None
    no_question: bool = False

    def changes(self) -> dict[str, str | None]:
        """The new words by the name of what they are.

        Raises:
            RefusedError: there are none, they are blank, or there is a question for a fact that is to have none.
        """
        texts = {"question": self.question, "answer": self.answer, "statement": self.statement}
        given: dict[str, str | None] = {name: text.strip() for name, text in texts.items() if text is not None}
        if not all(given.values()) or not (given or self.no_question):
            raise RefusedError(
                "An edit needs a question, an answer or a statement, and none of them blank.",
                action="Give --question, --answer, --statement or --no-question.",
            )
        if not self.no_question:
            return given
        if {"question", "answer"} & given.keys():
            raise RefusedError(
                "A fact that is to have no question has no answer either.",
                action="--no-question goes with --statement alone.",
            )
        return {**given, "question": None, "answer": None}


def require_matching(summary: JobSummary) -> None:
    """Facts and pairs are decided one by one in matching review only.

    Raises:
        RefusedError: the document is elsewhere.
    """
    if summary.stage is not JobStage.MATCHING_REVIEW:
        raise RefusedError(
            f"Single facts are approved, rejected or edited, and pairs resolved, in matching review; "
            f"{summary.filename} is in validation review.",
            action="`return` the document to matching first.",
            http_action="`POST /api/job/{job_id}/return-to-matching` first.",
        )


def set_facts(uow: UnitOfWork, summary: JobSummary, request: Request, status: str) -> Decided:
    """Approve or reject the request's facts; each leaves an event, one that is so already does not.

    Raises:
        RefusedError: the document is not in matching review, or a fact cannot come to this status.
        NotFoundError: a fact is not the document's.
    """
    require_matching(summary)
    facts = _facts(uow, summary.document_id, request.question_ids)
    return _still_waits(summary, f"{_decide(uow, summary, request, facts, status)}; approve the document to go on")


def take_in(uow: UnitOfWork, summary: JobSummary, request: Request) -> Decided:
    """Approve facts that were left out of a document which is published by now: it goes through validation again.

    Raises:
        AlreadyDecidedError: one of them was not left out.
        NotFoundError: a fact is not the document's.
    """
    uow.staging.lock_matching([request.user_id])
    facts = _facts(uow, summary.document_id, request.question_ids)
    if any(fact.status != "left_out" for fact in facts):
        raise moved_on(uow, summary)
    said = _decide(uow, summary, request, facts, "approved")
    targets = {summary.job_id: JobStage.FACTS_STAGED}
    uow.jobs.restart(targets, code="fact_taken_in", by=request.by, correlation_id=CorrelationId(uuid4()))
    return Decided(summary.document_id, JobState.QUEUED, True, f"{said}; the document is validated with it")


def _decide(uow: UnitOfWork, summary: JobSummary, request: Request, facts: Sequence[ReviewFact], status: str) -> str:
    _refuse(facts, status)
    changed = [fact for fact in facts if fact.status != status]
    _set_status(uow, summary, request, changed, status, request.reason or status)
    for fact in changed:
        payload = {
            "by": request.by,
            "reason": request.reason,
            "question_id": fact.question_id,
            "before": {"status": fact.status},
            "after": {"status": status},
        }
        uow.reviews.log(summary.job_id, f"fact_{status}", payload)
    return f"{counted(len(changed), 'fact')} {status}"


def _set_status(
    uow: UnitOfWork, summary: JobSummary, request: Request, facts: Sequence[ReviewFact], status: str, notes: str
) -> None:
    """Decide about the facts; one that was left out was never compared with others, and is now."""
    if facts:
        ids = sorted(fact.question_id for fact in facts)
        compare = status == "approved" and any(fact.status == "left_out" for fact in facts)
        uow.reviews.set_status(summary.document_id, ids, status, by=request.user_id, notes=notes, compare=compare)


def choose(uow: UnitOfWork, summary: JobSummary, request: Request) -> dict[str, list[QuestionId]]:
    """Approve exactly the facts of ``request.approved`` and reject what else is undecided, with the note that it is
    not among them; answers with the ids, for the event.

    What was left out because one of the rejected says the same is rejected with it: it would come back otherwise.

    Raises:
        RefusedError: the document is not in matching review, or a fact cannot be approved.
        UnknownIdsError: a fact is not the document's.
    """
    require_matching(summary)
    wanted = set(_facts(uow, summary.document_id, request.approved or ()))
    _refuse(sorted(wanted, key=lambda fact: fact.question_id), "approved", also=("imported",))
    others = [fact for fact in uow.reviews.facts(summary.document_id) if fact not in wanted]
    rejected = {fact.question_id for fact in others if fact.status == "pending"}
    rejected |= {fact.question_id for fact in others if fact.status == "duplicate" and fact.duplicate_of in rejected}
    changed = {
        "rejected": ([fact for fact in others if fact.question_id in rejected], _NOT_CHOSEN),
        "approved": ([fact for fact in wanted if fact.status in _FROM["approved"]], request.reason or "approved"),
    }
    for status, (facts, notes) in changed.items():
        _set_status(uow, summary, request, facts, status, notes)
    return {"approved_matches": sorted(fact.question_id for fact in wanted), "rejected": sorted(rejected)}


@dataclass(frozen=True, slots=True)
class FactDecisions:
    """Edits facts and decides pairs, one transaction a decision."""

    open_uow: OpenUnitOfWork

    def edit(
        self,
        document_id: DocumentId,
        question_id: UUID,
        edit: Edit,
        *,
        user_id: UserId,
        reviewer: str = "",
        reason: str = "",
    ) -> Decided:
        """Put a fact into other words. Look-alikes are looked for anew and validation runs over it again.

        Raises:
            NotFoundError, AlreadyDecidedError: there is no such document or fact, or it does not wait any more.
            RefusedError: it is not in matching review, the fact is rejected or a duplicate, a text is blank, or it
                would have a question without an answer or an answer without a question.
        """
        by, reason = reviewer.strip() or str(user_id), trimmed(reason)
        changes = edit.changes()
        with self.open_uow() as uow:
            summary = take(uow, document_id, user_id)
            require_matching(summary)
            [fact] = _facts(uow, document_id, (question_id,))
            if fact.status not in _EDITABLE:
                raise RefusedError(
                    f"Fact {question_id} is {fact.status}: it cannot be edited.",
                    action="Approve it first, if it is to be published after all.",
                )
            before = {name: getattr(fact, name) for name in changes}
            if before == changes:
                return _still_waits(summary, "nothing changed")
            new = _edited(fact, changes)
            [key] = match_keys(uow.staging, [new.statement])
            uow.reviews.edit(new, key, by=user_id, editor=by, notes=reason or "edited")
            payload = {"by": by, "reason": reason, "question_id": question_id, "before": before, "after": changes}
            uow.reviews.log(summary.job_id, "fact_edited", payload)
            # others were left out because this one said the same
            revive_orphans(uow, [user_id])
            uow.commit()
        return _still_waits(summary, f"fact edited ({', '.join(changes)}); approve the document to go on")

    def resolve(
        self,
        document_id: DocumentId,
        duplicate_id: UUID,
        resolution: Resolution,
        *,
        user_id: UserId,
        reviewer: str = "",
        reason: str = "",
    ) -> Decided:
        """Decide one pair of look-alikes, or overrule the system. Deciding the same again changes nothing.

        Raises:
            NotFoundError, AlreadyDecidedError: there is no such document or pair, the document does not wait any
                more, or the pair was decided otherwise: the message says by whom and when.
            RefusedError: the document is not in matching review, or published.
        """
        by, reason = reviewer.strip() or str(user_id), trimmed(reason)
        with self.open_uow() as uow:
            summary = _take_unpublished(uow, document_id, user_id)
            require_matching(summary)
            found = uow.reviews.pairs(document_id, [DuplicateId(duplicate_id)])
            if not found:
                raise NotFoundError(
                    f"{summary.filename} has no pair {duplicate_id}.",
                    action="See `pipeline review JOB`.",
                    http_action="`GET /api/staging/duplicates/{batch_id}` lists the pairs of its batch.",
                )
            [pair] = found
            if pair.resolution == resolution:
                return _still_waits(summary, f"the pair was decided {resolution} already")
            if pair.resolution != "pending" and pair.resolved_by != SYSTEM:
                raise AlreadyDecidedError(
                    f"Pair {duplicate_id} was decided {pair.resolution} by {pair.resolved_by} "
                    f"on {pair.resolved_at:%Y-%m-%d at %H:%M:%S %Z}."
                )
            uow.reviews.resolve(document_id, pair, resolution, by=by, notes=reason)
            payload = {
                "by": by,
                "reason": reason,
                "duplicate_id": duplicate_id,
                "question_id": pair.staged,
                "existing_question_id": pair.existing,
                "before": _before(pair),
                "after": {"resolution": resolution},
            }
            uow.reviews.log(summary.job_id, "pair_resolved", payload)
            others = decide_elsewhere(uow, summary, user_id, by=by)
            left = uow.staging.undecided([document_id]).get(document_id, 0)
            uow.commit()
        still = (
            f"{counted(left, 'pair')} still undecided" if left else "none is undecided: approve the document to go on"
        )
        message = and_others(f"pair decided {resolution}; {still}", others)
        return replace(_still_waits(summary, message), others=others)

    def facts(self, document_id: DocumentId, *, user_id: UserId) -> list[ReviewFact]:
        """The document's staged facts, in document order; none if it is not the user's."""
        with self.open_uow() as uow:
            return uow.reviews.facts(document_id) if uow.reviews.lock(document_id, user_id) else []


def _edited(fact: ReviewFact, changes: Mapping[str, str | None]) -> ReviewFact:
    """The fact in its new words.

    Raises:
        RefusedError: it would have a question without an answer or an answer without a question.
    """
    new = replace(fact, **cast("dict[str, Any]", changes))
    if (new.question is None) != (new.answer is None):
        has, lacks = ("answer", "question") if new.question is None else ("question", "answer")
        raise RefusedError(
            f"Fact {fact.question_id} would have a new {has} and no {lacks}: it has both or neither.",
            action=f"Give --{lacks} too.",
        )
    return new


def _take_unpublished(uow: UnitOfWork, document_id: DocumentId, user_id: UserId) -> JobSummary:
    summary = uow.reviews.lock(document_id, user_id)
    if summary is not None and summary.outcome is Outcome.PUBLISHED:
        raise RefusedError(
            f"{summary.filename} is published: its pairs are decided for good.",
            action="Upload a corrected version of the document, or of the one that has the other fact.",
        )
    return take(uow, document_id, user_id)


def _before(pair: ReviewPair) -> dict[str, str]:
    overruled = {} if pair.resolved_by is None else {"by": pair.resolved_by}
    return {"resolution": pair.resolution, **overruled}


def _refuse(facts: Sequence[ReviewFact], status: str, also: Sequence[str] = ()) -> None:
    wrong = [fact for fact in facts if fact.status not in (status, *_FROM[status], *also)]
    if wrong:
        raise RefusedError(
            f"{len(wrong):,} of {counted(len(facts), 'fact')} cannot be {status}: "
            f"{wrong[0].question_id} is {wrong[0].status}.",
            action="A duplicate is decided by its pair; see `pipeline review JOB`.",
            http_action="A duplicate is decided by its pair: `duplicates` decides all pairs that are undecided.",
        )


def _facts(uow: UnitOfWork, document_id: DocumentId, question_ids: Sequence[UUID]) -> list[ReviewFact]:
    wanted = list(dict.fromkeys(QuestionId(question_id) for question_id in question_ids))
    facts = uow.reviews.facts(document_id, wanted)
    there = {fact.question_id for fact in facts}
    if missing := [one for one in wanted if one not in there]:
        raise UnknownIdsError.of(missing, len(wanted), "fact", "of this document")
    return facts


def _still_waits(summary: JobSummary, message: str) -> Decided:
    return Decided(summary.document_id, JobState.AWAITING_REVIEW, False, message)
