"""Facts are decided and edited, pairs resolved, and both undone, in the same way in a document and in a bank."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.changes import Change as Undone
from pipeline_core.domain.changes import ChangedRow, Kind, in_the_way, of_subject, to_restore
from pipeline_core.domain.errors import ConflictError, RefusedError, StagedStateError
from pipeline_core.domain.facts import fact_text
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.review import OfDocument, StagedFact, StagedPair
from pipeline_core.domain.wording import dated
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.review.decisions import Change, Resolution, require_storable
from pipeline_core.review.scope import Scope

Row = StagedFact | StagedPair


def decide(scope: Scope, ids: Sequence[UUID] | None, to: QuestionStatus) -> Change:
    """Approve or reject these facts; without ids, all that are pending. What is so already is left as it is.

    Raises:
        UnknownIdsError: one is another document's or bank's.
        ChangedMeanwhileError: one is not as it was seen.
        RefusedError, StagedStateError, AlreadyDecidedError: one cannot come to this status.
    """
    scope.begin("decide", to)
    facts = scope.facts(ids)
    scope.require(facts, status=to, facts=[str(one) for one in ids or ()])
    comes_from, stays = scope.rules.comes_from.get(to, frozenset()), scope.rules.stays[to]
    unchanged = [fact for fact in facts if fact.status in stays]
    if ids is None:
        todo = [fact for fact in facts if fact.status is QuestionStatus.PENDING]
    else:
        scope.refuse_facts([fact for fact in facts if fact.status not in comes_from | stays], to)
        todo = [fact for fact in facts if fact.status in comes_from]
    scope.keep([fact.question_id for fact in todo])
    scope.set_status(todo, to, scope.by.reason)
    to_run = scope.decided(todo, to) if todo else ()
    return scope.change([fact.question_id for fact in todo], len(unchanged), to, to_run=to_run)


def edit(scope: Scope, fact_id: UUID, changes: Mapping[str, str | None]) -> Change:
    """Put a fact into other words; None takes a part away. Its evidence and its id never change.

    Raises:
        UnknownIdsError, ChangedMeanwhileError: as ``decide``.
        RefusedError, StagedStateError: it cannot be edited, or not to this.
    """
    old, new = propose(scope, fact_id, changes)
    if new == old:
        return scope.change([], 1, "edited")
    scope.keep([old.question_id])
    [key] = match_keys(scope.uow.staging, [new.statement or fact_text(new.question, new.answer, None)])
    if not scope.uow.reviews.edit(old, new, key, scope.by):
        scope.refuse_changed([old], scope.facts([fact_id]))
    names = [name for name in sorted(scope.rules.fields) if getattr(old, name) != getattr(new, name)]
    scope.was_edited(old, new, names)
    return scope.change([old.question_id], 0, f"edited ({', '.join(names)})")


def propose(scope: Scope, fact_id: UUID, changes: Mapping[str, str | None]) -> tuple[StagedFact, StagedFact]:
    """The fact as it is and as it would be, if it can be edited so.

    Raises:
        As ``edit``.
    """
    scope.begin("edit")
    _refuse_fields(scope, changes)
    [old] = scope.facts([fact_id])
    scope.require([old], fact=str(fact_id), changes=dict(changes))
    return old, scope.edited(old, changes)


def _refuse_fields(scope: Scope, changes: Mapping[str, str | None]) -> None:
    if unknown := sorted(set(changes) - scope.rules.fields):
        known = ", ".join(sorted(scope.rules.fields))
        raise RefusedError(f"{', '.join(unknown)} cannot be edited.", action=f"One of: {known}.")
    for name, value in changes.items():
        if value is not None:
            require_storable(name, value)


def resolve(scope: Scope, resolution: Resolution, ids: Sequence[UUID] | None = None) -> Change:
    """Decide these pairs; without ids, all that nobody has decided. What is decided so already is left as it is.

    ``keep_existing`` leaves the staged fact out at once, any other resolution takes it back in. What
    ``replace_existing`` replaces goes when its successor is published.

    Raises:
        UnknownIdsError, ChangedMeanwhileError: as ``decide``.
        AlreadyDecidedError, StagedStateError, RefusedError: one cannot be decided so, or not any more.
    """
    scope.begin("resolve")
    pairs = scope.pairs(ids, resolution="pending" if ids is None else None)
    scope.require(pairs, resolution=resolution, pairs=[str(one) for one in ids or ()])
    todo = [pair for pair in pairs if pair.resolution != resolution]
    for pair in todo:
        scope.refuse_pair(pair, resolution)
    changed = [pair.duplicate_id for pair in todo]
    scope.keep(changed)
    scope.set_resolution(todo, resolution)
    to_run = scope.resolved(todo, resolution) if todo else ()
    return scope.change(changed, len(pairs) - len(todo), f"decided {resolution}", of_pairs=True, to_run=to_run)


def undo(scope: Scope, subject: UUID, *, of_pair: bool) -> Change:
    """Undo what was last done to a fact or a pair, with all that followed of it; of an undo, redo it.

    What followed in other documents goes back where they wait still, and nobody has changed it since.

    Raises:
        UnknownIdsError: it is another document's or bank's.
        ChangedMeanwhileError: it is not as it was seen.
        ConflictError: nothing was done to it, or something that followed was changed since, which is named.
        RefusedError, StagedStateError, AlreadyDecidedError: the document or bank has gone on.
    """
    _row(scope, subject, of_pair=of_pair)  # one that is not there is refused as such, wherever the document stands
    scope.begin("resolve" if of_pair else "edit")
    was = _row(scope, subject, of_pair=of_pair)
    scope.require([was], undo=str(subject))
    if was.standing is QuestionStatus.IMPORTED and not isinstance(scope.where, OfDocument):
        raise StagedStateError("It is imported: decisions on it are final.")
    last = scope.uow.changes.last(scope.where.id, subject)
    if last is None:
        raise ConflictError(
            f"There is no decision on {subject} that can be undone.",
            action="A decision on the whole document cannot be undone this way.",
        )
    rows = of_subject(scope.uow.changes.rows(last.change_id), subject, last.subjects)
    if others := in_the_way(rows, scope.where.id):
        raise _in_the_way(scope, subject, others[0])
    scope.keep([subject], undoes=last.change_id)
    scope.uow.changes.restore(to_restore(rows, scope.where.id))
    scope.after_undo(was.staged_id)
    _record(scope, was, _row(scope, subject, of_pair=of_pair), last)
    done = "redone" if last.is_undo else "undone"
    what = f"{done}: {last.made_by}, {dated(last.made_at)}"
    return scope.change([subject], 0, what, of_pairs=of_pair)


def undo_last(scope: Scope) -> Change:
    """Undo the reviewer's newest decision here that stands, with all that followed of it; done again, the one before.

    Raises:
        ConflictError: there is none, or something that followed was changed since, which is named.
        RefusedError, StagedStateError, AlreadyDecidedError: the document or bank has gone on.
    """
    scope.begin("edit")
    last = scope.uow.desk.last_change(scope.where.id, scope.by.by)
    if last is None:
        raise ConflictError("There is no decision of yours here that can be undone.", action="Nothing was changed.")
    rows = scope.uow.changes.rows(last.change_id)
    if others := in_the_way(rows, scope.where.id):
        raise _in_the_way(scope, last.subjects[0], others[0])
    was = _subjects(scope, last.subjects)
    if not isinstance(scope.where, OfDocument) and any(row.standing is QuestionStatus.IMPORTED for row in was):
        raise StagedStateError("It is imported: decisions on it are final.")
    scope.keep(list(last.subjects), undoes=last.change_id)
    scope.uow.changes.restore(to_restore(rows, scope.where.id))
    for row in was:
        scope.after_undo(row.staged_id)
    for before, now in zip(was, _subjects(scope, last.subjects), strict=True):
        _record(scope, before, now, last)
    of_pairs = all(isinstance(row, StagedPair) for row in was)
    return scope.change(list(last.subjects), 0, f"undone: {dated(last.made_at)}", of_pairs=of_pairs)


def _subjects(scope: Scope, subjects: Sequence[UUID]) -> list[Row]:
    """The facts and pairs of a change, in the order of their ids."""
    wanted = set(subjects)
    facts = scope.uow.reviews.facts(scope.where, [QuestionId(one) for one in subjects])
    pairs = [pair for pair in scope.pairs() if pair.id in wanted]
    rows: list[Row] = [*facts, *pairs]
    return sorted(rows, key=lambda row: row.id)


def _row(scope: Scope, subject: UUID, *, of_pair: bool) -> Row:
    [row] = scope.pairs([subject]) if of_pair else scope.facts([subject])
    return row


def _record(scope: Scope, was: Row, now: Row, last: Undone) -> None:
    """Leave an event with what changed, and what was undone."""
    noun, ids = (
        (scope.noun, {"question_id": was.question_id})
        if isinstance(was, StagedFact)
        else ("pair", {"duplicate_id": was.duplicate_id, "question_id": was.staged})
    )
    names = [name for name in _TOLD if getattr(was, name, None) != getattr(now, name, None)]
    before, after = ({name: getattr(row, name) for name in names} for row in (was, now))
    undone = {"by": last.made_by, "at": last.made_at, "is_undo": last.is_undo, "user_id": last.whose}
    scope.log(f"{noun}_undone", **ids, before=before, after=after, undone=undone)


_TOLD = (
    "status", "question", "answer", "statement", "topic", "subtopic", "kind", "difficulty", "notes", "resolution",
)  # fmt: skip


def _in_the_way(scope: Scope, subject: UUID, other: ChangedRow) -> ConflictError:
    now = other.now or {}
    what = scope.noun if other.kind is Kind.FACT else "pair"
    if not now:
        return ConflictError(f"{what.capitalize()} {other.row_key}, which changed with {subject}, no longer exists.")
    when = datetime.fromisoformat(now["changed_at"])
    return ConflictError(
        f"{what.capitalize()} {other.row_key}, which changed with {subject}, was changed since by {now['changed_by']} "
        f"on {dated(when)}: it is {now['status' if other.kind is Kind.FACT else 'resolution']} now.",
        action="Undo that first.",
    )
