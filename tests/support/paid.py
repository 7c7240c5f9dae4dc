"""Paid calls over a database and an object store that are not there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pipeline_core.domain.spending import Budgets
from pipeline_core.services.paid_calls import PaidCalls
from pipeline_core.services.pending_results import PendingResults
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM
from tests.support.memory_store import MemoryObjectStore

CALL, TOKEN, RUN_ID = UUID(int=0xCA11), UUID(int=0x70CE), UUID(int=0x9)


class _Worker:
    name = "worker-1"


def paid_calls(
    answers: Mapping[str, Any] | None = None, *, store: MemoryObjectStore | None = None, save_s: float = 5.0
) -> tuple[PaidCalls, FakeDatabase, MemoryObjectStore]:
    """Calls for which every key is free and every budget wide, unless ``answers`` say otherwise."""
    store = store or MemoryObjectStore()
    database = FakeDatabase(
        {
            "spending.is_orphaned": False,
            "spending.claim": lambda keys, **_: set(keys),
            "spending.reserve": CALL,
            **(answers or {}),
        }
    )
    calls = PaidCalls(database, _Worker, Budgets(RUN_ID), REALM, PendingResults(store), save_s)  # type: ignore[arg-type]
    return calls, database, store
