"""Liveness and readiness of the service."""

from collections.abc import Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from pipeline_core.api.auth import OptionalUser
from pipeline_core.api.deps import ThePipeline
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import PipelineError, ServiceUnavailableError
from pipeline_core.ports.rate_limits import RateLimits
from pipeline_core.services.free_space import check_free_space

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Part(BaseModel):
    """One part that work depends on; ``detail`` only for who is signed in."""

    ready: bool
    required: bool
    detail: str | None = None


class Readiness(BaseModel):
    """Ready when every required part is."""

    ready: bool
    parts: dict[str, Part]


@router.get("/health", summary="Check liveness")
async def health() -> Health:
    """Answers as long as the process does; asks nothing else."""
    return Health()


@router.get(
    "/ready",
    summary="Check readiness",
    openapi_extra={"security": [{}, {"HTTPBearer": []}]},
    responses={503: {"model": Readiness, "description": "A part that uploads need is unavailable"}},
)
def ready(request: Request, response: Response, pipeline: ThePipeline, user: OptionalUser) -> Readiness:
    """Database, object store, the counts of limits, free space and Prefect, each by name. Without Prefect uploads are
    queued all the same."""
    parts: dict[str, Part] = {}
    for name, (required, check) in _PARTS.items():
        try:
            check(pipeline, request)
            parts[name] = Part(ready=True, required=required)
        except PipelineError as error:
            parts[name] = Part(ready=False, required=required, detail=error.message if user else None)
    is_ready = all(part.ready for part in parts.values() if part.required)
    if not is_ready:
        response.status_code = 503
    return Readiness(ready=is_ready, parts=parts)


def _database(pipeline: Pipeline, _request: Request) -> None:
    pipeline.monitoring.check()


def _store(pipeline: Pipeline, _request: Request) -> None:
    pipeline.store.exists("checks/ready")


def _prefect(_pipeline: Pipeline, request: Request) -> None:
    if not request.app.state.orchestrator_is_up():
        raise ServiceUnavailableError("Prefect does not answer: jobs wait in the queue.")


def _limits(_pipeline: Pipeline, request: Request) -> None:
    limits: RateLimits = request.app.state.rate_limits
    limits.check()


def _space(pipeline: Pipeline, _request: Request) -> None:
    check_free_space(pipeline.settings, pipeline.store)


_PARTS: Mapping[str, tuple[bool, Callable[[Pipeline, Request], None]]] = {
    "database": (True, _database),
    "store": (True, _store),
    "limits": (True, _limits),
    "space": (True, _space),
    "prefect": (False, _prefect),
}
