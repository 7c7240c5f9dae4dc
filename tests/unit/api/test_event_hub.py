"""One look for all who follow: whoever follows a realm is rung when something happened there."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from pipeline_core.api import event_hub
from pipeline_core.api.console.live import names_of
from pipeline_core.api.event_hub import EventHub, Follower
from pipeline_core.domain.errors import DatabaseUnavailableError
from pipeline_core.domain.ids import JobId, RealmId
from pipeline_core.domain.rows.jobs import RealmEvent, RealmNews
from pipeline_core.domain.rows.record import Record
from tests.support.rows import row_of

A, B = RealmId(UUID(int=1)), RealmId(UUID(int=2))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_hub, "_EVERY_S", 0.01)
    monkeypatch.setattr(event_hub, "_AWAY_S", 0.01)


class Events:
    """What the database would say, and how often it was asked."""

    def __init__(self) -> None:
        self.committed: list[RealmId] = [A, B]
        self.looks = 0
        self.is_away = False

    def read(self, seen: str | None) -> RealmNews:
        self.looks += 1
        if self.is_away:
            raise DatabaseUnavailableError
        return RealmNews(str(len(self.committed)), self.committed[int(seen) :] if seen else [])


async def _rung(follower: Follower, within_s: float) -> bool:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await follower.wait(within_s)
    return loop.time() - begun < within_s


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await asyncio.wait_for(work(), 10)

    # in a thread of its own: a browser's tests leave a loop running in this one
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, main()).result()


def test_followers_are_rung_for_their_realms() -> None:
    events = Events()
    hub = EventHub(events.read)

    async def work() -> None:
        with hub.following([A]) as ann, hub.following([B]) as bob:
            assert await _rung(ann, 1), "at first, for what it may have missed"
            assert await _rung(bob, 1)
            events.committed.append(A)
            assert await _rung(ann, 1)
            assert not await _rung(bob, 0.1)
            events.is_away = True
            assert not await _rung(ann, 0.1)
            events.committed.append(A)
            events.is_away = False
            assert await _rung(ann, 1), "of what happened meanwhile"

    run(work)


def test_nobody_looks_when_nobody_follows() -> None:
    events = Events()
    hub = EventHub(events.read)

    async def work() -> None:
        with hub.following([A]) as follower:
            await follower.wait(1)
        await asyncio.sleep(0.1)
        looks = events.looks
        await asyncio.sleep(0.1)
        assert events.looks == looks
        with hub.following([A]) as follower:
            assert await _rung(follower, 1)

    run(work)
    run(work)  # in another loop


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"type": "review", "code": "fact_approved", "job_id": JobId(UUID(int=3))}, ["review", "jobs", "job-"]),
        (
            {"type": "parked", "code": "matching_review_needed", "job_id": JobId(UUID(int=3))},
            ["jobs", "review", "job-"],
        ),
        (
            {"type": "uploaded", "code": "questions_staged", "payload": {"batch_id": "b"}},
            ["batches", "review", "batch-b"],
        ),
        (
            {"type": "review", "code": "decision_parked", "job_id": JobId(UUID(int=3))},
            ["review", "jobs", "job-", "whole-"],
        ),
        ({"type": "realm", "code": "member_added"}, ["realm"]),
        ({"type": "source", "code": "source_synced"}, ["realm", "sources"]),
    ],
)
def test_names_that_pages_hear(given: dict[str, object], names: list[str]) -> None:
    given = {"payload": {}, "document_id": UUID(int=4) if "job_id" in given else None, "job_id": None, **given}
    event = row_of(RealmEvent, **given)
    assert isinstance(event, Record)
    heard = [name.replace(str(UUID(int=3)), "") for name in names_of(event)]
    assert heard == names
