"""One stream for an open page: names of what has changed, for which the page fetches what it shows."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Annotated

from fastapi import Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook
from pipeline_core.api.counted_stream import CountedStream
from pipeline_core.api.realm_events import realm_events
from pipeline_core.domain.rows.jobs import RealmEvent

router = console_router()
_REST_S = 0.3
"""Between two batches of names: of many events at once a page hears once."""
_PING_S = 15
_LARGEST_ID = 2**63 - 1
_ASKS_A_PERSON = frozenset({"matching_review_needed", "validation_review_needed", "questions_staged"})


@router.get("/live")
async def live(
    visit: ToLook, last_event_id: Annotated[str | None, Header(max_length=20)] = None
) -> EventSourceResponse:
    """Tell what changes in the realm, as names: ``jobs``, ``review``, ``batches``, ``documents``, ``realm``, and
    ``job-…``, ``batch-…`` with an id."""
    streams = visit.services.streams
    after = min(int(last_event_id), _LARGEST_ID) if last_event_id and last_event_id.isdecimal() else None
    stream_id = await run_in_threadpool(streams.open)
    events = realm_events(
        visit.services,
        visit.request.app.state.event_hub,
        named=[visit.services.realm_id],
        after=after,
        until=visit.user.until,
        keep=partial(streams.keep, stream_id),
    )
    return CountedStream(
        _names(events),
        close=partial(streams.close, stream_id),
        ping=_PING_S,
        ping_message_factory=lambda: ServerSentEvent(comment="still here"),
    )


async def _names(events: AsyncIterator[list[RealmEvent]]) -> AsyncIterator[ServerSentEvent]:
    async for rows in events:
        last = str(max(row.event_id for row in rows))
        for name in names_of(rows):
            yield ServerSentEvent("", id=last, event=name)
        await asyncio.sleep(_REST_S)


def names_of(rows: Sequence[RealmEvent]) -> list[str]:
    """Return the names of what these events change, each once."""
    return list(dict.fromkeys(name for row in rows for name in _of(row)))


def _of(row: RealmEvent) -> Iterator[str]:
    yield row.topic
    if row.code in _ASKS_A_PERSON or row.type in ("finalized", "restarted"):
        yield "review"
    if row.topic == "review" and row.job_id:
        yield "jobs"
    if row.job_id:
        yield f"job-{row.job_id}"
    if batch_id := row.payload.get("batch_id"):
        yield f"batch-{batch_id}"
