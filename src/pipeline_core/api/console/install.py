"""Puts the console into the application."""

from fastapi import APIRouter, FastAPI
from starlette.responses import RedirectResponse, Response

from pipeline_core.api.console import assets, live, sign_in
from pipeline_core.api.console.pages import (
    bank,
    bank_decisions,
    batches,
    dashboard,
    document_pages,
    documents,
    duplicates,
    fact,
    jobs,
    missed_fact,
    outputs,
    realm,
    review,
    review_bulk,
    review_decisions,
    review_matching,
    search,
    validate,
)

PAGES: tuple[APIRouter, ...] = (
    sign_in.router,
    live.router,
    dashboard.router,
    documents.router,
    jobs.router,
    outputs.router,
    document_pages.router,
    fact.router,
    missed_fact.router,
    review.router,
    review_bulk.router,
    review_decisions.router,
    validate.router,
    batches.router,
    bank.router,
    bank_decisions.router,
    duplicates.router,
    realm.router,
    review_matching.router,
    search.router,
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
