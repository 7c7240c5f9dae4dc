"""Objects that no row names are removed, unless they were written lately or a backup reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline_core.services.orphan_objects import CHECKS, PREFIX, OrphanObjects
from tests.support.fake_database import FakeDatabase
from tests.support.memory_store import MemoryObjectStore

OLD = datetime.now(UTC) - timedelta(days=2)
GRACE = timedelta(days=1)


def _store(*old: str, young: tuple[str, ...] = ()) -> MemoryObjectStore:
    store = MemoryObjectStore()
    for key in (*old, *young):
        store.put(key, b"x")
    store.written.update(dict.fromkeys(old, OLD))
    return store


def _orphans(store: MemoryObjectStore, **answers: Any) -> tuple[OrphanObjects, FakeDatabase]:
    database = FakeDatabase({"upkeep.are_objects_held": False, "upkeep.unnamed": list, **answers})
    return OrphanObjects(store, database, GRACE), database


def test_old_objects_that_no_row_names_go() -> None:
    store = _store(f"{PREFIX}a", f"{PREFIX}b", "others/c", young=(f"{PREFIX}d",))
    orphans, database = _orphans(store, **{"upkeep.unnamed": lambda keys: [key for key in keys if key != f"{PREFIX}b"]})
    assert orphans.remove() == [f"{PREFIX}a"]
    assert sorted(store.objects) == [f"{PREFIX}b", f"{PREFIX}d", "others/c"]
    assert database.given("upkeep.unnamed") == [{"keys": [f"{PREFIX}a", f"{PREFIX}b"]}]


def test_what_checks_of_the_store_left_goes_too() -> None:
    store = _store(f"{CHECKS}a", young=(f"{CHECKS}b",))
    assert _orphans(store)[0].remove() == [f"{CHECKS}a"]
    assert list(store.objects) == [f"{CHECKS}b"]


def test_the_grace_is_as_set_unless_it_is_given() -> None:
    store = _store(f"{PREFIX}a")
    assert _orphans(store)[0].remove(timedelta(days=3)) == []
    assert list(store.objects) == [f"{PREFIX}a"]


def test_while_a_backup_is_under_way_nothing_that_a_row_may_have_named_goes() -> None:
    store = _store(f"{PREFIX}a")
    orphans, database = _orphans(store, **{"upkeep.are_objects_held": True})
    assert orphans.remove() == []
    assert "upkeep.unnamed" not in database.names
    assert list(store.objects) == [f"{PREFIX}a"]


def test_an_object_that_was_written_again_since_the_listing_stays() -> None:
    store = _store(f"{PREFIX}a")

    def unnamed(keys: list[str]) -> list[str]:
        store.put(f"{PREFIX}a", b"again")
        return keys

    assert _orphans(store, **{"upkeep.unnamed": unnamed})[0].remove() == []
    assert store.objects == {f"{PREFIX}a": b"again"}


def test_objects_are_looked_at_a_slice_at_a_time() -> None:
    orphans, database = _orphans(_store(*(f"{PREFIX}{n:04}" for n in range(1001))))
    assert len(orphans.remove()) == 1001
    assert [len(given["keys"]) for given in database.given("upkeep.unnamed")] == [1000, 1]
