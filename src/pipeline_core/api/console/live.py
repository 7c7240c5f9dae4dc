"""Events as names: a page that is open hears what has changed, and fetches that part of itself."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.console.routing import ConsoleRoute
from pipeline_core.api.console.sessions import signed_in
from pipeline_core.api.counted_stream import CountedStream
from pipeline_core.api.realm_events import LARGEST_ID, realm_events
from pipeline_core.api.storable import RefuseUnstorable
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.lifecycle import EventType
from pipeline_core.domain.rows.jobs import RealmEvent
from pipeline_core.review.document_scope import DECISIONS

_ASKS = frozenset(
    {
        "matching_review_needed",
        "validation_review_needed",
        "questions_staged",
        "questions_compared",
        "file_vanished",
        "file_returned",
        "vanishing_waits",
        "vanishing_confirmed",
        "vanishing_refused",
    }
)
"""Events after which something else may wait for a person."""
_OF_WHOLE = frozenset({"decision_parked", "decision_undone", "parked_decision_refused", *DECISIONS})
"""Events after which nobody, or everybody again, decides about the parts of a document."""
router = APIRouter(include_in_schema=False, route_class=ConsoleRoute, dependencies=[RefuseUnstorable])
_PING_S = 15
_TOGETHER_S = 0.3
"""Events of a topic that follow each other within this are told once: a run of a stage leaves dozens."""


@router.get("/live")
async def live(
    request: Request,
    after: Annotated[int | None, Query(ge=0, le=LARGEST_ID)] = None,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> CountedStream:
    """Tell the names of what happens in the visitor's realms, until the session ends.

    It begins ``after`` the newest event of when the page was made, or after the last one that was told before the
    connection was lost: nothing falls between a page and its stream.
    """
    user = await run_in_threadpool(signed_in, request)
    pipeline: Pipeline = request.app.state.pipeline
    services = pipeline.for_user(user.person)
    stream_id = await run_in_threadpool(services.streams.open)
    events = realm_events(
        services,
        request.app.state.event_hub,
        after=min(int(last_event_id), LARGEST_ID) if last_event_id.isdecimal() else after,
        until=min(user.until, time.time() + 24 * 3600),
        keep=partial(services.streams.keep, stream_id),
    )
    return CountedStream(
        _told_together(events),
        close=partial(services.streams.close, stream_id),
        ping=_PING_S,
        ping_message_factory=lambda: ServerSentEvent(comment="still here"),
    )


def names_of(event: RealmEvent) -> list[str]:
    """Return the names under which pages listen: the topic, the job or batch by its id, and what else is changed."""
    names = [event.topic]
    if event.code in _ASKS or event.type in (EventType.FINALIZED, EventType.RESTARTED):
        names.append("review")
    if event.type == EventType.SOURCE:
        names.append("sources")
    if event.job_id:
        names += ["jobs", f"job-{event.job_id}"]
        names += [f"whole-{event.job_id}"] if event.code in _OF_WHOLE else []
    if batch_id := event.payload.get("batch_id"):
        names += ["batches", f"batch-{batch_id}"]
    return list(dict.fromkeys(names))


async def _told_together(events: AsyncIterator[RealmEvent]) -> AsyncIterator[ServerSentEvent]:
    """Each name at most once in ``_TOGETHER_S``, and never lost; the id is that of the last event until then."""
    heard: asyncio.Queue[RealmEvent | None] = asyncio.Queue()

    async def listen() -> None:
        try:
            async for event in events:
                heard.put_nowait(event)
        finally:
            heard.put_nowait(None)

    listening, last = asyncio.create_task(listen()), 0
    try:
        while (event := await heard.get()) is not None:
            await asyncio.sleep(_TOGETHER_S)
            together, last = set(names_of(event)), max(last, event.event_id)
            while not heard.empty():
                if (another := heard.get_nowait()) is None:
                    heard.put_nowait(None)
                    break
                together |= set(names_of(another))
                last = max(last, another.event_id)
            for one in sorted(together):
                yield ServerSentEvent("1", event=one, id=str(last))
    finally:
        listening.cancel()
