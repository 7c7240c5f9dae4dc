"""The event streams of a user are counted against a limit, where there is one."""

import pytest

from pipeline_core.domain.errors import LimitExceededError
from pipeline_core.domain.ids import UserId
from pipeline_core.services.event_streams import KEEP_EVERY_S, OpenStreams
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM


def _streams(most: int, *, is_open: bool = True) -> tuple[OpenStreams, FakeDatabase]:
    database = FakeDatabase({"event_streams.open": is_open})
    return OpenStreams(database, REALM, UserId(REALM), most), database


def test_a_stream_is_counted_kept_and_closed_by_its_id() -> None:
    streams, database = _streams(3)
    stream_id = streams.open()
    streams.keep(stream_id)
    streams.close(stream_id)
    calls = [f"event_streams.{name}" for name in ("open", "keep", "close")]
    assert database.names == [calls[0], "commit", calls[1], "commit", calls[2], "commit"]
    assert {given["stream_id"] for name in calls for given in database.given(name)} == {stream_id}
    # one that is kept in time is never taken to be gone
    assert database.given("event_streams.keep")[0]["lease_s"] > 2 * KEEP_EVERY_S


def test_one_too_many_is_refused_and_not_counted() -> None:
    streams, database = _streams(3, is_open=False)
    with pytest.raises(LimitExceededError, match="3 event streams may be open at a time") as refused:
        streams.open()
    assert (refused.value.limit, refused.value.retry_after_s) == ("event_streams", 5)
    assert "commit" not in database.names


def test_without_a_limit_nothing_is_counted() -> None:
    streams, database = _streams(0)
    stream_id = streams.open()
    streams.keep(stream_id)
    streams.close(stream_id)
    assert database.names == []
