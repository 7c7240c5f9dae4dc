"""Matching review: the facts of a document, one of them with its source, and the keys that decide it."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from pipeline_core.api.console.desk import (
    Order,
    Show,
    ShownPair,
    grouped,
    ledger_of,
    listed,
    next_open,
    proof_line,
    shown_pair,
)
from pipeline_core.api.console.evidence import evidence_page, image_url
from pipeline_core.api.console.list_view import AView, View
from pipeline_core.api.console.passages import passage
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, Visit, walks
from pipeline_core.api.console.whole_document import decided
from pipeline_core.domain.asking import Asked, why_asked
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobStage, JobState, Outcome
from pipeline_core.domain.review import OfDocument
from pipeline_core.domain.rows.desk import ListedFact
from pipeline_core.review.desk import OnDesk
from pipeline_core.review.scope import SYSTEM

router = console_router()
PATH = REVIEW_PAGES[2].format("{job_id}")


@router.get(PATH)
def review_matching(
    visit: ToLook,
    at: AView,
    fact: UUID | None = None,
    edit: bool = False,
) -> Response:
    """Show the document; scripts that walk the list get the fact and its source alone."""
    return show_document(visit, at, fact, edit=edit)


def show_document(
    visit: Visit, at: View, fact_id: UUID | None, *, edit: bool = False, status: int = 200, **more: object
) -> Response:
    """Render the page with this fact in the middle; ``more`` is what an action has to say."""
    services, by = visit.services, visit.reviewer()
    desk = services.desk(JobId(at.job_id), by)
    job, facts = desk.job, desk.facts
    rows = listed(facts, at.show, at.order, at.opened)
    current = _current(facts, rows, fact_id)
    looked = services.desk.look(job.document_id, current.question_id if current else None, by)
    fact = looked.fact
    parked = desk.parked if desk.parked and desk.parked.is_due else None
    is_open = job.state == JobState.AWAITING_REVIEW and job.stage == JobStage.MATCHING_REVIEW and not parked
    return visit.page(
        "review_matching.html",
        status,
        job=job,
        at=at,
        rows=rows,
        # whoever walks the list by keys takes the fact and its source alone
        groups=[] if walks(visit.request) else grouped(rows, at.order, fact.page_unit if fact else None),
        ledger=ledger_of(facts),
        ledger_undecided=sum(row.undecided for row in facts),
        why=_why(desk),
        current=current,
        index=next((n for n, row in enumerate(rows, 1) if row == current), None),
        fact_shown=fact,
        edit=edit,
        pairs=_pairs(visit, OfDocument(job.document_id), current) if current else [],
        proof=proof_line(fact) if fact else None,
        passage=passage(looked.chunk, fact.evidence) if fact and looked.chunk else None,
        shown=evidence_page(visit, job.document_id, fact.question_id, link=at.url) if fact else None,
        parked=parked,
        decided="" if is_open or walks(visit.request) else decided(visit, job.document_id, parked),
        is_open=is_open,
        may_decide=is_open and visit.may("reviewer"),
        may_take_in=job.state == JobState.DONE and job.outcome == Outcome.PUBLISHED and visit.may("reviewer"),
        others=looked.others,
        undoable=looked.undoable if is_open else None,
        ahead=_ahead(visit, job.document_id, current, next_open(rows, current.question_id) if current else None),
        shows=Show,
        orders=Order,
        **{"typed": None, "conflict": None, **more},
    )


def _pairs(visit: Visit, where: OfDocument, current: ListedFact) -> list[ShownPair]:
    """The pairs of a fact: those that a person decides, and of a duplicate the one by which the system left it out."""
    if not current.pairs and current.status is not QuestionStatus.DUPLICATE:
        return []
    pairs = visit.services.review.pairs(where, visit.services.realm_id)
    own = [pair for pair in pairs if pair.staged == current.question_id]
    return [
        shown_pair(pair) for pair in own if pair.resolved_by != SYSTEM or current.status is QuestionStatus.DUPLICATE
    ]


def _ahead(visit: Visit, document_id: DocumentId, current: ListedFact | None, following: ListedFact | None) -> str:
    """The picture that the next fact will need, if it is another one."""
    if not (current and following and following.page) or following.page == current.page:
        return ""
    has_pictures = visit.services.views.original(document_id).has_pictures
    return image_url(document_id, following.page) if has_pictures else ""


def _why(desk: OnDesk) -> str:
    """The sentence that says why a person is asked."""
    job, facts = desk.job, desk.facts
    asked = Asked(
        job.stage,
        alike=sum(fact.undecided > 0 for fact in facts),
        facts_to_decide=sum(fact.is_unsure for fact in facts),
        returned_for=desk.returned_for,
        pending=sum(fact.status is QuestionStatus.PENDING for fact in facts),
        workflow=job.workflow,
        profile=job.profile,
    )
    return why_asked(asked)


def _current(facts: Sequence[ListedFact], rows: Sequence[ListedFact], fact_id: UUID | None) -> ListedFact | None:
    """The fact that is asked for, else the first to be decided, else the first.

    Raises:
        NotFoundError: the document has no such fact.
    """
    if fact_id is None:
        return next_open(rows, None) or next(iter(rows), None)
    found = next((fact for fact in facts if fact.question_id == fact_id), None)
    if found is None:
        raise NotFoundError(f"The document has no fact {fact_id}.", action="Choose one of its list.")
    return found
