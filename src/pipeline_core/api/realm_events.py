"""Events of all realms of a user, as they happen."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.counted_stream import CountedStream
from pipeline_core.api.event_hub import EventHub, Follower
from pipeline_core.bootstrap.users import UserServices
from pipeline_core.domain.errors import PipelineError, over_http
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.jobs import RealmEvent
from pipeline_core.services.event_streams import KEEP_EVERY_S

LARGEST_ID = 2**63 - 1
_LOOK_EVERY_S = 5.0
_PING_S = 15


async def follow_realms(
    services: UserServices, hub: EventHub, *, named: Sequence[RealmId] = (), after: int | None, until: float
) -> CountedStream:
    """A stream of the user's events that came after this one, or from now on; it ends with the token.

    Args:
        named: only of these realms; without it, of all that the user is a member of at the time.

    Raises:
        LimitExceededError: the user has as many streams open as may be.
    """
    streams = services.streams
    stream_id = await run_in_threadpool(streams.open)
    events = realm_events(services, hub, named=named, after=after, until=until, keep=partial(streams.keep, stream_id))
    return CountedStream(
        _told(events),
        close=partial(streams.close, stream_id),
        ping=_PING_S,
        ping_message_factory=lambda: ServerSentEvent(comment="still here"),
    )


async def realm_events(
    services: UserServices,
    hub: EventHub,
    *,
    named: Sequence[RealmId] = (),
    after: int | None,
    until: float,
    keep: Callable[[], None] = lambda: None,
) -> AsyncIterator[RealmEvent]:
    """Each event once, as they are committed; of those that were told together with event ``after``, some again.

    Ends at ``until``, and when the database is away: whoever follows comes back, and goes on after the last event.
    ``keep`` is called every twenty seconds.
    """
    try:
        realm_ids = named or await run_in_threadpool(_realms_of, services)
        mark = await run_in_threadpool(services.views.event_mark, realm_ids, after)
        with hub.following(realm_ids) as follower:
            kept = time.monotonic()
            while (left := until - time.time()) > 0:
                if time.monotonic() - kept > KEEP_EVERY_S:
                    kept = time.monotonic()
                    await run_in_threadpool(_keep, services, follower, named, keep)
                rows, mark = await run_in_threadpool(services.views.realm_events, sorted(follower.realm_ids), mark)
                for row in rows:
                    yield row
                if not rows:
                    await follower.wait(min(_LOOK_EVERY_S, left))
    except PipelineError:
        return


def _keep(services: UserServices, follower: Follower, named: Sequence[RealmId], keep: Callable[[], None]) -> None:
    keep()
    if not named:
        # somebody may have become a member of another one meanwhile
        follower.realm_ids = set(_realms_of(services))


def _realms_of(services: UserServices) -> list[RealmId]:
    return [realm.realm_id for realm in services.realms.all()]


async def _told(events: AsyncIterator[RealmEvent]) -> AsyncIterator[ServerSentEvent]:
    async for event in events:
        yield ServerSentEvent(_text(_over_http(event)), id=str(event.event_id), event=event.topic)
        # a turn for whoever sees that the reader has gone
        await asyncio.sleep(0)


def _over_http(event: RealmEvent) -> RealmEvent:
    """The event with its error's advice for a client of this API."""
    if "code" not in (event.payload.get("error") or {}):
        return event
    return replace(event, payload={**event.payload, "error": over_http(event.payload["error"])})


def _text(event: RealmEvent) -> str:
    row: dict[str, Any] = {name: event[name] for name in event.keys()}  # noqa: SIM118 - a row is no mapping
    return orjson.dumps(row, default=str).decode()
