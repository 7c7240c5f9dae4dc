"""Decisions in matching review: each a form that posts, and leads to what is to be decided next."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.desk import ledger_of, next_open, with_pairs
from pipeline_core.api.console.held_list import Held
from pipeline_core.api.console.list_view import AView, View
from pipeline_core.api.console.pages.review_matching import PATH, show_document
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.too_late import too_late
from pipeline_core.api.console.visits import ToReview, Visit, part_of
from pipeline_core.api.console.whole_document import park
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import ChangedMeanwhileError
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import OfDocument, Reviewer, Seen
from pipeline_core.review.decisions import Change, Decision, Request, Resolution
from pipeline_core.review.desk import OnDesk
from pipeline_core.review.parking import MOST_S

router = console_router()
_DONE = {QuestionStatus.APPROVED: "Approved", QuestionStatus.REJECTED: "Rejected"}
FactId = Annotated[UUID, Form()]
Version = Annotated[int, Form()]
DecidedStatus = Literal[QuestionStatus.APPROVED, QuestionStatus.REJECTED]
Text = Annotated[str, Form(max_length=20_000)]


def _document(visit: Visit, at: View) -> OfDocument:
    return OfDocument(visit.services.desk.job(JobId(at.job_id), visit.services.realm_id).document_id)


def _go_on(visit: Visit, at: View, to_run: Sequence[DocumentId], decided: UUID, said: str, held: str) -> Response:
    """Lead to the next fact that is to be decided; documents that go on by the decision are run."""
    if to_run:
        visit.request.app.state.ask_for_run()
    desk = visit.services.desk(JobId(at.job_id), visit.reviewer(), at.search)
    this = next((fact for fact in desk.facts if fact.question_id == decided), None)
    if this and this.undecided:
        return _lead(visit, at, decided, with_pairs(said, this), held, desk)
    following = next_open(at.rows(desk), decided)
    return _lead(visit, at, following.question_id if following else decided, said, held, desk)


def _lead(visit: Visit, at: View, fact_id: UUID | None, said: str, held: str, desk: OnDesk | None = None) -> Response:
    """Lead to a fact; a page with scripts gets it at once, with what of the list it does not hold yet."""
    if not part_of(visit.request):
        return visit.go(at.url(fact_id), said=said)
    made = show_document(visit, at, fact_id, desk=desk, held=held, said=said)
    made.headers["HX-Push-Url"] = at.url(fact_id)
    return made


@router.post(PATH + "/decide")
def decide_fact(
    visit: ToReview,
    at: AView,
    fact_id: FactId,
    status: Annotated[DecidedStatus, Form()],
    seen: Annotated[str, Form(max_length=40)],
    version: Version,
    reason: Text = "",
    held: Held = "",
) -> Response:
    """Approve or reject one fact, as it was seen."""
    where = _document(visit, at)
    by = visit.reviewer(reason, {fact_id: Seen(seen, version)})
    try:
        change = visit.services.review.decide_facts(where, [fact_id], status, by=by)
    except ChangedMeanwhileError as error:
        if _is_done(error, by, status):
            return _go_on(visit, at, (), fact_id, f"{_DONE[status]}.", held)
        return _too_late(visit, at, fact_id, error, {"reason": reason} if reason else None, held)
    return _go_on(visit, at, change.to_run, fact_id, f"{_DONE[status]}.", held)


@router.post(PATH + "/resolve")
def resolve_pair(
    visit: ToReview,
    at: AView,
    fact_id: FactId,
    pair_id: FactId,
    resolution: Annotated[Resolution, Form()],
    seen: Annotated[str, Form(max_length=40)],
    version: Version,
    held: Held = "",
) -> Response:
    """Decide a pair of near-duplicates, as it was seen."""
    where = _document(visit, at)
    by = visit.reviewer(expected={pair_id: Seen(seen, version)})
    try:
        change = visit.services.review.resolve(where, resolution, [pair_id], by=by)
    except ChangedMeanwhileError as error:
        if _is_done(error, by, resolution):
            return _go_on(visit, at, (), fact_id, f"{_RESOLVED[resolution]}.", held)
        return _too_late(visit, at, fact_id, error, None, held)
    return _go_on(visit, at, change.to_run, fact_id, f"{_RESOLVED[resolution]}.", held)


_RESOLVED = {
    Resolution.KEEP_EXISTING: "The earlier one is kept; the new one is left out",
    Resolution.REPLACE_EXISTING: "The new one takes the place of the earlier one",
    Resolution.KEEP_BOTH: "Both are kept",
    Resolution.NOT_DUPLICATE: "They differ: nobody is asked about them again",
}


@router.post(PATH + "/edit")
def edit_fact(
    visit: ToReview,
    at: AView,
    fact_id: FactId,
    seen: Annotated[str, Form(max_length=40)],
    version: Version,
    question: Text = "",
    answer: Text = "",
    statement: Text = "",
    reason: Text = "",
    held: Held = "",
) -> Response:
    """Put a fact into other words; what was typed stays if somebody was faster."""
    where = _document(visit, at)
    typed = {"question": question.strip(), "answer": answer.strip(), "statement": statement.strip()}
    by = visit.reviewer(reason, {fact_id: Seen(seen, version)})
    words = {name: text or None for name, text in typed.items()}
    try:
        change = visit.services.review.edit(where, fact_id, words, by=by)
    except ChangedMeanwhileError as error:
        return _too_late(visit, at, fact_id, error, typed | {"reason": reason}, held)
    said = "Edited." if change.changed else "Nothing was changed."
    if change.to_run:
        visit.request.app.state.ask_for_run()
    return _lead(visit, at, fact_id, said, held)


def _is_done(error: ChangedMeanwhileError, by: Reviewer, wanted: str) -> bool:
    """Return whether it is this reviewer's own decision that was faster: the button was pressed twice."""
    return all(one.who == by.by and one.status == wanted for one in error.changed)


