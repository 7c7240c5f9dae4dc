"""Middleware for every request: a log line, security headers, and limits on size and time."""

import asyncio
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline_core.api.problems import of_defect

log = structlog.get_logger("pipeline_core.api")

SECURE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=63072000; includeSubDomains"


class SecureHeadersMiddleware:
    """Adds the headers that a response has not set itself; HSTS where the request came over TLS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURE_HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", _HSTS)
            await send(message)

        await self._app(scope, receive, answer if scope["type"] == "http" else send)


class AccessLogMiddleware:
    """A line in the log and a number in the metrics for each request. No query, no body, no token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            route = scope.get("route")
            seconds, path = time.perf_counter() - started, getattr(route, "path", "none")
            scope["app"].state.metrics.observe(scope["method"], path, status, seconds)
            log.info(
                "request",
                method=scope["method"],
                route=path,
                status=status,
                ms=round(seconds * 1000, 1),
                user_id=scope.get("state", {}).get("user_id"),
            )


class DefectsMiddleware:
    """Answers an error that nobody foresaw in here: Starlette's own handler is outside of every other middleware, and
    what it answers has none of their headers, so that a browser's page cannot even read it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def answer(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if has_begun:
                raise
            await of_defect(Request(scope), error)(scope, receive, send)


class BoundsMiddleware:
    """Refuses a body that is larger than its route allows, or that does not arrive in time.

    ``max_bytes`` is for every path; those of ``larger`` have bounds of their own. What is declared is refused at
    once, what is not declared when it has grown too large.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int], timeout_s: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._max_bytes)
        declared = Headers(scope=scope).get("content-length", "")
        too_large = HTTPException(413, f"A request to {scope['path']} may have at most {limit:,} bytes.")
        received, ended = 0, False
        deadline = time.monotonic() + self._timeout_s

        async def bounded() -> Message:
            nonlocal received, ended
            if declared.isdecimal() and int(declared) > limit:
                raise too_large
            if ended:
                # a disconnect is waited for as long as the answer takes
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.001, deadline - time.monotonic()))
            except TimeoutError:
                raise HTTPException(408, f"The request did not arrive within {self._timeout_s:g} seconds.") from None
            received += len(message.get("body", b""))
            if received > limit:
                raise too_large
            ended = not message.get("more_body", False)
            return message

        await self._app(scope, bounded, send)
