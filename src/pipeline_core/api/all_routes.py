"""Every route of the API and of the console."""

from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from pipeline_core.api import metrics, problems
from pipeline_core.api.console.install import ROUTERS as CONSOLE
from pipeline_core.api.known_names import RefuseUnknownQuery
from pipeline_core.api.limits import LimitRequests
from pipeline_core.api.routes import (
    bulk,
    changes,
    costs,
    documents,
    dual_status,
    erasing,
    evidence,
    facts,
    health,
    history,
    jobs,
    overview,
    provenance,
    realms,
    review,
    search,
    sources,
    staging,
    undo,
    uploads,
    versions,
    waiting,
    webhooks,
    withdrawing,
)
from pipeline_core.api.storable import RefuseUnstorable

ROUTERS: tuple[APIRouter, ...] = (
    uploads.router,
    jobs.router,
    withdrawing.router,
    documents.router,
    versions.router,
    facts.router,
    evidence.router,
    history.router,
    dual_status.router,
    staging.router,
    bulk.router,
    review.router,
    undo.router,
    waiting.router,
    overview.router,
    search.router,
    costs.router,
    changes.router,
    webhooks.router,
    sources.router,
    realms.router,
    erasing.router,
    provenance.router,
)
"""Those of users: each request is counted against the limits."""


@cache
def all_routes() -> tuple[BaseRoute, ...]:
    """Routes for any application: they hold nothing of a pipeline, and it takes most of a second to make them."""
    # an operation is called as its function is
    whole = APIRouter(redirect_slashes=False, generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        whole.include_router(
            router,
            dependencies=[LimitRequests, RefuseUnknownQuery, RefuseUnstorable],
            responses=problems.responses(401, 403, 404, 422, 429),
        )
    for router in (health.router, metrics.router, *CONSOLE):
        whole.include_router(router)
    return tuple(whole.routes)
