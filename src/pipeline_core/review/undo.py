"""A fact or a pair goes back to what it was before its last change, until its document or bank goes on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.changes import Change as Undone
from pipeline_core.domain.changes import ChangedRow, Kind, in_the_way, of_subject, to_restore
from pipeline_core.domain.errors import ConflictError, StagedStateError
from pipeline_core.domain.reasons import trimmed
from pipeline_core.domain.review import OfDocument, StagedFact, StagedPair
from pipeline_core.review.decisions import Change, Expected
from pipeline_core.review.scope import Scope

Row = StagedFact | StagedPair


def keep(scope: Scope, subjects: Sequence[UUID], *, undoes: UUID | None = None) -> None:
    """Keep all that changes from here on, so that it can be undone as a change of these facts or pairs."""
    if not subjects:
        return
    where = scope.where
    scope.uow.changes.begin(
        subjects,
        user_id=scope.by.user_id,
        document_id=where.document_id if isinstance(where, OfDocument) else None,
        batch_id=None if isinstance(where, OfDocument) else where.batch_id,
        by=scope.by.by,
        undoes=undoes,
    )


def forget_changes(open_uow: OpenUnitOfWork) -> None:
    """Keep no longer what has gone on and cannot be undone."""
    with open_uow() as uow:
        uow.changes.forget()
        uow.commit()


def undo(scope: Scope, subject: UUID, reason: str = "", expected: Expected | None = None, *, of_pair: bool) -> Change:
    """Undo what was last done to a fact or a pair, with all that followed of it; of an undo, redo it.

    What followed in other documents goes back where they wait still, and nobody has changed it since.

    Raises:
        UnknownIdsError: it is another document's or bank's.
        ChangedMeanwhileError: it is not as it was seen.
        ConflictError: nothing was done to it, or something that followed was changed since, which is named.
        RefusedError, StagedStateError, AlreadyDecidedError: the document or bank has gone on.
    """
    scope.begin("resolve" if of_pair else "edit")
    was = _row(scope, subject, of_pair=of_pair)
    scope.asked = {"undo": str(subject), "reason": reason}
    scope.require(expected or {}, [was])
    if was.standing is QuestionStatus.IMPORTED and not isinstance(scope.where, OfDocument):
        raise StagedStateError("It is imported: what was decided about it stands.")
    last = scope.uow.changes.last(scope.whole_id, subject)
    if last is None:
        raise ConflictError(
            f"Nothing was decided about {subject} that can be undone.",
            action="A decision about the whole document is not undone so.",
        )
    rows = of_subject(scope.uow.changes.rows(last.change_id), subject, last.subjects)
    if others := in_the_way(rows, scope.whole_id):
        raise _in_the_way(scope, subject, others[0])
    keep(scope, [subject], undoes=last.change_id)
    scope.uow.changes.restore(to_restore(rows, scope.whole_id))
    scope.after_undo(was.staged_id)
    _record(scope, was, _row(scope, subject, of_pair=of_pair), last, trimmed(reason))
    done = "redone" if last.is_undo else "undone"
    what = f"{done}: {last.made_by}, {last.made_at:%Y-%m-%d at %H:%M:%S %Z}"
    return scope.change([subject], 0, what, of_pairs=of_pair)


def _row(scope: Scope, subject: UUID, *, of_pair: bool) -> Row:
    [row] = scope.pairs([subject]) if of_pair else scope.facts([subject])
    return row


def _record(scope: Scope, was: Row, now: Row, last: Undone, reason: str) -> None:
    """Leave an event with what changed, and what was undone."""
    noun, ids = (
        (scope.noun, {"question_id": was.question_id})
        if isinstance(was, StagedFact)
        else ("pair", {"duplicate_id": was.duplicate_id, "question_id": was.staged})
    )
    names = [name for name in _TOLD if getattr(was, name, None) != getattr(now, name, None)]
    before, after = ({name: getattr(row, name) for name in names} for row in (was, now))
    undone = {"by": last.made_by, "at": last.made_at, "is_undo": last.is_undo}
    scope.log(f"{noun}_undone", reason, **ids, before=before, after=after, undone=undone)


_TOLD = (
    "status", "question", "answer", "statement", "topic", "subtopic", "kind", "difficulty", "notes", "resolution",
)  # fmt: skip


def _in_the_way(scope: Scope, subject: UUID, other: ChangedRow) -> ConflictError:
    now = other.now or {}
    what = scope.noun if other.kind is Kind.FACT else "pair"
    if not now:
        return ConflictError(f"{what.capitalize()} {other.row_key}, which changed with {subject}, is there no more.")
    when = datetime.fromisoformat(now["changed_at"])
    return ConflictError(
        f"{what.capitalize()} {other.row_key}, which changed with {subject}, was changed since by {now['changed_by']} "
        f"on {when:%Y-%m-%d at %H:%M:%S %Z}: it is {now['status' if other.kind is Kind.FACT else 'resolution']} now.",
        action="Undo that first.",
    )
