"""Review: the menu's entry leads to what has waited longest; its number is counted live."""

from uuid import UUID

from starlette.responses import HTMLResponse, Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook

router = console_router()


@router.get("/review")
def review(visit: ToLook, after: UUID | None = None) -> Response:
    """Lead to what has waited longest, or to what waits ``after`` a document or bank; else to the dashboard."""
    if found := visit.next_waiting(after):
        return visit.go(found.page)
    return visit.go("/dashboard", said=f"Nothing{' else' if after and visit.waiting else ''} waits for a person.")


@router.get("/waiting")
def waiting(visit: ToLook) -> Response:
    """Return the number of documents that wait, for the menu."""
    return HTMLResponse(str(visit.waiting))
