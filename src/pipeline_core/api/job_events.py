"""A job's events as a stream that ends when the job does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.counted_stream import CountedStream
from pipeline_core.bootstrap.users import UserServices
from pipeline_core.domain.errors import NotFoundError, TransientError, over_http
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.rows.jobs import EventMark, JobEvent
from pipeline_core.domain.rows.record import Record
from pipeline_core.services.event_streams import KEEP_EVERY_S

_EVERY_S = 0.5
_PING_S = 15
_ENDED = {JobState.DONE, JobState.DEADLETTER}


async def follow(services: UserServices, job_id: JobId, after: int, until: float) -> CountedStream:
    """Events that came after this one, each with its id, so that a reader can go on where it was cut off.

    Raises:
        NotFoundError: the user has no such job; before the stream begins.
        LimitExceededError: the user has as many streams open as may be.
    """
    streams = services.streams
    await run_in_threadpool(services.views.job_state, job_id)
    mark = await run_in_threadpool(services.views.job_event_mark, job_id, after)
    stream_id = await run_in_threadpool(streams.open)
    return CountedStream(
        _events(services, partial(streams.keep, stream_id), job_id, mark, until),
        close=partial(streams.close, stream_id),
        ping=_PING_S,
        ping_message_factory=lambda: ServerSentEvent(comment="still here"),
    )


async def _events(
    services: UserServices, keep: Callable[[], None], job_id: JobId, mark: EventMark, until: float
) -> AsyncIterator[ServerSentEvent]:
    kept = time.monotonic()
    while time.time() < until:
        try:
            if time.monotonic() - kept > KEEP_EVERY_S:
                kept = time.monotonic()
                await run_in_threadpool(keep)
            state, rows, mark = await run_in_threadpool(services.views.job_events, job_id, mark)
        except NotFoundError as error:
            yield ServerSentEvent(_text(over_http(error.as_stored())), event="gone")
            return
        except TransientError:
            # whoever follows comes back, and goes on after the last event
            return
        for row in rows:
            yield ServerSentEvent(_text(_told(row)), id=str(row.event_id), event=row.type)
        if rows:
            continue
        if state.state in _ENDED:
            yield ServerSentEvent(_text(state), event="end")
            return
        await asyncio.sleep(_EVERY_S)


def _told(event: JobEvent) -> JobEvent:
    """The event with its error's advice for a client of this API."""
    payload = event.payload
    if "code" not in (payload.get("error") or {}):
        return event
    return replace(event, payload={**payload, "error": over_http(payload["error"])})


def _text(row: Record | dict[str, Any]) -> str:
    return orjson.dumps(row, default=str).decode()
