"""The limits of requests: by user and endpoint, and by user and job."""

from uuid import UUID

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.auth import CurrentUser, User
from pipeline_core.api.deps import TheSettings
from pipeline_core.domain.errors import LimitExceededError
from pipeline_core.ports.rate_limits import RateLimits
from pipeline_core.settings import Settings

_HOUR_S = 3600
MINUTE_S = 60


async def limit_requests(request: Request, user: CurrentUser, settings: TheSettings) -> None:
    """Count a request of the user to this endpoint.

    Endpoints of reviewing have a limit of their own, ``limit_review``; ``limit_polls`` counts both of its own.

    Raises:
        LimitExceededError: there were as many in an hour as may be.
    """
    route = request.scope["route"]
    if LimitReview in route.dependencies or LimitPolls in route.dependencies or not settings.limit_requests_per_hour:
        return
    await run_in_threadpool(_count_request, request, user, settings)


def _count_request(request: Request, user: User, settings: Settings) -> None:
    name = request.scope["route"].name
    hit(request, "requests_per_hour", f"{user.user_id} {name}", settings.limit_requests_per_hour, _HOUR_S)


def limit_review(request: Request, user: CurrentUser, settings: TheSettings) -> None:
    """Count a request of the user to what a reviewer's keys ask, all of it together.

    An endpoint has this limit, and not that of an hour, if ``LimitReview`` is among the dependencies of its route or
    its router: ``@router.get("…", dependencies=[LimitReview])``.

    Raises:
        LimitExceededError: there were as many in a minute as may be.
    """
    limit = settings.limit_review_requests_per_minute
    hit(request, "review_requests_per_minute", str(user.user_id), limit, MINUTE_S)


def limit_polls(request: Request, user: CurrentUser, settings: TheSettings, job_id: UUID) -> None:
    """Count a look of the user at this job, and a request to its endpoint: in one thread, as polls are frequent.

    Raises:
        LimitExceededError: there were as many in a minute as may be.
    """
    _count_request(request, user, settings)
    hit(request, "polls_per_minute", f"{user.user_id} {job_id}", settings.limit_polls_per_minute, MINUTE_S)


def hit(request: Request, name: str, key: str, limit: int, window_s: int, *, nouns: str = "") -> None:
    """Count one more of ``key``, of which ``limit`` may happen in the window; 0 is no limit. ``nouns`` are the limit in
    words, where its name is none.

    Raises:
        LimitExceededError: it would be one too many.
    """
    if not limit:
        return
    limits: RateLimits = request.app.state.rate_limits
    wait_s = limits.hit(f"{name} {key}", limit=limit, window_s=window_s)
    if wait_s is not None:
        raise LimitExceededError.of(
            name, f"{limit} {nouns or name.replace('_', ' ')} are allowed.", retry_after_s=int(wait_s) + 1
        )


LimitRequests = Depends(limit_requests)
LimitPolls = Depends(limit_polls)
LimitReview = Depends(limit_review)
