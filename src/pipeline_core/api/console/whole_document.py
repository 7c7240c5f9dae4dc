"""Decisions about a whole document: each can be taken back for some seconds, and leads to what waits next."""

from datetime import UTC
from uuid import UUID

from starlette.responses import Response

from pipeline_core.api.console.visits import Visit
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.review import OfDocument
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import Request
from pipeline_core.review.document_scope import DECISIONS, in_words
from pipeline_core.review.parking import MOST_S


def park(visit: Visit, job_id: UUID, request: Request, otherwise: str) -> Response:
    """Decide, and lead to what waits next; ``otherwise`` is the page if nothing else waits."""
    services = visit.services
    following = visit.next_waiting(job_id)  # once it is decided, it has no place among what waits
    job = services.views.job_detail(JobId(job_id))
    kept, foreseen = services.parking.park(job.document_id, request, MOST_S)
    due = kept.due_at.astimezone(UTC)
    said = f"{job.filename}: {foreseen.message}, carried out at {due:%H:%M:%S} UTC; until then it can be taken back. "
    if following is None:
        return visit.go(otherwise, said=said + "Nothing else waits.")
    left = counted(visit.waiting, "thing still waits", "things still wait")
    return visit.go(f"{following.page}?before={job_id}", said=f"{said}{left}.")


def decided(visit: Visit, document_id: UUID, parked: ParkedShown | None) -> str:
    """Say who decided what about the document as a whole, when and why; "" where nobody did."""
    if parked is not None and parked.is_due:
        by, due = visit.people.who(parked.by, start=True), parked.due_at.astimezone(UTC)
        return f"{by} decided “{parked.decision}”: it is carried out at {due:%H:%M:%S} UTC."
    past = visit.services.review.history(OfDocument(DocumentId(document_id)), visit.services.realm_id)
    last = next((one for one in reversed(past) if one.code in DECISIONS), None)
    return f"{visit.people.sentence(in_words(last))}." if last else ""
