"""Facts are decided and edited, and pairs resolved, in the same way in a document and in a question bank."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.facts import fact_text
from pipeline_core.domain.reasons import trimmed
from pipeline_core.domain.review import StagedFact
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.question_banks.entries import MAX_CHARS, UNSTORABLE
from pipeline_core.review.decisions import Change, Expected, Resolution
from pipeline_core.review.scope import Scope
from pipeline_core.review.undo import keep


def decide(
    scope: Scope, ids: Sequence[UUID] | None, to: QuestionStatus, reason: str = "", expected: Expected | None = None
) -> Change:
    """Approve or reject these facts; without ids, all that are pending. What is so already is left as it is.

    Raises:
        UnknownIdsError: one is another document's or bank's.
        ChangedMeanwhileError: one is not as it was seen.
        RefusedError, StagedStateError, AlreadyDecidedError: one cannot come to this status.
    """
    scope.begin("decide", to)
    facts = scope.facts(ids)
    scope.asked = {"status": to, "facts": [str(one) for one in ids or ()], "reason": reason}
    scope.require(expected or {}, facts)
    comes_from, stays = scope.rules.comes_from.get(to, frozenset()), scope.rules.stays[to]
    unchanged = [fact for fact in facts if fact.status in stays]
    if ids is None:
        todo = [fact for fact in facts if fact.status is QuestionStatus.PENDING]
    else:
        scope.refuse_facts([fact for fact in facts if fact.status not in comes_from | stays], to)
        todo = [fact for fact in facts if fact.status in comes_from]
    keep(scope, [fact.question_id for fact in todo])
    scope.set_status(todo, to, trimmed(reason))
    to_run = scope.decided(todo, to, trimmed(reason)) if todo else ()
    return scope.change([fact.question_id for fact in todo], len(unchanged), to, to_run=to_run)


def edit(
    scope: Scope, fact_id: UUID, changes: Mapping[str, str | None], reason: str = "", expected: Expected | None = None
) -> Change:
    """Put a fact into other words; None takes a part away. Its evidence and its id never change.

    Raises:
        UnknownIdsError, ChangedMeanwhileError: as ``decide``.
        RefusedError, StagedStateError: it cannot be edited, or not to this.
    """
    old, new = propose(scope, fact_id, changes, reason, expected)
    if new == old:
        return scope.change([], 1, "edited")
    keep(scope, [old.question_id])
    [key] = match_keys(scope.uow.staging, [new.statement or fact_text(new.question, new.answer, None)])
    if not scope.uow.reviews.edit(old, new, key, scope.by):
        scope.refuse_changed([old], scope.facts([fact_id]))
    names = [name for name in sorted(scope.rules.fields) if getattr(old, name) != getattr(new, name)]
    scope.was_edited(old, new, names, trimmed(reason))
    return scope.change([old.question_id], 0, f"edited ({', '.join(names)})")


def propose(
    scope: Scope, fact_id: UUID, changes: Mapping[str, str | None], reason: str, expected: Expected | None
) -> tuple[StagedFact, StagedFact]:
    """The fact as it is and as it would be, if it can be edited so.

    Raises:
        As ``edit``.
    """
    scope.begin("edit")
    _refuse_fields(scope, changes)
    [old] = scope.facts([fact_id])
    scope.asked = {"fact": str(fact_id), "changes": dict(changes), "reason": reason}
    scope.require(expected or {}, [old])
    return old, scope.edited(old, changes, trimmed(reason))


def _refuse_fields(scope: Scope, changes: Mapping[str, str | None]) -> None:
    if unknown := sorted(set(changes) - scope.rules.fields):
        known = ", ".join(sorted(scope.rules.fields))
        raise RefusedError(f"{', '.join(unknown)} cannot be edited.", action=f"One of: {known}.")
    for name, value in changes.items():
        if value is not None and (UNSTORABLE.search(value) or len(value) > MAX_CHARS):
            raise RefusedError(f"The {name} has a character that cannot be stored, or more than {MAX_CHARS:,}.")


def resolve(
    scope: Scope,
    resolution: Resolution,
    ids: Sequence[UUID] | None = None,
    reason: str = "",
    expected: Expected | None = None,
) -> Change:
    """Decide these pairs; without ids, all that nobody has decided. What is decided so already is left as it is.

    ``keep_existing`` leaves the staged fact out at once, any other resolution takes it back in. What
    ``replace_existing`` replaces goes when its successor is published.

    Raises:
        UnknownIdsError, ChangedMeanwhileError: as ``decide``.
        AlreadyDecidedError, StagedStateError, RefusedError: one cannot be decided so, or not any more.
    """
    scope.begin("resolve")
    pairs = scope.pairs(ids, resolution="pending" if ids is None else None)
    scope.asked = {"resolution": resolution, "pairs": [str(one) for one in ids or ()], "reason": reason}
    scope.require(expected or {}, pairs)
    todo = [pair for pair in pairs if pair.resolution != resolution]
    for pair in todo:
        scope.refuse_pair(pair, resolution)
    keep(scope, [pair.duplicate_id for pair in todo])
    scope.set_resolution(todo, resolution, trimmed(reason))
    to_run = scope.resolved(todo, resolution, trimmed(reason)) if todo else ()
    changed = [pair.duplicate_id for pair in todo]
    return scope.change(changed, len(pairs) - len(todo), f"decided {resolution}", of_pairs=True, to_run=to_run)
