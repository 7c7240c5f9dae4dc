"""A document under review: facts and pairs are decided one by one in matching review; its run goes on after that."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import AlreadyDecidedError, NotFoundError, RefusedError
from pipeline_core.domain.ids import CorrelationId, DocumentId, QuestionId, batch_id_for
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import (
    APPROVE_MATCHES,
    OVERRIDE_VALIDATION,
    REJECT_DOCUMENT,
    RETURN_TO_MATCHING,
    JobStage,
    JobState,
    Outcome,
)
from pipeline_core.domain.reasons import is_blank, trimmed
from pipeline_core.domain.review import OfDocument, PastDecision, Reviewer, StagedFact, StagedPair
from pipeline_core.domain.standing import standing
from pipeline_core.domain.wording import clipped, counted, dated
from pipeline_core.review.decisions import Resolution
from pipeline_core.review.orphans import go_on, revive_orphans
from pipeline_core.review.scope import SYSTEM, Rules, Scope, Work

_S = QuestionStatus
RULES = Rules(
    comes_from={
        _S.APPROVED: frozenset({_S.PENDING, _S.REJECTED, _S.LEFT_OUT}),
        # a duplicate too: it is published after all, if its document comes before the one that has the other
        _S.REJECTED: frozenset({_S.PENDING, _S.APPROVED, _S.IMPORTED, _S.DUPLICATE, _S.LEFT_OUT}),
    },
    stays={_S.APPROVED: frozenset({_S.APPROVED}), _S.REJECTED: frozenset({_S.REJECTED})},
    fields=frozenset({"question", "answer", "statement"}),
    editable=frozenset({_S.PENDING, _S.APPROVED, _S.IMPORTED}),
)
_TAKEN_IN = replace(RULES, comes_from={_S.APPROVED: frozenset({_S.LEFT_OUT})}, stays={_S.APPROVED: frozenset()})

DECISIONS = {
    APPROVE_MATCHES.code: "approved it",
    RETURN_TO_MATCHING.code: "returned it to matching review",
    OVERRIDE_VALIDATION.code: "overrode its findings",
    REJECT_DOCUMENT.code: "rejected it",
    "vanished_kept": "kept it, though its file had vanished",
}
"""Decisions about the whole document, in words, by their events' codes."""


