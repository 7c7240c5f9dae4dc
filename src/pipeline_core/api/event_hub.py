"""One look at the database for all event streams of a process: it says in which realms something has happened."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog
from starlette.concurrency import run_in_threadpool

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.jobs import RealmNews
from pipeline_core.domain.traces import describe_error

log = structlog.get_logger("pipeline_core.api")
_EVERY_S = 0.5
_AWAY_S = 5.0


class Follower:
    """Somebody who waits for something to happen in these realms."""

    def __init__(self, realm_ids: Sequence[RealmId]) -> None:
        self.realm_ids = set(realm_ids)
        self._bell = asyncio.Event()

    def ring(self) -> None:
        self._bell.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when something has happened since the last call, or after ``timeout_s`` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), timeout_s)
        self._bell.clear()


class EventHub:
    """Looks as long as somebody follows."""

    def __init__(self, read: Callable[[str | None], RealmNews]) -> None:
        """``read`` gives the realms with events that were committed after this snapshot; for None, none."""
        self._read = read
        self._followers: set[Follower] = set()
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def following(self, realm_ids: Sequence[RealmId]) -> Iterator[Follower]:
        """Ring the follower whenever something happens in one of these realms, until the block ends."""
        follower = Follower(realm_ids)
        self._followers.add(follower)
        if self._looking is None or self._looking.done() or self._looking.get_loop() is not asyncio.get_running_loop():
            self._looking = asyncio.create_task(self._look())
        try:
            yield follower
        finally:
            self._followers.discard(follower)

    async def _look(self) -> None:
        seen = None
        while self._followers:
            try:
                news = await run_in_threadpool(self._read, seen)
            except PipelineError as error:
                log.warning("event_streams_cannot_look", error=describe_error(error))
                await asyncio.sleep(_AWAY_S)
                continue
            for follower in list(self._followers):
                if seen is None or not follower.realm_ids.isdisjoint(news.realm_ids):
                    follower.ring()
            seen = news.seen
            await asyncio.sleep(_EVERY_S)
