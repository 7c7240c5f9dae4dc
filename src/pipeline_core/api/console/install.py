"""The pages of the console, and how it becomes part of the application."""

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
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
    erasing,
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
    sources,
    validate,
    versions,
    withdraw,
)
from pipeline_core.api.console.routing import problem
from pipeline_core.domain.errors import NotFoundError

_front = APIRouter(include_in_schema=False)


@_front.get("/")
def front() -> Response:
    """Lead to the dashboard."""
    return RedirectResponse("/dashboard", 303)


PAGES: tuple[APIRouter, ...] = (
    sign_in.router,
    live.router,
    dashboard.router,
    documents.router,
    jobs.router,
    withdraw.router,
    versions.router,
    erasing.router,
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
    sources.router,
    review_matching.router,
    search.router,
)
ROUTERS: tuple[APIRouter, ...] = (_front, assets.router, *PAGES)
"""Everything of the console, pages and what they need."""


def install(app: FastAPI) -> None:
    """Answer those who read pages by a page where there is none."""
    of_programs = app.exception_handlers[HTTPException]

    async def of_no_page(request: Request, error: Exception) -> Response:
        """An address that is no page is a page for browsers, and a problem for programs."""
        assert isinstance(error, HTTPException)
        if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
            told = "This address is no page." if error.status_code in (404, 405) else str(error.detail)
            return await problem(request, NotFoundError(told, action="Start from the dashboard."), error.status_code)
        answer = of_programs(request, error)
        return answer if isinstance(answer, Response) else await answer

    app.add_exception_handler(HTTPException, of_no_page)
