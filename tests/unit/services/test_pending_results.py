"""Paid answers that wait in the object store: found by anybody, and no error of the store leaves here."""

from uuid import UUID

import orjson
import pytest

from pipeline_core.domain.errors import StoreUnavailableError
from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.ports.object_store import StoredObject
from pipeline_core.services.kept_answers import KeptFacts
from pipeline_core.services.pending_results import PREFIX, PendingResult, PendingResults, Ticket
from tests.support.memory_store import MemoryObjectStore

TICKET = Ticket(UUID(int=1), UUID(int=2), ("a", "b"))
PENDING = PendingResult(TICKET, Usage(1, 2, 0.25), "answered", KeptFacts("g", UUID(int=9), {"a": Generated(())}))


def test_an_answer_is_found_by_another_process_and_gone_once_it_is_saved() -> None:
    store = MemoryObjectStore()
    PendingResults(store).put(PENDING)
    other = PendingResults(store)
    assert list(other.all()) == [PENDING]
    other.drop(TICKET)
    assert list(other.all(now=True)) == []


def test_the_store_is_not_asked_again_at_once() -> None:
    store = MemoryObjectStore()
    pending = PendingResults(store)
    assert list(pending.all()) == []
    PendingResults(store).put(PENDING)
    assert list(pending.all()) == []
    assert list(pending.all(now=True)) == [PENDING]


def test_what_this_process_has_put_is_looked_for_at_once() -> None:
    pending = PendingResults(MemoryObjectStore())
    assert list(pending.all()) == []
    pending.put(PENDING)
    assert list(pending.all()) == [PENDING]


def test_what_was_put_during_a_look_is_found_by_the_next() -> None:
    pending = PendingResults(MemoryObjectStore())
    pending.put(PENDING)
    other = PENDING._replace(ticket=TICKET._replace(call_id=UUID(int=3)))
    for _ in pending.all():
        pending.put(other)
    assert len(list(pending.all())) == 2


@pytest.mark.parametrize("data", [b"no JSON", b"{}", orjson.dumps({"call_id": "no id"})])
def test_what_cannot_be_read_is_gone_by(data: bytes) -> None:
    store = MemoryObjectStore()
    store.put(f"{PREFIX}broken.json", data)
    pending = PendingResults(store)
    pending.put(PENDING)
    assert list(pending.all()) == [PENDING]


class _AwayStore(MemoryObjectStore):
    def put(self, key: str, data: bytes) -> StoredObject:
        raise StoreUnavailableError(where=key)

    def list(self, prefix: str) -> None:  # type: ignore[override]
        raise StoreUnavailableError(where=prefix)

    def delete(self, key: str) -> None:
        raise StoreUnavailableError(where=key)


def test_no_error_of_the_store_leaves_here() -> None:
    pending = PendingResults(_AwayStore())
    pending.put(PENDING)
    pending.drop(TICKET)
    assert list(pending.all()) == []
