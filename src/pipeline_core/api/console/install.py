"""Puts the console into the application."""

from fastapi import APIRouter, FastAPI
from starlette.responses import RedirectResponse, Response

from pipeline_core.api.console import assets, live, sign_in
from pipeline_core.api.console.pages import (
    dashboard,
    documents,
    jobs,
    outputs,
    review,
    review_decisions,
    review_matching,
)

PAGES: tuple[APIRouter, ...] = (
    sign_in.router,
    live.router,
    dashboard.router,
    documents.router,
    jobs.router,
    outputs.router,
    review.router,
    review_matching.router,
    review_decisions.router,
)
_front = APIRouter(include_in_schema=False)


@_front.get("/")
def front() -> Response:
    """Lead to the dashboard."""
    return RedirectResponse("/dashboard", 303)


def install(app: FastAPI) -> None:
    """Add every page, and the files that they need."""
    for router in (_front, assets.router, *PAGES):
        app.include_router(router)
