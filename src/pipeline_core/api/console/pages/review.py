"""Review: the menu's entry leads to what has waited longest; its number is counted live."""

from uuid import UUID

from starlette.responses import HTMLResponse, Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook

router = console_router()


@router.get("/review")
def review(visit: ToLook, besides: UUID | None = None) -> Response:
    """Lead to what has waited longest, ``besides`` a document or bank; or to the dashboard if nothing does."""
    if found := visit.next_waiting(besides):
        return visit.go(found.page)
    return visit.go("/dashboard", said=f"Nothing{' else' if besides and visit.waiting else ''} waits for a person.")


@router.get("/waiting")
def waiting(visit: ToLook) -> Response:
    """Return the number of documents that wait, for the menu."""
    return HTMLResponse(str(visit.waiting))
