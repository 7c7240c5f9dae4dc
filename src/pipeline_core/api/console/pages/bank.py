"""A question bank: its questions in a table, one open in place, and what brings them to production."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from pipeline_core.api.console.bank_view import ABankView, BankShow, BankView
from pipeline_core.api.console.edited_words import ShownEdits, shown_edits
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, Visit
from pipeline_core.api.pagination import question_cursor, question_position
from pipeline_core.domain.batches import BatchStatus, QuestionStatus
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import OfBatch
from pipeline_core.domain.rows.questions import ListedQuestion
from pipeline_core.domain.text import as_read

router = console_router()
PATH = "/batches/{batch_id}"
ROWS = 50


@router.get(PATH)
def bank(visit: ToLook, at: ABankView, open: UUID | None = None, edit: bool = False) -> Response:
    """Show the bank; a document's batch leads to its review while it waits there."""
    batch = visit.services.views.batch(BatchId(at.batch_id))
    if batch.document_id is not None and batch.needs_person:
        return visit.go(batch.review_url)
    return show_bank(visit, at, open, edit=edit)


def show_bank(
    visit: Visit, at: BankView, question_id: UUID | None, *, edit: bool = False, status: int = 200, **more: object
) -> Response:
    """Render the page with this question open; ``more`` is what an action has to say."""
    services, where = visit.services, OfBatch(BatchId(at.batch_id))
    rows, cursor = rows_of(visit, at)
    shown = next((row for row in rows if row.question_id == question_id), None)
    if question_id and shown is None:
        shown = next(iter(_of_ids(visit, at, [question_id])), None)
        rows = sorted([*rows, *([shown] if shown else [])], key=_place)
    if shown and not shown.is_opened:
        services.bulk.mark_opened(where, [shown.question_id], by=visit.reviewer())
    batch = services.views.batch(BatchId(at.batch_id))
    may_decide = visit.may("reviewer") and batch.document_id is None and batch.status is not BatchStatus.IMPORTING
    return visit.page(
        "bank.html",
        status,
        batch=batch,
        at=at,
        rows=rows,
        total=services.bulk.total(where, services.realm_id, at.filter),
        cursor=cursor,
        shown=shown,
        edits=_edits(visit, where, shown) if shown and not edit else None,
        edit=edit and may_decide,
        may_decide=may_decide,
        to_import=batch.approved - batch.imported,
        undoable=services.desk.undoable(where, visit.reviewer()) if may_decide else None,
        following=following(rows, question_id),
        shows=BankShow,
        **{"typed": None, "conflict": "", **more},
    )


def _edits(visit: Visit, where: OfBatch, shown: ListedQuestion) -> ShownEdits | None:
    """The edits of the question; None if it has not been edited."""
    if shown.edited_by is None:
        return None
    done = visit.services.review.history(where, visit.services.realm_id, shown.question_id)
    return shown_edits(done, shown, as_read)


def rows_of(visit: Visit, at: BankView) -> tuple[list[ListedQuestion], str]:
    """A page of the questions, with those that were decided since it was opened, and the cursor of the next."""
    services, where = visit.services, OfBatch(BatchId(at.batch_id))
    after = question_position(at.cursor) if at.cursor else None
    found = services.bulk.questions(where, services.realm_id, at.filter, after=after, limit=ROWS + 1)
    last = found[ROWS - 1] if len(found) > ROWS else None
    rows = found[:ROWS]
    missing = set(at.kept) - {row.question_id for row in rows}
    if missing and at.show is not BankShow.ALL:
        rows = sorted([*rows, *_of_ids(visit, at, list(missing))], key=_place)
    return rows, question_cursor((last.rank, last.position, last.question_id)) if last else ""


def _of_ids(visit: Visit, at: BankView, ids: Sequence[UUID]) -> list[ListedQuestion]:
    services, where = visit.services, OfBatch(BatchId(at.batch_id))
    return services.bulk.questions(where, services.realm_id, QuestionFilter(ids=ids), limit=len(ids))


def _place(row: ListedQuestion) -> tuple[int, UUID]:
    return row.position, row.question_id


def following(rows: Sequence[ListedQuestion], after: UUID | None) -> ListedQuestion | None:
    """The next question that nobody has decided, from this one on and around the list's end."""
    at = next((n for n, row in enumerate(rows) if row.question_id == after), -1)
    around = (*rows[at + 1 :], *rows[: at + 1])
    return next((row for row in around if row.status is QuestionStatus.PENDING and row.question_id != after), None)
