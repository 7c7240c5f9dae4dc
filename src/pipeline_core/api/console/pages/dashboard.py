"""The dashboard: what waits, where everything stands, what failed, how fast it goes, and what reviewing costs."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from pipeline_core.api.console.accepted import ACCEPTED
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook
from pipeline_core.domain.errors import explain
from pipeline_core.domain.rows.overview import Bucket
from pipeline_core.domain.rows.review_costs import Grouping

router = console_router()
_ROWS = 12
_DEAD = 6
_DAYS, _REVIEW_DAYS = 7, 30
_REASONS = {
    "low_confidence": "Left out: low confidence",
    "evidence_scattered_on_page": "Left out: quote scattered over its page",
    "near_duplicate": "Looks like another",
    "medium_confidence": "Medium confidence",
    "not_asked": "Certain, or named by validation",
}
"""Why a person was asked, in words."""


_SHOWN = {Bucket.DAY: _DAYS, Bucket.HOUR: 24}


@router.get("/dashboard")
def dashboard(
    visit: ToLook, order: Annotated[str, Query(pattern="^(oldest|useful)$")] = "oldest", by: Bucket = Bucket.DAY
) -> Response:
    """Show what waits for the visitor first."""
    views, realms = visit.services.views, [visit.services.realm_id]
    overview = views.overview(realms, days=_DAYS, by=by, dead=_DEAD)
    ended = overview.throughput[-_SHOWN[by] :]
    costs = views.review_costs(realms, visit.services.user_id, days=_REVIEW_DAYS)
    return visit.page(
        "dashboard.html",
        section="Dashboard",
        order=order,
        waits=views.waiting_page(realms, by_use=order == "useful", limit=_ROWS),
        overview=overview,
        dead=[(one, explain(one.last_error)) for one in overview.dead],
        dead_total=sum(one.jobs for one in overview.dead_codes),
        most_in_phase=max(1, *(one.total for one in overview.phases)),
        by=by,
        ended=ended,
        most_ended=max(1, *(one.published + one.not_published + one.dead for one in ended)),
        slowest=max((one.p95_s for one in overview.stages), default=0) or 1,
        costs=costs,
        groups=[(one, [row for row in costs.facts if row.kind == one]) for one in Grouping],
        reasons=_REASONS,
        accepted=ACCEPTED,
    )


@router.get("/dashboard/changes")
def changes(visit: ToLook, total: int) -> Response:
    """Say whether more or fewer wait than an open page shows; its list stays as it is."""
    return visit.page("changes.html", more=visit.waiting - total, total=total)
