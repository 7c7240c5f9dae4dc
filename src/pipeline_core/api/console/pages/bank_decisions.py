"""Decisions about the questions of a bank: each a form that posts, and leads to what is to be decided next."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.bank_view import ABankView, BankView
from pipeline_core.api.console.pages.bank import PATH, following, rows_of, show_bank
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.too_late import too_late
from pipeline_core.api.console.visits import ToReview, Visit
from pipeline_core.api.matching import Verdict
from pipeline_core.domain.errors import ChangedMeanwhileError, RefusedError
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import OfBatch, Seen
from pipeline_core.domain.wording import counted

router = console_router()
_DONE = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected"}
QuestionId = Annotated[UUID, Form()]
Version = Annotated[int, Form()]
SeenStatus = Annotated[str, Form(max_length=40)]
Text = Annotated[str, Form(max_length=20_000)]


def _where(at: BankView) -> OfBatch:
    return OfBatch(BatchId(at.batch_id))


@router.post(PATH + "/decide")
def decide_question(
    visit: ToReview,
    at: ABankView,
    question_id: QuestionId,
    decision: Annotated[Verdict, Form()],
    seen: SeenStatus,
    version: Version,
) -> Response:
    """Approve or reject the open question, as it was seen, and open the next."""
    by = visit.reviewer(expected={question_id: Seen(seen, version)})
    try:
        visit.services.review.decide_facts(_where(at), [question_id], decision.status, by=by)
    except ChangedMeanwhileError as error:
        return _too_late(visit, at, question_id, error)
    return _go_on(visit, at.keeping(question_id), question_id, f"{_DONE[decision].capitalize()}.")


@router.post(PATH + "/selected")
def decide_selected(
    visit: ToReview,
    at: ABankView,
    decision: Annotated[Verdict, Form()],
    question_ids: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    """Approve or reject the questions whose boxes are checked, all or nothing."""
    if not question_ids:
        raise RefusedError("No question is selected.", action="Check the boxes of those that are meant.")
    change = visit.services.review.decide_facts(_where(at), question_ids, decision.status, by=visit.reviewer())
    said = f"{counted(len(change.changed), 'question')} {_DONE[decision]}."
    return visit.go(at.keeping(*question_ids).url(), said=said)


@router.get(PATH + "/all")
def preview_all(visit: ToReview, at: ABankView, decision: Verdict = Verdict.APPROVE) -> Response:
    """Show what a decision about all that match would be about, before it is taken."""
    services = visit.services
    preview = services.bulk.preview(_where(at), services.realm_id, at.filter, decision.status)
    batch = services.views.batch(BatchId(at.batch_id))
    return visit.page("bank_all.html", batch=batch, at=at, preview=preview, decision=decision, done=_DONE[decision])


@router.post(PATH + "/all")
def decide_all(
    visit: ToReview, at: ABankView, decision: Annotated[Verdict, Form()], total: Annotated[int, Form()]
) -> Response:
    """Decide about all that match, if they are as many as were shown."""
    change = visit.services.bulk.decide(_where(at), at.filter, decision.status, by=visit.reviewer(), expected=total)
    return visit.go(at.url(), said=f"{counted(len(change.changed), 'question')} {_DONE[decision]}.")


@router.post(PATH + "/edit")
def edit_question(
    visit: ToReview,
    at: ABankView,
    question_id: QuestionId,
    seen: SeenStatus,
    version: Version,
    question: Text = "",
    answer: Text = "",
    topic: Text = "",
    subtopic: Text = "",
    difficulty: Text = "",
    notes: Text = "",
) -> Response:
    """Put a question into other words; what was typed stays if it is refused, or somebody was faster."""
    typed = {
        "question": question, "answer": answer, "topic": topic, "subtopic": subtopic, "difficulty": difficulty,
        "notes": notes,
    }  # fmt: skip
    words = {name: text.strip() or None for name, text in typed.items()}
    by = visit.reviewer(expected={question_id: Seen(seen, version)})
    try:
        change = visit.services.review.edit(_where(at), question_id, words, by=by)
    except ChangedMeanwhileError as error:
        return _too_late(visit, at, question_id, error, typed)
    except RefusedError as error:
        return show_bank(
            visit,
            at,
            question_id,
            edit=True,
            status=422,
            conflict=visit.people.sentence(error.page_message),
            typed=typed,
        )
    said = "Edited: it is compared anew, and waits for an approval." if change.changed else "Nothing was changed."
    return visit.go(at.keeping(question_id).url(question_id), said=said)


@router.post(PATH + "/undo")
def undo(visit: ToReview, at: ABankView, open: UUID | None = None) -> Response:
    """Take back the reviewer's last decision here that stands, with all that it was about."""
    change = visit.services.review.undo_last(_where(at), by=visit.reviewer())
    subject = change.changed[0] if len(change.changed) == 1 else open
    return visit.go(at.url(subject), said=f"Taken back: {counted(len(change.changed), 'decision')}.")


@router.post(PATH + "/import")
def import_approved(visit: ToReview, at: ABankView) -> Response:
    """Queue the import of what is approved; a worker embeds and publishes it."""
    waiting = visit.services.staging.importer.request(BatchId(at.batch_id), by=visit.reviewer())
    visit.request.app.state.ask_for_run()
    return visit.go(at.path, said=f"{counted(waiting, 'question is', 'questions are')} being imported.")


@router.post(PATH + "/notes")
def keep_notes(visit: ToReview, at: ABankView, notes: Text = "") -> Response:
    """Keep what people say of the bank as a whole."""
    visit.services.staging.set_notes(BatchId(at.batch_id), notes, by=visit.reviewer())
    return visit.go(at.url(), said="The notes are kept." if notes.strip() else "The notes are gone.")


def _go_on(visit: Visit, at: BankView, decided: UUID, said: str) -> Response:
    """Lead to the next question that nobody has decided, on this page of the list or the next; else stay."""
    rows, cursor = rows_of(visit, at)
    after = following(rows, decided)
    if after is None and cursor:
        at = replace(at, cursor=cursor)
        after = following(rows_of(visit, at)[0], None)
    return visit.go(at.url(after.question_id if after else decided), said=said)


def _too_late(
    visit: Visit, at: BankView, question_id: UUID, error: ChangedMeanwhileError, typed: dict[str, str] | None = None
) -> Response:
    """Show the question as it is now, who was faster, and what had been typed."""
    return show_bank(
        visit, at, question_id, edit=typed is not None, status=409, conflict=too_late(error, visit.people), typed=typed
    )
