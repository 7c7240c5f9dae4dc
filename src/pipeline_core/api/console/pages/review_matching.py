"""Matching review: the facts of a document, one of them with its source, and the keys that decide it."""

from uuid import UUID

from starlette.responses import Response

from pipeline_core.api.console.desk import Order, Show, proof_line
from pipeline_core.api.console.evidence import evidence_page
from pipeline_core.api.console.held_list import HeldNow
from pipeline_core.api.console.list_view import AView, View
from pipeline_core.api.console.open_document import OpenDocument
from pipeline_core.api.console.passages import Passage, passage
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, Visit, part_of
from pipeline_core.api.console.whole_document import decided
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobState, Outcome
from pipeline_core.domain.review import StagedFact
from pipeline_core.review.desk import OnDesk

router = console_router()
PATH = REVIEW_PAGES[2].format("{job_id}")


@router.get(PATH)
def review_matching(
    visit: ToLook,
    at: AView,
    fact: UUID | None = None,
    edit: bool = False,
    larger: bool = False,
    held: HeldNow = "",
) -> Response:
    """Show the document; scripts get the parts of the page that they ask for, and nothing if they hold them."""
    return show_document(visit, at, fact, edit=edit, larger=larger, held=held)


def show_document(
    visit: Visit,
    at: View,
    fact_id: UUID | None,
    *,
    desk: OnDesk | None = None,
    edit: bool = False,
    larger: bool = False,
    held: str = "",
    status: int = 200,
    said: str = "",
    **more: object,
) -> Response:
    """Render the page with this fact in the middle, or what of it a script asks for.

    Args:
        visit: The visit of the page.
        at: The list as it is open.
        fact_id: The fact; None for the first that is to be decided.
        desk: The document, if it has been read.
        edit: Whether its words are edited.
        larger: Whether its evidence is shown at twice the size.
        held: Marks of what the page shows already.
        status: Of the answer.
        said: What an action has done.
        more: What went wrong with it, and what was typed.
    """
    part = part_of(visit.request)
    shown = OpenDocument.of(visit, at, fact_id, desk)
    is_get = visit.request.method == "GET"
    if is_get and held and held == shown.mark_of(part):
        return Response(status_code=204)
    fact, job = shown.looked.fact, shown.desk.job
    # whoever walks the list by keys takes the fact and its source alone
    brings_list = not (is_get and part in ("fact", "shown", "source"))
    brings_fact = part != "ledger"
    return visit.page(
        "review_part.html" if part in ("fact", "shown", "source", "ledger") else "review_matching.html",
        status,
        said=said,
        job=job,
        at=at,
        rows=shown.rows,
        current=shown.current,
        index=shown.index,
        fact_shown=fact,
        fact_mark=shown.fact_mark,
        pairs=shown.pairs,
        parked=shown.parked,
        is_open=shown.is_open,
        others=shown.looked.others,
        undoable=shown.looked.undoable if shown.is_open else None,
        ahead=shown.ahead if brings_fact else "",
        # reached by name, as not every answer needs it
        document=shown,
        brings_list=brings_list,
        brings_fact=brings_fact,
        new_blocks=shown.held.new_to(held) if part and brings_list else None,
        edit=edit,
        proof=proof_line(fact) if fact else None,
        passage=_passage(visit, job.document_id, fact, shown.looked.chunk) if fact and shown.looked.chunk else None,
        source=evidence_page(visit, job.document_id, fact.question_id, link=at.url, larger=larger)
        if fact and brings_fact
        else None,
        larger=larger,
        decided="" if shown.is_open or not brings_list else decided(visit, job.document_id, shown.parked),
        may_decide=shown.is_open and visit.may("reviewer"),
        may_take_in=job.state == JobState.DONE and job.outcome == Outcome.PUBLISHED and visit.may("reviewer"),
        shows=Show,
        orders=Order,
        **{"typed": None, "conflict": None, **more},
    )


def _passage(visit: Visit, document_id: UUID, fact: StagedFact, chunk: Chunk) -> Passage | None:
    return passage(chunk, fact.evidence, visit.services.source_texts.header_above(DocumentId(document_id), chunk))
