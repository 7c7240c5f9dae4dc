"""Parked decisions: those about documents that can be taken back for some seconds before they are carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from pipeline_core.db.parking import ParkedDecision
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    ConflictError,
    EmbeddingModelChangedError,
    NotFoundError,
    PermanentError,
    PipelineError,
    RefusedError,
)
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.domain.traces import describe_error
from pipeline_core.domain.wording import dated
from pipeline_core.review import reversion, reverting
from pipeline_core.review.decisions import Decided, Decision, Request, Resolution, require_reason
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.documents import act as carry_out
from pipeline_core.review.keeping import keep
from pipeline_core.review.meant import DocumentsMeant, documents_meant
from pipeline_core.review.resembling import require_decided
from pipeline_core.review.withdrawing import (
    Known,
    Vectorise,
    VectorsMissingError,
    foresee,
    said_of,
    scopes_of,
    withdraw,
)

log = structlog.stdlib.get_logger(__name__)

MOST_S = 10.0
"""The longest time in which a decision can be taken back; the database refuses more."""
_FINAL = (ConflictError, RefusedError, PermanentError)
"""Errors that another try does not mend: the decision is refused for good."""


class _InHandError(Exception):
    """A worker has the document in hand: its withdrawal waits for the next round."""


@dataclass(frozen=True, slots=True)
class Parking:
    """Parks decisions about documents, takes them back, and carries out those that are due."""

    open_uow: OpenUnitOfWork
    vectorise: Vectorise

    def park(self, document_id: DocumentId, request: Request, window_s: float) -> tuple[ParkedDecision, Decided]:
        """Keep a decision for up to ten seconds; returns it, and what will follow as things are now.

        It is tried out and rolled back, so that whatever is refused is refused now.

        Raises:
            RefusedError: the window is too long, or single facts are decided, which are undone by themselves.
            PipelineError: as ``Review.decide``.
        """
        _check_window(window_s)
        if request.question_ids:
            raise RefusedError(
                "Decisions about single facts are not parked: each can be undone until the document goes on.",
                action="Leave out `undo_window`.",
            )
        with self.open_uow() as uow:
            scope = DocumentScope(uow, document_id, request.reviewer(document_id))
            foreseen = _FORESEEN.get(request.decision, _rehearsed)(scope, request)
            parked = _keep(scope, request, window_s)
            uow.commit()
        return parked, foreseen

    def park_withdrawals(
        self, meant: DocumentsMeant, by: Reviewer, window_s: float
    ) -> list[tuple[ParkedDecision, Leaving]]:
        """Keep the decision to withdraw several documents, all or none, for up to ten seconds.

        They leave in one transaction. Each can be taken back by itself until then.

        Raises:
            RefusedError: the window is too long, or none of them is published.
            PipelineError: as ``Withdraw``; nothing is parked.
        """
        _check_window(window_s)
        request, group_id = Request(Decision.WITHDRAW, by), uuid4()
        with self.open_uow() as uow:
            scopes = scopes_of(uow, documents_meant(uow, meant, by.realm_id), by)
            require_reason(by.reason, "a withdrawal")
            leaving = foresee(uow, scopes)
            parked = [_keep(scope, request, window_s, group_id) for scope in scopes]
            uow.commit()
        return list(zip(parked, leaving, strict=True))

    def undo(self, document_id: DocumentId, *, by: Reviewer) -> Decided:
        """Take back the parked decision about a document, whoever took it. The trail keeps both.

        Raises:
            NotFoundError: no decision about it was ever parked, or the document is not the user's.
            AlreadyDecidedError: it is too late; says what became of it, and when.
        """
        with self.open_uow() as uow:
            summary = uow.documents.find([document_id]).get(document_id)
            parked = uow.parking.newest(summary.job_id) if summary else None
            if parked is None or parked.realm_id != by.realm_id:
                raise NotFoundError(
                    f"No decision about document {document_id} is parked.",
                    action="A decision from the command line is carried out at once.",
                    http_action="Only a decision that was sent with `undo_window` is parked.",
                )
            if uow.parking.undo(parked.parked_id, by=by.by) is None:
                raise _too_late(uow.parking.newest(parked.job_id) or parked)
            taken = {"decided_by": parked.taken_by, "taken_at": parked.taken_at, **_named(parked)}
            uow.reviews.log(parked.job_id, "decision_undone", {"by": by.by, "reason": by.reason, **taken})
            uow.commit()
        stands = "waits" if summary and summary.state is JobState.AWAITING_REVIEW else "stands"
        message = f"“{parked.decision}” of {parked.taken_by} was taken back; the document {stands} as before"
        return Decided(document_id, summary.state if summary else JobState.AWAITING_REVIEW, message)

    def carry_out_due(self) -> list[DocumentId]:
        """Carry out what is due, each act in a transaction of its own; returns the documents that go on.

        Any number of processes may do so at once; it needs the service role. What is refused by then is recorded.

        Raises:
            Exception: the first that another try may mend; the others are carried out before.
        """
        go_on: list[DocumentId] = []
        left: dict[UUID, Exception] = {}
        known: dict[UUID, Known] = {}
        while True:
            act: list[ParkedDecision] = []
            try:
                with self.open_uow() as uow:
                    act = uow.parking.claim_due(list(left))
                    if not act:
                        break
                    go_on += _carry_out(uow, act, known.setdefault(act[0].group_id, Known()))
                    uow.commit()
            except VectorsMissingError:
                self._vectorise(act[0], known[act[0].group_id], left)
            except EmbeddingModelChangedError:
                known[act[0].group_id] = Known()
            except _FINAL as error:
                if not act:
                    raise
                self._refuse(act, error)
            except Exception as error:
                if not act:
                    raise
                left[act[0].group_id] = error
        for first in left.values():
            if not isinstance(first, _InHandError):
                raise first
        return go_on

    def _vectorise(self, parked: ParkedDecision, known: Known, left: dict[UUID, Exception]) -> None:
        """Get what a withdrawal needs before it is tried again; without it, it waits for the next round."""
        try:
            self.vectorise(known, parked.realm_id)
        except Exception as error:
            left[parked.group_id] = error

    def _refuse(self, act: Sequence[ParkedDecision], error: PipelineError) -> None:
        with self.open_uow() as uow:
            for parked in act:
                if uow.parking.refuse(parked.parked_id, error.as_stored()):
                    payload = {"by": parked.taken_by, "error": error.as_stored(), **_named(parked)}
                    uow.reviews.log(parked.job_id, "parked_decision_refused", payload)
            uow.commit()
        for parked in act:
            log.warning("parked_decision_refused", job_id=str(parked.job_id), error=describe_error(error))


def _check_window(window_s: float) -> None:
    if not 0 < window_s <= MOST_S:
        raise RefusedError(f"A decision cannot be parked for {window_s:g} s.", action=f"At most {MOST_S:g} s.")


def _keep(scope: DocumentScope, request: Request, window_s: float, group_id: UUID | None = None) -> ParkedDecision:
    job_id, fields = scope.summary.job_id, _fields(request)
    parked = scope.uow.parking.park(job_id, request.decision, fields, by=scope.by, window_s=window_s, group_id=group_id)
    scope.log("decision_parked", due_at=parked.due_at, **_named(parked))
    return parked


def _rehearsed(scope: DocumentScope, request: Request) -> Decided:
    scope.wait()
    with scope.uow.rehearsal():
        return carry_out(scope, request)


def _foreseen(scope: DocumentScope, request: Request) -> Decided:
    """Foresee a withdrawal, which who parks it may have no right to carry out."""
    require_reason(request.by.reason, "a withdrawal")
    return Decided(scope.document_id, JobState.DONE, said_of(foresee(scope.uow, [scope]), would=True))


def _foreseen_reversion(scope: DocumentScope, request: Request) -> Decided:
    """Foresee going back to a version, which who parks it may have no right to carry out."""
    require_reason(request.by.reason, "going back to a version")
    found = reversion.foresee(scope, request.of_version)
    require_decided(found.undecided, request.duplicates)
    return Decided(scope.document_id, JobState.DONE, reverting.said_of(found, would=True))


def _kept(scope: DocumentScope, _request: Request) -> Decided:
    with scope.uow.rehearsal():
        return keep(scope)


_FORESEEN = {
    Decision.WITHDRAW: _foreseen,
    Decision.KEEP: _kept,
    Decision.REVERT: _foreseen_reversion,
}


def _carry_out(uow: UnitOfWork, act: Sequence[ParkedDecision], known: Known) -> Sequence[DocumentId]:
    """Carry out the decisions of one act; returns the documents that go on. Only withdrawals are several."""
    parked, request = act[0], _request(act[0])
    if request.decision is Decision.WITHDRAW:
        scopes = scopes_of(uow, [one.document_id for one in act], request.by)
        # it takes out whatever is published by now, and checks under its locks what it depends on
        if any(scope.summary.state is JobState.WORKING for scope in scopes):
            raise _InHandError
        withdraw(uow, scopes, request.by, known)
        return []
    scope = DocumentScope(uow, parked.document_id, request.reviewer(parked.document_id))
    if request.decision is Decision.KEEP:
        return keep(scope).to_run
    if request.decision is Decision.REVERT:
        if scope.summary.state is JobState.WORKING:
            raise _InHandError
        reverting.revert(uow, scope, request.of_version, known, request.duplicates)
        return []
    scope.wait()
    if uow.parking.as_seen(parked.job_id) != parked.seen:
        raise AlreadyDecidedError(
            f"{scope.summary.filename} has changed since {in_words(parked)}: that was not carried out.",
            action="Look at it again: `pipeline review JOB`, then decide.",
        )
    return carry_out(scope, request).to_run


def in_words(parked: ParkedDecision) -> str:
    """Say who decided what, and when."""
    return f"{parked.taken_by} decided “{parked.decision}” on {dated(parked.taken_at)}".rstrip()


def _too_late(parked: ParkedDecision) -> AlreadyDecidedError:
    became = {
        "carried_out": "it was carried out",
        "undone": f"{parked.undone_by} took it back",
        "refused": "it was refused",
        None: "its undo window is over, and it is being carried out",
    }[parked.outcome]
    at = parked.ended_at or parked.due_at
    return AlreadyDecidedError(f"{in_words(parked)}: {became} at {at:%H:%M:%S %Z}.".replace(" .", "."))


def _named(parked: ParkedDecision) -> dict[str, object]:
    return {"parked_id": parked.parked_id, "decision": parked.decision}


def _fields(request: Request) -> dict[str, object]:
    return {
        "reason": request.by.reason,
        "duplicates": request.duplicates,
        "approved": request.approved,
        "reviewer": request.by.name,
        "version": request.version,
    }


def _request(parked: ParkedDecision) -> Request:
    """The decision as it was asked for."""
    fields = parked.fields
    approved: Sequence[str] | None = fields["approved"]
    return Request(
        Decision(parked.decision),
        Reviewer(parked.realm_id, fields["reviewer"], fields["reason"], user_id=parked.user_id),
        Resolution(fields["duplicates"]) if fields["duplicates"] else None,
        approved=None if approved is None else tuple(map(UUID, approved)),
        version=fields.get("version"),
    )