def _too_late(
    visit: Visit, at: View, fact_id: UUID, error: ChangedMeanwhileError, typed: dict[str, str] | None, held: str
) -> Response:
    """Show the fact as it is now, who was faster, and what had been typed, to be sent again or not."""
    return show_document(
        visit,
        at,
        fact_id,
        edit=bool(typed and "answer" in typed),
        held=held,
        status=409,
        conflict=too_late(error, visit.people),
        typed=typed,
    )


@router.post(PATH + "/undo")
def undo(visit: ToReview, at: AView, held: Held = "") -> Response:
    """Take back the reviewer's last decision here that stands."""
    where, by = _document(visit, at), visit.reviewer()
    change = visit.services.review.undo_last(where, by=by)
    desk = visit.services.desk(JobId(at.job_id), by, at.search)
    facts = {fact.question_id for fact in desk.facts}
    subject = next((one for one in change.changed if one in facts), None) or _of_pair(visit, where, change)
    return _lead(visit, at, subject, "Taken back.", held, desk)


def _of_pair(visit: Visit, where: OfDocument, change: Change) -> UUID | None:
    pairs = visit.services.review.pairs(where, visit.services.realm_id)
    return next((pair.staged for pair in pairs if pair.duplicate_id in change.changed), None)


@router.get(PATH + "/approve")
def confirm_approval(visit: ToReview, at: AView) -> Response:
    """Show what an approval of the rest would publish, before it is taken."""
    services = visit.services
    desk = services.desk(JobId(at.job_id), visit.reviewer())
    where = OfDocument(desk.job.document_id)
    return visit.page(
        "review_approve.html",
        job=desk.job,
        at=at,
        undecided=sum(fact.undecided for fact in desk.facts),
        preview=services.bulk.preview(where, services.realm_id, QuestionFilter(), QuestionStatus.APPROVED),
        ledger=ledger_of(desk.facts),
        version=services.review.seen(where, visit.reviewer()).version,
        window=MOST_S,
    )


@router.post(PATH + "/approve")
def approve_rest(visit: ToReview, at: AView, version: Version, reason: Text = "") -> Response:
    """Approve the facts that nobody has decided; the document goes on in ten seconds, unless it is taken back."""
    return _park(visit, at, Decision.APPROVE, version, reason)


@router.post(PATH + "/reject")
def reject_document(visit: ToReview, at: AView, version: Version, reason: Text = "") -> Response:
    """Publish nothing new of the document."""
    return _park(visit, at, Decision.REJECT, version, reason)


def _park(visit: Visit, at: View, decision: Decision, version: int, reason: str) -> Response:
    expected = Seen(JobStage.MATCHING_REVIEW, version)
    return park(visit, at.job_id, Request(decision, visit.reviewer(reason), expected=expected), at.url())
