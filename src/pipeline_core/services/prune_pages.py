"""Limits on the size and age of the pages that are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services.page_views import PREFIX

_HALVINGS = 16
"""After so many of them nothing of a year is older than some minutes."""


@dataclass(frozen=True, slots=True)
class PrunePages:
    """Drops the pages that are older than a number of days, and the oldest of those that are too much together."""

    store: ObjectStore

    def __call__(self, *, max_bytes: int, max_days: int) -> int:
        """Return how many objects went. A page that is asked for later is made again."""
        age = timedelta(days=max_days)
        gone = self._drop(age)
        for _ in range(_HALVINGS):
            if sum(size for _, size in self.store.sizes(PREFIX)) <= max_bytes:
                break
            age /= 2
            gone += self._drop(age)
        return gone

    def _drop(self, age: timedelta) -> int:
        return sum(1 for _ in self._dropped(age))

    def _dropped(self, age: timedelta) -> Iterator[str]:
        for key in list(self.store.written_before(PREFIX, datetime.now(UTC) - age)):
            self.store.delete(key)
            yield key
