"""Versions of a document: what changed from one to another, and going back to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated
from uuid import UUID

from fastapi import Form, Query
from starlette.responses import Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, ToReview
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.reasons import MIN_REASON
from pipeline_core.domain.rows.versions import VersionFact
from pipeline_core.domain.version_diff import Reworded
from pipeline_core.domain.word_diff import Piece, word_diff
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.review.parking import MOST_S
from pipeline_core.review.reverting import said_of

router = console_router()
PATH = "/documents/{document_id}/versions"
REVERT = "/documents/{document_id}/revert/{number}"
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class ShownRewording:
    """A fact before and after, what only one of them says marked."""

    before: VersionFact
    after: VersionFact
    old: Sequence[Piece]
    new: Sequence[Piece]


@router.get(PATH)
def versions(
    document_id: UUID,
    visit: ToLook,
    older: Annotated[Number, Query(alias="from")] = None,
    newer: Annotated[Number, Query(alias="to")] = None,
) -> Response:
    """Show the versions of a document, and what changed between two of them."""
    services = visit.services
    found = services.versions(DocumentId(document_id))
    diff = services.versions.diff(DocumentId(document_id), older, newer) if found else None
    return visit.page(
        "versions.html",
        section="Documents",
        document=services.views.document(DocumentId(document_id)),
        versions=found,
        diff=diff,
        reworded=[_shown(pair) for pair in diff.reworded] if diff else (),
        before={one.number: other.number for one, other in pairwise(found)},
    )


@router.get(REVERT)
def confirm(document_id: UUID, number: int, visit: ToReview) -> Response:
    """Show what would come and go with a version, before it does."""
    found = visit.services.revert.foresee(DocumentId(document_id), number, by=visit.reviewer())
    return visit.page(
        "revert.html",
        section="Documents",
        found=found,
        told=said_of(found, would=True),
        least=MIN_REASON,
        window=MOST_S,
    )


@router.post(REVERT)
def revert(
    document_id: UUID,
    number: int,
    visit: ToReview,
    reason: Annotated[str, Form(max_length=20_000)] = "",
    duplicates: Annotated[Resolution | None, Form()] = None,
) -> Response:
    """Go back to a version in ten seconds, unless it is taken back."""
    by = replace(visit.reviewer(), reason=reason.strip())
    request = Request(Decision.REVERT, by, duplicates, version=number)
    kept, foreseen = visit.services.parking.park(DocumentId(document_id), request, MOST_S)
    told = f"At {kept.due_at:%H:%M:%S} UTC it goes back to version {number}: {foreseen.message}."
    return visit.go(f"/jobs/{kept.job_id}", said=told)


def _shown(pair: Reworded) -> ShownRewording:
    return ShownRewording(pair.before, pair.after, *word_diff(_said(pair.before), _said(pair.after)))


def _said(fact: VersionFact) -> str:
    return fact.statement or " ".join(filter(None, (fact.question, fact.answer)))
