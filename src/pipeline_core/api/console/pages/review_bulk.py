"""Many facts at once: what is selected, or all that are listed, is shown in samples before it is decided."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.desk import Show
from pipeline_core.api.console.list_view import AView
from pipeline_core.api.console.pages.review_decisions import DecidedStatus
from pipeline_core.api.console.pages.review_matching import PATH
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToReview
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.lifecycle import JobStage
from pipeline_core.domain.question_filter import QuestionFilter
from pipeline_core.domain.review import OfDocument, Seen
from pipeline_core.domain.wording import counted

router = console_router()
_MOST = 5000
_S = QuestionStatus
_DECIDABLE = sorted(set(_S) - {_S.DUPLICATE})
"""What says the same as another fact is decided by itself."""
_NAMED = {Show.APPROVED: [_S.APPROVED, _S.IMPORTED], Show.REJECTED: [_S.REJECTED], Show.LEFT_OUT: [_S.LEFT_OUT]}
"""Lists that name what became of their facts; of all in another list, only what is undecided is meant."""


@router.post(PATH + "/bulk")
def decide_many(
    visit: ToReview,
    at: AView,
    status: Annotated[DecidedStatus, Form()],
    fact_id: Annotated[list[UUID], Form(max_length=_MOST)] = [],  # noqa: B006 - FastAPI copies it
    all_matching: Annotated[bool, Form()] = False,
    version: Annotated[int | None, Form()] = None,
    expected: Annotated[int | None, Form()] = None,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Show what would be decided; sent again with the version that was shown, decide it, all or nothing."""
    services = visit.services
    desk = services.desk(JobId(at.job_id), visit.reviewer(), at.search)
    where = OfDocument(desk.job.document_id)
    wanted = [row.question_id for row in at.rows(desk, keeps=False)] if all_matching else fact_id
    if not wanted:
        raise RefusedError("Nothing is selected.", action="Tick the facts to decide, or all that are listed.")
    matching = QuestionFilter(_NAMED.get(at.show) if all_matching else _DECIDABLE, ids=wanted)
    if version is None:
        preview = services.bulk.preview(where, services.realm_id, matching, status)
        if not preview.total:
            raise RefusedError(f"Nothing of it can be {status}: it is decided, or says the same as another fact.")
        return visit.page(
            "review_bulk.html",
            job=desk.job,
            at=at,
            to=status,
            chosen=() if all_matching else fact_id,
            preview=preview,
            version=services.review.seen(where, visit.reviewer()).version,
        )
    by = visit.reviewer(reason, {where.id: Seen(JobStage.MATCHING_REVIEW, version)})
    change = services.bulk.decide(where, matching, status, by=by, expected=expected)
    if change.to_run:
        visit.request.app.state.ask_for_run()
    return visit.go(at.url(), said=f"{counted(len(change.changed), 'fact')} {status}.")
