"""One contract for every way of counting: PostgreSQL, and the library's storages (here the one in memory)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline_core.adapters.shared_rate_limits import SharedRateLimits
from pipeline_core.db.database import Database
from pipeline_core.db.rate_limits import PostgresRateLimits
from pipeline_core.domain.errors import ConfigurationError, DatabaseUnavailableError
from pipeline_core.domain.sliding_window import retry_after
from pipeline_core.ports.rate_limits import RateLimits

_HOUR_S = 3600


@pytest.fixture(params=["postgres", "memory"])
def limits(request: pytest.FixtureRequest) -> Iterator[RateLimits]:
    if request.param == "memory":
        yield SharedRateLimits("memory://")
        return
    database = Database(request.getfixturevalue("database_url"), role="upload_pipeline_api")
    yield PostgresRateLimits(database)
    database.close()


def test_as_many_as_the_limit_and_no_more(limits: RateLimits) -> None:
    taken = [limits.hit("ann search", limit=3, window_s=_HOUR_S) for _ in range(5)]
    assert taken[:3] == [None] * 3
    for wait_s in taken[3:]:
        assert wait_s is not None
        assert 0 <= wait_s <= 2 * _HOUR_S


def test_keys_and_windows_are_counted_apart(limits: RateLimits) -> None:
    assert limits.hit("ann", limit=1, window_s=_HOUR_S) is None
    assert limits.hit("ann", limit=1, window_s=_HOUR_S) is not None
    assert limits.hit("bob", limit=1, window_s=_HOUR_S) is None
    assert limits.hit("ann", limit=1, window_s=86_400) is None


def test_many_at_once_take_no_more_than_there_are(limits: RateLimits) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: limits.hit("ann", limit=10, window_s=_HOUR_S), range(40)))
    assert taken.count(None) == 10


@pytest.mark.parametrize(
    ("before", "now", "elapsed_s", "wait_s"),
    [
        (0, 10, 15, 45 + 60 * 0.1),  # the window is full: nine of ten count when a tenth of the next has passed
        (10, 5, 15, 60 * 0.6 - 15),  # of the ten before, four may count: after six tenths of this window
        (0, 3, 15, 0),
    ],
)
def test_how_long_to_wait(before: int, now: int, elapsed_s: float, wait_s: float) -> None:
    assert retry_after(before, now, elapsed_s, limit=10, window_s=60) == pytest.approx(wait_s)


def test_a_wrong_store_is_named() -> None:
    with pytest.raises(ConfigurationError, match="nosuch"):
        SharedRateLimits("nosuch://here")


def test_a_database_that_is_away_is_told(free_port: Callable[[], int]) -> None:
    database = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/none", role="")
    with pytest.raises(DatabaseUnavailableError):
        PostgresRateLimits(database).hit("ann", limit=1, window_s=1)
