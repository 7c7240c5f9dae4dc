"""Documents: a filtered list in which many are set at once, and a place to drop files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from fastapi import Form, Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from pipeline_core.api.console.accepted import ACCEPTED, KINDS
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, ToReview, Visit
from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.api.document_filters import Matching
from pipeline_core.api.pagination import decode, encode
from pipeline_core.domain.document_filter import DeepScanFilter, DocumentFilter
from pipeline_core.domain.dual_status import StagingStatus, StatusEffect, effect_of
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.reasons import MIN_REASON
from pipeline_core.domain.wording import counted
from pipeline_core.review.meant import MOST_DOCUMENTS, DocumentsMeant
from pipeline_core.review.parking import MOST_S
from pipeline_core.review.withdrawing import said_of
from pipeline_core.services.dual_status import effect_of_changes, read_status

router = console_router()
_PAGE = 50
_SHOWN_LEAVING = 50
_MANY = frozenset({"status", "deep_scan", "state", "phase", "type", "tag"})
_CHOICES = {
    "set_selected": StagingStatus.SELECTED,
    "set_maybe": StagingStatus.MAYBE,
    "set_not_a_fit": StagingStatus.NOT_A_FIT,
    "set_archived": StagingStatus.ARCHIVED,
}
"""The statuses that buttons set, by their keys."""
Ids = Annotated[list[UUID] | None, Form()]
Kept = Annotated[str, Form(max_length=2000)]
Count = Annotated[int | None, Form(ge=0)]


@router.get("/documents")
def documents(visit: ToLook, cursor: Annotated[str, Query(max_length=200)] = "") -> Response:
    """List the documents that match the filters of the query, newest first."""
    return page(visit, _asked(visit.request.url.query), cursor)


@router.get("/documents/{document_id}/state")
def document_state(document_id: UUID, visit: ToLook) -> Response:
    """Return the cell of a row that says where a document stands."""
    rows = visit.services.views.documents_page(
        [visit.services.realm_id], DocumentFilter(), document_ids=[DocumentId(document_id)], limit=1
    )
    return visit.page("document_state.html", row=rows[0]) if rows else Response(status_code=204)


@router.post("/documents/effect")
def effect(visit: ToReview, document_id: Ids = None, all_matching: Count = None, filters: Kept = "") -> Response:
    """Say what each status would do to the documents that are selected, before it is pressed."""
    matching, ids = _meant(document_id, all_matching, filters)
    rows = visit.services.views.statuses_of(visit.services.realm_id, matching=matching, document_ids=ids)
    now = [(row.staging_status, row.deep_scan_status) for row in rows]
    return visit.page(
        "effect.html",
        section="Documents",
        number=len(rows),
        selected=effect_of(StagingStatus.SELECTED, now).in_words,
        others=effect_of(StagingStatus.MAYBE, now).in_words,
        choices=_CHOICES,
        document_ids=ids,
        all_matching=all_matching,
        filters=filters,
    )


@router.post("/documents/status")
def set_status(
    visit: ToReview,
    status: Annotated[str, Form(max_length=40)],
    document_id: Ids = None,
    all_matching: Count = None,
    filters: Kept = "",
) -> Response:
    """Set the documents that are selected, or all that match, and say what followed."""
    matching, ids = _meant(document_id, all_matching, filters)
    if matching is None and not ids:
        raise RefusedError("No document is selected.", action="Select some, or all that match.")
    service, realm_id = visit.services.dual_status, visit.services.realm_id
    given: dict[str, Any] = {"by": visit.services.person.shown, "correlation_id": as_correlation_id(visit.request)}
    changes = (
        service.set_status(ids, status, realm_id=realm_id, **given)
        if matching is None
        else service.set_matching(matching, status, realm_id=realm_id, expected=all_matching, **given)
    )
    done = effect_of_changes(changes)
    if done.queued:
        visit.request.app.state.ask_for_run()
    return visit.go(_path(filters), said=_said(done, read_status(status) or status, len(changes)))


@router.get("/documents/withdrawal")
def withdrawal(
    visit: ToReview, document_id: Annotated[list[UUID] | None, Query(max_length=MOST_DOCUMENTS)] = None
) -> Response:
    """Show what would leave production with these documents, before it does."""
    return _foreseen(visit, _named(document_id, None, ""), "")


@router.post("/documents/withdrawal")
def withdrawal_of_selected(
    visit: ToReview, document_id: Ids = None, all_matching: Count = None, filters: Kept = ""
) -> Response:
    """Show the same of the documents that are selected in the list, or that match."""
    return _foreseen(visit, _named(document_id, all_matching, filters), filters)


def _foreseen(visit: Visit, meant: DocumentsMeant, filters: str) -> Response:
    leaving = visit.services.withdraw.foresee_meant(meant, by=visit.reviewer())
    return visit.page(
        "withdraw_many.html",
        section="Documents",
        leaving=leaving,
        facts=sum(one.facts for one in leaving),
        chunks=sum(one.chunks for one in leaving),
        taken_over=sum(one.taken_over for one in leaving),
        shown=_SHOWN_LEAVING,
        filters=filters,
        least=MIN_REASON,
        window=MOST_S,
        back=_path(filters),
    )


@router.post("/documents/withdraw")
def withdraw(
    visit: ToReview, document_id: Ids = None, filters: Kept = "", reason: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    """Take the documents out of production in ten seconds, all or none; each can be taken back until then."""
    by = replace(visit.reviewer(), reason=reason.strip())
    parked = visit.services.parking.park_withdrawals(_named(document_id, None, filters), by, MOST_S)
    many = counted(len(parked), "document is", "documents are")
    told = said_of([one for _, one in parked], would=True)
    at = f"{parked[0][0].due_at:%H:%M:%S} UTC"
    return visit.go(_path(filters), said=f"At {at} {many} withdrawn: {told}. On its page each can be taken back.")


def _named(document_ids: Sequence[UUID] | None, all_matching: int | None, filters: str) -> DocumentsMeant:
    matching, ids = _meant(document_ids, all_matching, filters)
    if matching is None and not ids:
        raise RefusedError("No document is selected.", action="Select some, or all that match.")
    return DocumentsMeant(ids, matching, all_matching)


def page(
    visit: Visit, asked: Mapping[str, Any], cursor: str = "", *, outcomes: Sequence[tuple[str, str, str]] = ()
) -> Response:
    """Render the list, with what became of files that were sent: the name of each, the outcome, and why."""
    matching = read_filter(asked)
    views, realms = visit.services.views, [visit.services.realm_id]
    rows = views.documents_page(realms, matching, before=decode(cursor) if cursor else None, limit=_PAGE + 1)
    shown, is_more = rows[:_PAGE], len(rows) > _PAGE
    filters = urlencode(asked, doseq=True)
    return visit.page(
        "documents.html",
        section="Documents",
        rows=shown,
        total=views.documents_total(realms, matching),
        next_path=_path(filters, encode((shown[-1].created_at, shown[-1].document_id))) if is_more else "",
        asked=asked,
        filters=filters,
        statuses=list(StagingStatus),
        deep_scans=list(DeepScanFilter),
        states=list(JobState),
        choices=_CHOICES,
        accepted=ACCEPTED,
        kinds=KINDS,
        settings=visit.services.settings,
        outcomes=outcomes,
    )


def read_filter(asked: Mapping[str, Any]) -> DocumentFilter:
    """Return the filter that a form asks for.

    Raises:
        RequestValidationError: a value is none of those that there are.
    """
    try:
        return Matching.model_validate(asked).filter()
    except ValidationError as error:
        wrong = [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(wrong) from None


def _asked(query: str) -> dict[str, Any]:
    """The fields of the filter that say something; a form sends the empty ones too."""
    fields = parse_qs(query)
    known = {name: values for name, values in fields.items() if name in Matching.model_fields}
    return {name: values if name in _MANY else values[-1] for name, values in known.items()}


def _meant(
    document_ids: Sequence[UUID] | None, all_matching: int | None, filters: str
) -> tuple[DocumentFilter | None, list[DocumentId]]:
    if all_matching is not None:
        return read_filter(_asked(filters)), []
    return None, [DocumentId(one) for one in document_ids or ()]


def _path(filters: str, cursor: str = "") -> str:
    query = "&".join(filter(None, (filters, f"cursor={cursor}" if cursor else "")))
    return f"/documents?{query}" if query else "/documents"


def _said(done: StatusEffect, status: str, number: int) -> str:
    queued, back, on = done.queued, done.taken_back, done.under_way
    scans = [
        (queued, counted(queued, "deep scan is", "deep scans are") + " queued"),
        (
            back,
            counted(back, "deep scan", "deep scans")
            + f" that had not begun {'was' if back == 1 else 'were'} taken back",
        ),
        (on, counted(on, "deep scan has begun and goes", "deep scans have begun and go") + " on"),
    ]
    told = "; ".join(text for how_many, text in scans if how_many)
    return f"{counted(number, 'document is', 'documents are')} {status}{f': {told}' if told else ''}."
