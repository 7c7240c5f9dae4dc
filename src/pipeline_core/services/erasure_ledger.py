"""A ledger of the erasures that have begun, kept beside the objects: a backup that is put back does not take it away.

It holds ids, who asked and why, and keyed fingerprints once an erasure is done; never content.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import orjson

from pipeline_core.domain.errors import ObjectNotFoundError
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.ports.object_store import ObjectStore

PREFIX = "erasures/"
_KEPT = ("erasure_id", "scope", "realm_id", "person_id", "document_ids", "batch_ids", "asked_by", "asked_by_name",
         "reason", "begun_at", "certificate")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErasureLedger:
    """One object an erasure. No upkeep removes it, and no backup has it or replaces it."""

    store: ObjectStore

    def enter(self, erasure: Erasure) -> None:
        """Keep that it has begun, or its certificate."""
        row = {name: value for name, value in asdict(erasure).items() if name in _KEPT}
        self.store.put(f"{PREFIX}{erasure.erasure_id}.json", orjson.dumps(row, default=str))

    def entry(self, erasure_id: UUID) -> dict[str, Any] | None:
        """One of them; None: the store knows of none."""
        try:
            found: dict[str, Any] = orjson.loads(self.store.get(f"{PREFIX}{erasure_id}.json"))
        except ObjectNotFoundError:
            return None
        return found

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every erasure that has begun, as far as the store knows."""
        for key in self.store.list(PREFIX):
            try:
                yield orjson.loads(self.store.get(key))
            except ObjectNotFoundError:
                continue
