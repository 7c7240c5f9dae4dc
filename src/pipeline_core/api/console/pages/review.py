"""Review: the menu's entry leads to what has waited longest; its number is counted live."""

from starlette.responses import HTMLResponse, Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook

router = console_router()


@router.get("/review")
def review(visit: ToLook) -> Response:
    """Lead to what has waited longest, or to the dashboard if nothing waits."""
    found = visit.services.views.waiting_page([visit.services.realm_id], limit=1)
    return visit.go(found[0].page) if found else visit.go("/dashboard", said="Nothing waits for a person.")


@router.get("/waiting")
def waiting(visit: ToLook) -> Response:
    """Return the number of documents that wait, for the menu."""
    return HTMLResponse(str(visit.waiting))
