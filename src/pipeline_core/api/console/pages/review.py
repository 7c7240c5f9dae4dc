"""Review: the menu's entry leads to what has waited longest; its number is counted live."""

from starlette.responses import HTMLResponse, Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook
from pipeline_core.domain.lifecycle import REVIEW_PAGES

router = console_router()


@router.get("/review")
def review(visit: ToLook) -> Response:
    """Lead to what has waited longest, or to the dashboard if nothing waits."""
    found = visit.services.review.next_waiting(visit.services.realm_id)
    if found is None:
        return visit.go("/dashboard", said="Nothing waits for a person.")
    return visit.go(REVIEW_PAGES[found.phase].format(found.job_id))


@router.get("/waiting")
def waiting(visit: ToLook) -> Response:
    """Return the number of documents that wait, for the menu."""
    return HTMLResponse(str(visit.waiting))
