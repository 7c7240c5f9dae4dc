"""Reviewing on the command line: what waits next, its facts and pairs, and carrying out what is typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pipeline_core.db.review import ReviewFact, WaitingJob
from pipeline_core.db.rows import DocumentDetail
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.review.add import MissedFact
from pipeline_core.review.decisions import Decided, Decision, Resolution
from pipeline_core.review.facts import Edit
from pipeline_core.review.fields import request_of
from pipeline_core.terminal.hints import typed
from pipeline_core.terminal.marking import marked_in
from pipeline_core.terminal.naming import one_id, one_of
from pipeline_core.terminal.places import place
from pipeline_core.terminal.tables import short, why_it_waits

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline


@dataclass(frozen=True, slots=True)
class Typed:
    """What the reviewer typed after the document's name, unread."""

    action: str
    reason: str = ""
    duplicates: str | None = None
    facts: Sequence[str] = ()
    pair: str | None = None
    resolution: str | None = None
    edit: Edit = Edit()
    only: Sequence[str] | None = None
    words: Sequence[str] = ()
    chunk: str | None = None
    at: Sequence[str] = ()


def carry_out(app_: "Pipeline", row: DocumentDetail, typed: Typed) -> Decided:
    """Do what was typed about the document of this row.

    Raises:
        PipelineError: as ``Review.decide`` and ``FactDecisions``; RefusedError where something typed is not known.
    """
    action = typed.action.strip().lower()
    act = _ACTIONS.get(action)
    if act is None:
        raise RefusedError(f"decision cannot be {typed.action!r}.", action=f"One of: {', '.join(_ACTIONS)}.")
    return act(app_, row, typed)


def _decide(app_: "Pipeline", row: DocumentDetail, typed: Typed) -> Decided:
    resolution = one_of(Resolution, typed.duplicates, "--duplicates") if typed.duplicates else None
    fields = {
        "reason": typed.reason,
        "duplicates": resolution,
        "fact_ids": _fact_ids(app_, row, typed.facts) if typed.facts else None,
        "approved_matches": _fact_ids(app_, row, typed.only) if typed.only else None,
        "reviewer": app_.settings.reviewer,
    }
    request = request_of(Decision(typed.action.strip().lower()), app_.user_id, fields)
    return app_.review.decide(row.document_id, request)


def _edit(app_: "Pipeline", row: DocumentDetail, typed: Typed) -> Decided:
    if len(typed.facts) != 1:
        raise RefusedError("An edit is of one fact.", action="Name it: --fact ID.")
    [fact_id] = _fact_ids(app_, row, typed.facts)
    return app_.facts.edit(
        row.document_id,
        fact_id,
        typed.edit,
        user_id=app_.user_id,
        reviewer=app_.settings.reviewer,
        reason=typed.reason,
    )


def _resolve(app_: "Pipeline", row: DocumentDetail, typed: Typed) -> Decided:
    if typed.pair is None or typed.resolution is None:
        raise RefusedError("Resolving needs a pair and what becomes of it.", action="--pair ID --as keep_both.")
    return app_.facts.resolve(
        row.document_id,
        _one_id("pair", typed.pair, [pair["duplicate_id"] for pair in row.pairs]),
        one_of(Resolution, typed.resolution, "--as"),
        user_id=app_.user_id,
        reviewer=app_.settings.reviewer,
        reason=typed.reason,
    )


def _add(app_: "Pipeline", row: DocumentDetail, typed: Typed) -> Decided:
    with app_.open_uow() as uow:
        chunks = [staged.chunk for staged in uow.staging.chunks([row.document_id])[row.document_id]]
    if typed.chunk is not None:
        wanted = _one_id("chunk", typed.chunk, [chunk.chunk_id for chunk in chunks])
        chunks = [chunk for chunk in chunks if chunk.chunk_id == wanted]
    chunk_id, marked = marked_in(chunks, typed.words, typed.at)
    edit = typed.edit
    added = app_.add_fact(
        row.document_id,
        MissedFact(chunk_id, marked, edit.question, edit.answer, edit.statement),
        user_id=app_.user_id,
        reviewer=app_.settings.reviewer,
        reason=typed.reason,
    )
    return Decided(row.document_id, JobState.AWAITING_REVIEW, False, f"{added.message} ({added.fact.question_id})")


