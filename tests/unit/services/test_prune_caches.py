"""Caches are brought back to their size and age, after the calls of dead workers are settled."""

import pytest

from pipeline_core.services.prune_caches import PruneCaches
from pipeline_core.services.prune_pages import PrunePages
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase
from tests.support.memory_store import MemoryObjectStore


@pytest.mark.parametrize(("given", "days"), [(None, 90), (7, 7)])
def test_the_age_is_as_set_unless_it_is_given(given: int | None, days: int) -> None:
    database = FakeDatabase({"caches.prune": {"facts": 2}})

    def settle_dead() -> int:
        assert database.names == []
        return 3

    prune = PruneCaches(
        Settings(cache_max_mb=5, cache_max_days=90), database, settle_dead, PrunePages(MemoryObjectStore())
    )
    assert prune(given) == {"facts": 2, "pages": 0, "calls_settled": 3}
    assert database.given("caches.prune") == [{"max_bytes": 5 * 1024 * 1024, "max_days": days}]
    assert database.names[-1] == "commit"
