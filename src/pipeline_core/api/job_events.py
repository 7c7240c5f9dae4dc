"""A job's events as a stream that ends when the job does."""

import asyncio
import time
from collections.abc import AsyncIterator

import orjson
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pipeline_core.domain.errors import NotFoundError, TransientError, over_http
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.ports.api_views import ApiViews
from pipeline_core.ports.views import Row

_EVERY_S = 0.5
_ENDED = {JobState.DONE, JobState.DEADLETTER}


async def follow(views: ApiViews, job_id: JobId, after: int, until: float) -> AsyncIterator[ServerSentEvent]:
    """Events with a larger id than ``after``, each with its id, so that a reader can go on where it was cut off.

    Raises:
        NotFoundError: the user has no such job; before the stream begins.
    """
    await run_in_threadpool(views.job_state, job_id)
    return _events(views, job_id, after, until)


async def _events(views: ApiViews, job_id: JobId, after: int, until: float) -> AsyncIterator[ServerSentEvent]:
    while time.time() < until:
        try:
            state, rows = await run_in_threadpool(views.events_after, job_id, after)
        except NotFoundError as error:
            yield ServerSentEvent(_text(over_http(error.as_stored())), event="gone")
            return
        except TransientError:
            # whoever follows comes back, and goes on after the last event
            return
        for row in rows:
            after = row["event_id"]
            yield ServerSentEvent(_text(_told(row)), id=str(after), event=row["type"])
        if rows:
            continue
        if state["state"] in _ENDED:
            yield ServerSentEvent(_text(state), event="end")
            return
        await asyncio.sleep(_EVERY_S)


def _told(row: Row) -> Row:
    """The event with its error's advice for a client of this API."""
    payload = row["payload"]
    if "code" not in (payload.get("error") or {}):
        return row
    return {**row, "payload": {**payload, "error": over_http(payload["error"])}}


def _text(row: Row) -> str:
    return orjson.dumps(row, default=str).decode()