def _undo(app_: "Pipeline", row: DocumentDetail, typed: Typed) -> Decided:
    undone = app_.parking.undo(row.job_id, by=app_.settings.reviewer or str(app_.user_id), reason=typed.reason)
    message = f"“{undone.decision}” of {undone.taken_by} was taken back; the document waits as before"
    return Decided(row.document_id, JobState.AWAITING_REVIEW, False, message)


_ACTIONS: Mapping[str, Callable[["Pipeline", DocumentDetail, Typed], Decided]] = {
    **{decision.value: _decide for decision in Decision},
    "edit": _edit,
    "add": _add,
    "resolve": _resolve,
    "undo": _undo,
}


def _fact_ids(app_: "Pipeline", row: DocumentDetail, texts: Sequence[str]) -> list[UUID]:
    if not texts:
        return []
    ids: list[UUID] = [fact.question_id for fact in app_.facts.facts(row.document_id, user_id=app_.user_id)]
    return [_one_id("fact", text, ids) for text in texts]


def _one_id(what: str, text: str, ids: Sequence[UUID]) -> UUID:
    return one_id(what, text, ids, owner="The document", see="pipeline review JOB --facts")


def next_after(app_: "Pipeline", document_id: DocumentId, phase: int) -> WaitingJob | None:
    """What to look at after this document: first another in the same phase, then any."""
    besides = (document_id,)
    same = app_.review.next_waiting(app_.user_id, phase=phase, besides=besides)
    return same or app_.review.next_waiting(app_.user_id, besides=besides)


def print_next(console: Console, waiting: WaitingJob | None) -> None:
    if waiting is None:
        console.print("[dim]Nothing else waits for a person.[/]")
        return
    why = why_it_waits(
        at_validation=waiting.phase == 4,
        critical=waiting.critical,
        undecided=waiting.undecided,
        profile=waiting.profile,
        to_decide=waiting.facts_to_decide,
    )
    console.print(
        f"Next: [bold]{escape(waiting.filename)}[/] ({why}, "
        f"waits since {waiting.waits_since:%Y-%m-%d %H:%M})   {typed(f'review {short(waiting.job_id)}')}",
        soft_wrap=True,
    )


def next_json(waiting: WaitingJob | None) -> dict[str, Any] | None:
    return asdict(waiting) if waiting else None


def next_job(app_: "Pipeline") -> JobId | None:
    """The job of the document that has waited longest."""
    waiting = app_.review.next_waiting(app_.user_id)
    return waiting.job_id if waiting else None


def facts_to_show(app_: "Pipeline", row: DocumentDetail, *, everything: bool) -> list[ReviewFact]:
    """The document's facts if they are asked for; of a deep scan that waits, at least those that are new."""
    new = row.profile == "deep" and row.state == "awaiting_review"
    if not (everything or new):
        return []
    found = app_.facts.facts(row.document_id, user_id=app_.user_id)
    return found if everything else [fact for fact in found if fact.status == "pending"]


def print_facts(console: Console, facts: Sequence[ReviewFact]) -> None:
    """Every fact with its id, its status and its evidence."""
    for fact in facts:
        who = (("added", fact.added_by), ("edited", fact.edited_by))
        by = [f" · {what} by {escape(name)}" for what, name in who if name]
        console.print(f"[bold]{short(fact.question_id)}[/] {fact.status}{''.join(by)}  {escape(fact.title)}")
        if fact.answer is not None:
            console.print(Padding(escape(fact.answer), (0, 0, 0, 9)))
        quote = escape(" ".join(fact.quote.split()))
        at = place(fact.page, fact.page_unit, fact.heading_path)
        where = f"{at} · " if at and fact.page is None else f"{at} " if at else ""
        console.print(Padding(f"[dim]{escape(where)}{fact.match}: “{quote}”[/]", (0, 0, 0, 9)))
        if fact.confidence_words:
            console.print(Padding(f"[dim]{escape(fact.confidence_words)}[/]", (0, 0, 0, 9)), highlight=False)
