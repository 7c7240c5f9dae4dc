"""A correlation id for every request: the caller's own, if it is a UUID, else a new one."""

from uuid import UUID, uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline_core.domain.ids import CorrelationId

HEADER = "X-Correlation-ID"


def correlation_id_of(request: HTTPConnection) -> str:
    """The request's id."""
    return str(request.scope["state"]["correlation_id"])


def as_correlation_id(request: HTTPConnection) -> CorrelationId:
    """The request's id, for events and jobs."""
    return CorrelationId(UUID(correlation_id_of(request)))


class CorrelationMiddleware:
    """Sets the id, returns it, and puts it into every line that is logged meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = _given(Headers(scope=scope).get(HEADER, "")) or str(uuid4())
        scope.setdefault("state", {})["correlation_id"] = correlation_id

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            await self._app(scope, receive, answer)


def _given(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
