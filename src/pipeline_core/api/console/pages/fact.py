"""A fact walked back: from what is published to the person or rule, the passage, the page, the file and the run."""

from uuid import UUID

from starlette.responses import Response

from pipeline_core.api.console.edited_words import ShownEdits, shown_edits
from pipeline_core.api.console.evidence import EvidenceShown, evidence_page
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, Visit
from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.provenance import Provenance
from pipeline_core.domain.text import as_read

router = console_router()

_DONE = {
    "matches_approved": "approved the document",
    "validation_overridden": "overrode its findings",
    "returned_to_matching": "returned the document to matching review",
    "document_rejected": "rejected the document",
    "fact_approved": "approved it",
    "fact_rejected": "rejected it",
    "fact_edited": "put it into other words",
    "fact_added": "added it",
    "fact_undone": "took the last decision back",
    "pair_resolved": "decided its pair",
    "pair_undone": "took the decision about its pair back",
    "question_edited": "put it into other words",
    "question_undone": "took the last decision back",
    "questions_approved": "approved it",
    "questions_rejected": "rejected it",
    "duplicates_resolved": "decided its pair",
    "batch_imported": "imported its batch",
}
"""Decisions in words, by the codes of their events."""


@router.get("/facts/{fact_id}")
def fact(fact_id: UUID, visit: ToLook, larger: bool = False) -> Response:
    """Show the steps back from a fact, each of which opens."""
    traced = visit.services.trace_fact(fact_id)
    return visit.page(
        "fact.html",
        section="Search",
        traced=traced,
        origin=traced.origin,
        confidence=in_words(traced.origin.confidence, traced.origin.confidence_reasons),
        done=_DONE,
        edits=_edits(traced),
        shown=_evidence(visit, traced, larger),
        larger=larger,
    )


def _edits(traced: Provenance) -> ShownEdits | None:
    """The edits of the fact; None if it has not been edited."""
    origin = traced.origin
    if origin.edited_by is None:
        return None
    return shown_edits(traced.decisions, origin, str if origin.document_id else as_read)


def _evidence(visit: Visit, traced: Provenance, larger: bool) -> EvidenceShown | None:
    """The evidence; None of a question of a bank, and where the file is stored no more."""
    origin = traced.origin
    if origin.document_id is None:
        return None
    try:
        return evidence_page(
            visit, origin.document_id, origin.question_id, link=lambda one: f"/facts/{one}", larger=larger
        )
    except NotFoundError:
        return None
