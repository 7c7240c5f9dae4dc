"""Decisions about a question bank as they are typed: one row an action."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import NotFoundError, RefusedError
from pipeline_core.domain.ids import BatchId, DuplicateId, QuestionId
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import Resolution
from pipeline_core.services.staging import EDITABLE, BatchChange
from pipeline_core.terminal.naming import one_id, one_of

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed after the batch's name, unread."""

    action: str
    questions: Sequence[str] = ()
    changes: Sequence[str] = ()
    pairs: Sequence[str] = ()
    duplicates: str | None = None
    reason: str = ""


def batch_named(app_: "Pipeline", text: str) -> BatchId:
    """The batch that is meant by its id, the beginning of one, or its file's name.

    Raises:
        NotFoundError: there is none, or more than one.
    """
    rows = app_.staging.batches(by=app_.user_id, named=text)
    if not rows:
        raise NotFoundError(f"No batch is named {text}.", action="`pipeline batches` lists what there is.")
    if len(rows) > 1:
        ids = ", ".join(f"{str(row['batch_id'])[:8]} ({row['uploaded_at']:%Y-%m-%d %H:%M})" for row in rows[:5])
        raise NotFoundError(f"{text} could be any of {ids}.", action="Name one by the beginning of its id.")
    return BatchId(rows[0]["batch_id"])


def statuses(text: str | None) -> list[QuestionStatus] | None:
    """The status to show; None shows all."""
    return [one_of(QuestionStatus, text, "--status")] if text else None


def carry_out(app_: "Pipeline", batch_id: BatchId, typed: Typed, run_import: Callable[[], None]) -> str:
    """Do what was typed, and say what changed. ``run_import`` brings what is approved to production.

    Raises:
        PipelineError: as ``StagingService``; RefusedError where something typed is not known.
    """
    action = typed.action.strip().lower()
    if action == "import":
        before = _imported(app_, batch_id)
        run_import()
        return _changed("question", "imported", _imported(app_, batch_id) - before, before)
    if action not in _ACTIONS:
        raise RefusedError(f"The action cannot be {typed.action!r}.", action=f"One of: {', '.join(_ACTIONS)}, import.")
    return _ACTIONS[action](app_, batch_id, typed)


def _imported(app_: "Pipeline", batch_id: BatchId) -> int:
    return len(app_.staging.get_batch_questions(batch_id, by=app_.user_id, statuses=[QuestionStatus.IMPORTED]))


def _approve(app_: "Pipeline", batch_id: BatchId, typed: Typed) -> str:
    ids = _question_ids(app_, batch_id, typed)
    return _said("approved", app_.staging.approve_questions(batch_id, ids, by=app_.user_id, reason=typed.reason))


def _reject(app_: "Pipeline", batch_id: BatchId, typed: Typed) -> str:
    ids = _question_ids(app_, batch_id, typed)
    return _said("rejected", app_.staging.reject_questions(batch_id, ids, by=app_.user_id, reason=typed.reason))


def _edit(app_: "Pipeline", batch_id: BatchId, typed: Typed) -> str:
    ids = _question_ids(app_, batch_id, typed) or []
    if len(ids) != 1 or not typed.changes:
        raise RefusedError(
            "An edit is of one question, and says what to change.", action="--question ID --set 'answer=…'."
        )
    changes = dict(_assignment(text) for text in typed.changes)
    done = app_.staging.edit_question(batch_id, ids[0], changes, by=app_.user_id, reason=typed.reason)
    return _said("edited", done)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise RefusedError(
            f"--set needs FIELD=TEXT, not {text!r}.", action=f"FIELD is one of: {', '.join(sorted(EDITABLE))}."
        )
    return name.strip().lower(), value


def _resolve(app_: "Pipeline", batch_id: BatchId, typed: Typed) -> str:
    resolution = one_of(Resolution, typed.duplicates or "", "--duplicates")
    known: list[UUID] = [pair.duplicate_id for pair in app_.staging.duplicates(batch_id, by=app_.user_id)]
    ids = [DuplicateId(_one_id("pair", text, known)) for text in typed.pairs] or None
    done = app_.staging.resolve_duplicates(batch_id, resolution, ids, by=app_.user_id, reason=typed.reason)
    return _changed("pair", f"decided {resolution}", len(done.changed), done.unchanged)


def _compare(app_: "Pipeline", batch_id: BatchId, _typed: Typed) -> str:
    return f"{counted(len(app_.staging.detect_duplicates(batch_id, by=app_.user_id)), 'new pair')} of look-alikes."


def _recount(app_: "Pipeline", batch_id: BatchId, _typed: Typed) -> str:
    counts = app_.staging.update_batch_counts(batch_id, by=app_.user_id)
    return ", ".join(f"{count} {name}" for name, count in counts.as_json().items()) + "."


_ACTIONS: Mapping[str, Callable[["Pipeline", BatchId, Typed], str]] = {
    "approve": _approve,
    "reject": _reject,
    "edit": _edit,
    "resolve": _resolve,
    "compare": _compare,
    "recount": _recount,
}


def _question_ids(app_: "Pipeline", batch_id: BatchId, typed: Typed) -> list[QuestionId] | None:
    if not typed.questions:
        return None
    known: list[UUID] = [row.question_id for row in app_.staging.get_batch_questions(batch_id, by=app_.user_id)]
    return [QuestionId(_one_id("question", text, known)) for text in typed.questions]


def _one_id(what: str, text: str, ids: Sequence[UUID]) -> UUID:
    return one_id(what, text, ids, owner="The batch", see="pipeline batches BATCH")


def _said(what: str, change: BatchChange) -> str:
    return _changed("question", what, len(change.changed), change.unchanged)


def _changed(noun: str, what: str, changed: int, before: int) -> str:
    already = f", {before:,} {'was' if before == 1 else 'were'} so already" if before else ""
    return f"{counted(changed, noun)} {what}{already}."
