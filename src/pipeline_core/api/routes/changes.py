"""The feed of changes: what came to production and what left it, for whoever keeps an index of their own in step."""

import time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.deps import Services
from pipeline_core.api.event_hub import EventHub
from pipeline_core.api.problems import responses
from pipeline_core.api.realm_events import LARGEST_ID
from pipeline_core.bootstrap import UserServices
from pipeline_core.domain.rows.feed import ChangeCursor, KnowledgeChange
from pipeline_core.services.feed import MOST_CHANGES, Changes

router = APIRouter(prefix="/api/v2/changes", tags=["changes"])
MOST_WAIT_S = 30
_LOOK_EVERY_S = 2.0
_MOST_MARK = 8000
"""Characters: a mark names the transactions that were under way."""
Mark = Annotated[
    str | None,
    Query(
        max_length=_MOST_MARK,
        description="The `next_cursor` of an earlier answer, or `now`. Default: all that is kept, or, with `cursor`, "
        "from where that has confirmed",
    ),
]
Name = Annotated[
    str | None,
    Query(
        max_length=64,
        description="A name under which the server remembers how far you have come; with `since`, you confirm by this "
        "that you have what came before",
    ),
]


class ChangesAnswer(BaseModel):
    """Some changes in their order."""

    items: list[KnowledgeChange]
    next_cursor: str = Field(description="To send as `since` once you have these: then you get what came after them")
    has_more: bool = Field(description="There are more by now")


@router.get("", summary="Follow what changes", responses=responses(409, 410))
async def list_changes(
    request: Request,
    services: Services,
    since: Mark = None,
    cursor: Name = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES, description="The most changes")] = 100,
    wait: Annotated[float, Query(ge=0, le=MOST_WAIT_S, description="Seconds to wait if there is nothing yet")] = 0,
) -> ChangesAnswer:
    """Changes of one realm, each once and in the order of its document, however late a transaction was committed: what
    came to production (`published`), changed there (`changed`), was replaced by a newer version elsewhere
    (`replaced`), withdrawn or erased, with the ids of facts that came, went, or are other than before."""
    feed, realm_id = services.feed, services.realm_id
    page = await run_in_threadpool(feed.read, realm_id, since=since, cursor=cursor, limit=limit)
    if not page.items and wait:
        hub: EventHub = request.app.state.event_hub
        page = await _next_page(services, hub, request, page, limit=limit, until=time.monotonic() + wait)
    return ChangesAnswer(items=list(page.items), next_cursor=page.mark.text, has_more=page.has_more)


async def _next_page(
    services: UserServices, hub: EventHub, request: Request, page: Changes, *, limit: int, until: float
) -> Changes:
    """Wait for the first changes after an empty page; a wait counts as an event stream of the user's."""
    stream_id = await run_in_threadpool(services.streams.open)
    try:
        with hub.following([services.realm_id]) as follower:
            while not page.items and (left := until - time.monotonic()) > 0:
                await follower.wait(min(_LOOK_EVERY_S, left))
                if await request.is_disconnected():
                    break
                look = partial(services.feed.read, services.realm_id, since=page.mark.text, limit=limit)
                page = await run_in_threadpool(look)
    finally:
        await run_in_threadpool(services.streams.close, stream_id)
    return page


@router.get("/cursors", summary="List your cursors")
def list_change_cursors(services: Services) -> list[ChangeCursor]:
    """Your consumers in this realm that the server knows by a name, and how far each has confirmed."""
    return services.feed.cursors(services.realm_id)


@router.delete("/cursors/{name}", status_code=204, summary="Forget a cursor")
def forget_change_cursor(name: Annotated[str, Path(max_length=200)], services: Services) -> None:
    """The server no longer remembers how far this consumer has come."""
    services.feed.forget(services.realm_id, name)


@router.get("/{change_id}", summary="Get a change")
def get_change(change_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], services: Services) -> KnowledgeChange:
    """One change with every id: a message to a webhook has the first hundred of each kind."""
    return services.feed.one(services.realm_id, change_id)
