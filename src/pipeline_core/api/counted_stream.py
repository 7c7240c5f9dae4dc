"""A stream of events that counts for its user until it has ended, however it ends."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
from anyio import CancelScope
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.traces import describe_error

log = structlog.get_logger("pipeline_core.api")


class CountedStream(EventSourceResponse):
    """Calls ``close`` when the last byte is sent, the client has gone, or the server ends."""

    def __init__(self, events: AsyncIterator[ServerSentEvent], *, close: Callable[[], None], **more: Any) -> None:
        super().__init__(events, **more)
        self._close_count = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # the request may be cancelled by now: that must not cut this off
            with CancelScope(shield=True):
                await run_in_threadpool(self._end)

    def _end(self) -> None:
        try:
            self._close_count()
        except PipelineError as error:
            # it counts until its lease has ended
            log.warning("stream_not_closed", error=describe_error(error))
