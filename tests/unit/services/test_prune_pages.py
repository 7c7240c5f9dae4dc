"""Pages that are kept go by age, and the oldest first where they are too much together."""

from datetime import UTC, datetime, timedelta

from pipeline_core.services.prune_pages import PrunePages
from tests.support.memory_store import MemoryObjectStore


def store_of(**days_ago: int) -> MemoryObjectStore:
    store = MemoryObjectStore()
    for name, days in days_ago.items():
        store.put(f"pages/{name}", b"x" * 100)
        store.written[f"pages/{name}"] = datetime.now(UTC) - timedelta(days=days)
    store.put("documents/a", b"x" * 1000)
    return store


def test_what_is_too_old_goes() -> None:
    store = store_of(old=40, new=2)
    assert PrunePages(store)(max_bytes=10_000, max_days=30) == 1
    assert list(store.list("")) == ["documents/a", "pages/new"]


def test_of_too_much_the_oldest_go() -> None:
    store = store_of(oldest=25, older=12, newer=3, newest=0)
    assert PrunePages(store)(max_bytes=250, max_days=30) == 2
    assert list(store.list("pages/")) == ["pages/newer", "pages/newest"]


def test_what_is_within_the_limits_stays() -> None:
    assert PrunePages(store_of(a=1, b=2))(max_bytes=200, max_days=30) == 0
