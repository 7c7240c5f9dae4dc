"""One look at the database for all event streams of a process: it says in which realms something has happened."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog
from starlette.concurrency import run_in_threadpool

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.jobs import RealmMark
from pipeline_core.domain.traces import describe_error

log = structlog.get_logger("pipeline_core.api")
LATE_S = 30.0
"""An event may be committed so much later than one with a larger id."""
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

    def __init__(self, read: Callable[[int | None], Sequence[RealmMark]]) -> None:
        """``read`` gives the realms with events after this one; for None, only the newest event of all."""
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
        looks = _Looks()
        while self._followers:
            try:
                rows = await run_in_threadpool(self._read, looks.after)
            except PipelineError as error:
                log.warning("event_streams_cannot_look", error=describe_error(error))
                await asyncio.sleep(_AWAY_S)
                continue
            changed = looks.changed(rows)
            for follower in list(self._followers):
                if changed is None or follower.realm_ids & changed:
                    follower.ring()
            await asyncio.sleep(_EVERY_S)


class _Looks:
    """The past looks: an event is looked for until nothing can come before it any more."""

    def __init__(self) -> None:
        self.after: int | None = None
        self._marks: dict[RealmId, RealmMark] = {}
        self._newest: deque[tuple[float, int]] = deque()

    def changed(self, rows: Sequence[RealmMark]) -> set[RealmId] | None:
        """The realms in which something is new; None, at first, means all of them."""
        if self.after is None:
            self.after = max((row.last_event_id for row in rows), default=0)
            return None
        marks = {row.realm_id: row for row in rows if row.realm_id is not None}
        changed = {realm_id for realm_id, mark in marks.items() if self._marks.get(realm_id) != mark}
        self._marks = marks
        self._forget(max((row.last_event_id for row in rows), default=self.after))
        return changed

    def _forget(self, newest: int) -> None:
        now = time.monotonic()
        self._newest.append((now, newest))
        while self._newest and now - self._newest[0][0] > LATE_S:
            _, self.after = self._newest.popleft()
