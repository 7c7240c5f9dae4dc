"""Lists of what waits for a person in the realms that are asked about, and the cost of reviewing."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline_core.api.deps import InEachRealm
from pipeline_core.api.pagination import Page
from pipeline_core.api.ranked_pages import RankedPageCursor
from pipeline_core.domain.rows.review_costs import Acceptance, Pace, RuleOutcome
from pipeline_core.domain.rows.waiting import WaitingKind, WaitingRow

router = APIRouter(prefix="/api/v2/review", tags=["review"])


class ReviewPhase(IntEnum):
    MATCHING = 2
    VALIDATION = 4


class WaitingOrder(StrEnum):
    OLDEST = "oldest"
    USEFUL = "useful"


@dataclass(frozen=True, slots=True)
class WaitingItem(WaitingRow):
    """A document, question bank or source that waits for a person, or a document whose file has vanished."""

    why: Annotated[str, Field(description="Why a person is asked, in one sentence")]
    review_url: Annotated[str, Field(description="The page on which it is decided")]


class WaitingPage(Page[WaitingItem]):
    """Some of what waits, and how much waits in all."""

    total: int = Field(description="The number of documents and banks that wait, on all pages")


class WaitingTotal(BaseModel):
    """The number of documents and banks that wait for a person."""

    total: int


Phases = Annotated[
    list[ReviewPhase] | None, Query(description="Only documents in matching review (2), validation review (4)")
]
Kind = Annotated[WaitingKind | None, Query(description="Only documents, banks, what has vanished, or sources")]


@router.get("/waiting", summary="List what waits for a person, with reasons", response_model=WaitingPage)
def list_waiting(
    realms: InEachRealm,
    cursor: RankedPageCursor,
    phase: Phases = None,
    kind: Kind = None,
    order: Annotated[
        WaitingOrder, Query(description="`oldest`, or `useful`: first what settles the most facts")
    ] = WaitingOrder.OLDEST,
) -> dict[str, Any]:
    """Documents at a gate, question banks to decide or import, documents whose file has vanished (decided by
    `POST /api/v2/documents/{document_id}/keep` or `DELETE /api/v2/documents/{document_id}`) and sources of which much
    is missing (`POST /api/v2/sources/{source_id}/vanishing`), each with since when it waits and why.

    A document about which a decision is parked does not wait."""
    realm_ids, views = [one.realm_id for one in realms], realms[0].views
    rows = views.waiting_page(
        realm_ids,
        phases=phase or (),
        kind=kind,
        by_use=order is WaitingOrder.USEFUL,
        after=cursor.after(order),
        limit=cursor.limit + 1,
    )
    page = cursor.page(rows, order, lambda row: (row.rank, row.waits_since, row.id))
    page["items"] = [WaitingItem(**row, why=row.reason, review_url=row.page) for row in page["items"]]
    return {**page, "total": views.waiting_total(realm_ids, phases=phase or (), kind=kind)}


@router.get("/waiting/count", summary="Count what waits for a person")
def count_waiting(realms: InEachRealm, phase: Phases = None, kind: Kind = None) -> WaitingTotal:
    """The number of documents and banks that wait: cheap enough to ask for on every page."""
    realm_ids = [one.realm_id for one in realms]
    return WaitingTotal(total=realms[0].views.waiting_total(realm_ids, phases=phase or (), kind=kind))


class ReviewCostsAnswer(BaseModel):
    """Time and outcome of people's decisions, from the record."""

    days: int
    everybody: Pace = Field(description="Its times are null while fewer than three people decide")
    mine: Pace = Field(description="Your own; nobody else is told")
    facts: list[Acceptance] = Field(
        description="Facts that were decided one by one, by generator, by confidence, and by why a person was asked"
    )
    findings: list[RuleOutcome] = Field(description="Decisions about critical findings, by rule")


@router.get("/costs", summary="Show what reviewing costs", response_model=ReviewCostsAnswer)
def review_costs(
    realms: InEachRealm,
    days: Annotated[int, Query(ge=1, le=366, description="Number of days up to now")] = 30,
) -> dict[str, Any]:
    """Seconds a decision, and how many facts were accepted, edited or rejected."""
    first = realms[0]
    return first.views.review_costs([one.realm_id for one in realms], first.user_id, days=days)._asdict()