class DocumentScope(Scope):
    """``taken_in``: it is published, and what was left out of it is approved after all."""

    noun = "fact"
    rules = RULES
    taken_in = False

    def __init__(self, uow: UnitOfWork, document_id: DocumentId, by: Reviewer) -> None:
        """Lock the document; its user's matching lock comes with ``begin``.

        Raises:
            NotFoundError: the user has no such document.
        """
        summary = uow.reviews.lock(document_id, by.realm_id)
        if summary is None:
            raise NotFoundError(f"There is no document {document_id}.")
        batch_id = batch_id_for(document_id)
        super().__init__(uow, by, OfDocument(document_id), batch_id, whose="this document", status=summary.stage)
        self.summary: JobSummary = summary
        self.document_id = document_id

    @property
    def _is_published(self) -> bool:
        return self.summary.outcome is Outcome.PUBLISHED

    def wait(self) -> None:
        """Require that it waits for a person, and take its user's matching lock.

        Raises:
            AlreadyDecidedError: it does not wait any more, or a decision is parked; the message says who decided what
                and when.
        """
        if self.summary.state is not JobState.AWAITING_REVIEW:
            raise self.moved_on()
        self.refuse_parked()
        self.uow.staging.lock_matching([self.by.realm_id])

    def refuse_parked(self) -> None:
        """While a decision is parked nobody takes another."""
        parked = self.uow.parking.newest(self.summary.job_id)
        if parked is not None and parked.ended_at is None:
            raise AlreadyDecidedError(
                f"{parked.taken_by} decided “{parked.decision}” about {self.summary.filename} on "
                f"{dated(parked.taken_at)}; it is carried out at {parked.due_at:%H:%M:%S %Z}.",
                action="Wait until then, or take it back: `pipeline review JOB undo`.",
                http_action="Wait until then, or take it back: `POST /api/job/{job_id}/undo`.",
                page_action="Wait until then, or take it back on its page.",
            )

    def begin(self, work: Work, to: QuestionStatus | None = None) -> None:
        is_at_rest = self.summary.state is JobState.DONE and self._is_published
        if work == "decide" and to is _S.APPROVED and is_at_rest:
            self.taken_in, self.rules = True, _TAKEN_IN
            self.uow.staging.lock_matching([self.by.realm_id])
            return
        if work == "resolve" and self._is_published:
            raise RefusedError(
                f"{self.summary.filename} is published: decisions on its pairs are final.",
                action="Upload a corrected version of the document, or of the one that has the other fact.",
            )
        self.wait()
        self.require_matching()

    def require_matching(self) -> None:
        """Require matching review, where facts and pairs are decided one by one.

        Raises:
            RefusedError: the document is elsewhere.
        """
        if self.summary.stage is not JobStage.MATCHING_REVIEW:
            raise RefusedError(
                f"Single facts are approved, rejected or edited, and pairs resolved, in matching review; "
                f"{self.summary.filename} is in validation review.",
                action="`return` the document to matching first.",
                http_action="`POST /api/job/{job_id}/return-to-matching` first.",
                page_action="Return the document to matching first.",
            )

    def moved_on(self) -> AlreadyDecidedError:
        """Return the error for a reviewer who comes too late."""
        summary = self.summary
        last = self.uow.reviews.last_decision(summary.job_id, list(DECISIONS))
        here = f"it {standing(summary.state, summary.stage, summary.outcome).clause}"
        if last is None:
            return AlreadyDecidedError(f"{summary.filename} does not wait for this decision: {here}.")
        return AlreadyDecidedError(
            f"{summary.filename} does not wait for this decision any more: {in_words(last)}; now {here}."
        )

    def moved_by(self) -> tuple[str, datetime] | None:
        last = self.uow.reviews.last_decision(self.summary.job_id, list(DECISIONS))
        return (str(last.payload.get("by") or SYSTEM), last.ts) if last else None

    def refuse_facts(self, facts: Sequence[StagedFact], to: QuestionStatus) -> None:
        if facts and self.taken_in:
            raise self.moved_on()
        if facts:
            raise RefusedError(
                f"{counted(len(facts), 'fact')} cannot be {to}: {facts[0].question_id} is {facts[0].status}.",
                action="A duplicate is decided by its pair; see `pipeline review JOB`.",
                http_action="A duplicate is decided by its pair: `duplicates` decides all pairs that are undecided.",
                page_action="A duplicate is decided by its pair.",
            )

    def decided(self, facts: Sequence[StagedFact], to: QuestionStatus) -> tuple[DocumentId, ...]:
        for fact in facts:
            before, after = {"status": fact.status}, {"status": to}
            self.log(f"fact_{to}", question_id=fact.question_id, before=before, after=after, **_together(facts))
        if not self.taken_in:
            return ()
        targets = {self.summary.job_id: JobStage.FACTS_STAGED}
        self.uow.jobs.restart(targets, code="fact_taken_in", by=self.by.by, correlation_id=CorrelationId(uuid4()))
        return (self.document_id,)

    def log(self, code: str, **details: object) -> None:
        self.uow.reviews.log(self.summary.job_id, code, {"by": self.by.by, "reason": self.by.reason, **details})

    def set_status(self, facts: Sequence[StagedFact], to: QuestionStatus, notes: str) -> None:
        super().set_status(facts, to, notes)
        if not facts:
            return
        if to is _S.APPROVED and any(fact.status is _S.LEFT_OUT for fact in facts):
            # what was left out was never compared: the batch of these facts is compared again
            self.uow.reviews.compare_again(facts[0].question_id)
        # a rejection that is taken back does not take back that another says the same
        self.uow.reviews.apply_to_document(self.document_id)

    def edited(self, fact: StagedFact, changes: Mapping[str, str | None]) -> StagedFact:
        if fact.status not in self.rules.editable:
            raise RefusedError(
                f"“{clipped(fact.title)}” is {fact.status}: it cannot be edited.",
                action="Approve it first, if it is to be published after all.",
            )
        new = fact.with_words({name: trimmed(text) if text else text for name, text in _given(changes).items()})
        if (new.question is None) != (new.answer is None):
            has, lacks = ("an answer", "question") if new.question is None else ("a question", "answer")
            raise RefusedError(
                f"“{clipped(fact.title)}” would have {has} and no {lacks}: it needs both or neither.",
                action=f"Give --{lacks} too.",
                http_action=f"Give `{lacks}` too.",
                page_action=f"Fill in the field “{lacks.capitalize()}” too, or empty both.",
            )
        if new == fact:
            return fact
        # what was published is to be published anew
        status = _S.APPROVED if fact.status is _S.IMPORTED else fact.status
        return replace(new, status=status, review_notes=self.by.reason or "edited")

    def was_edited(self, old: StagedFact, new: StagedFact, names: Sequence[str]) -> None:
        before, after = ({name: getattr(fact, name) for name in names} for fact in (old, new))
        self.log("fact_edited", question_id=old.question_id, before=before, after=after)
        self.uow.reviews.forget_near_duplicates(old.question_id)
        # others were left out because this one said the same
        revive_orphans(self.uow, [self.by.realm_id])

    def resolved(self, pairs: Sequence[StagedPair], resolution: Resolution) -> tuple[DocumentId, ...]:
        for pair in pairs:
            overruled = {} if pair.resolved_by is None else {"by": pair.resolved_by}
            self.log(
                "pair_resolved",
                duplicate_id=pair.duplicate_id,
                question_id=pair.staged,
                existing_question_id=pair.existing,
                before={"resolution": pair.resolution, **overruled},
                after={"resolution": resolution},
                **_together(pairs),
            )
        self.uow.reviews.take_back(pairs)
        self.uow.reviews.apply_to_document(self.document_id)
        return self.decide_elsewhere()

    def decide_elsewhere(self) -> tuple[DocumentId, ...]:
        """Let what was decided about two texts count in other documents; returns those that go on by it.

        Nobody is asked twice about the same two texts.
        """
        documents = self.uow.reviews.settle_same_texts(self.by.realm_id) - {self.document_id}
        reason = f"its near-duplicates were decided in {self.summary.filename}"
        return go_on(self.uow, documents, by=self.by.by, reason=reason)

    def after_undo(self, _staged: QuestionId) -> None:
        self.uow.reviews.apply_to_document(self.document_id)
        revive_orphans(self.uow, [self.by.realm_id])

    def next_step(self, *, of_pairs: bool) -> str:
        if self.taken_in:
            return "; the document is validated with it"
        left = self.uow.staging.undecided([self.document_id]).get(self.document_id, 0) if of_pairs else 0
        if left:
            return f"; {counted(left, 'pair')} still undecided"
        return f"; {'none is undecided: ' if of_pairs else ''}approve the document to go on"


def _given(changes: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """The new words.

    Raises:
        RefusedError: there are none, they are blank, or there is a question for a fact that is to have none.
    """
    if not changes or any(text is not None and is_blank(text) for text in changes.values()):
        raise RefusedError(
            "An edit needs a question, an answer or a statement, and none of them blank.",
            action="Give --question, --answer, --statement or --no-question.",
            http_action="Give `question`, `answer` or `statement`; null removes question and answer.",
            page_action="Fill in the statement, or question and answer.",
        )
    if changes.get("statement", "") is None:
        raise RefusedError("A fact needs a statement.", action="Leave it out to keep it.")
    return changes


def _together(rows: Sequence[StagedFact] | Sequence[StagedPair]) -> dict[str, int]:
    """Say in the event of each how many were decided by the same act, if it is not the only one."""
    return {"together": len(rows)} if len(rows) > 1 else {}


def in_words(last: PastDecision) -> str:
    """Say who decided what about the document, when, and why."""
    reason = str(last.payload.get("reason") or "").strip()
    why = f" (“{reason}”)" if reason else ""
    return f"{last.payload.get('by')} {DECISIONS[last.code]} on {dated(last.ts)}{why}".rstrip()
