"""Objects that no row names: what crashes left behind, and what belonged to documents that are gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.object_keys import without_filename
from pipeline_core.ports.object_store import ObjectStore

log = structlog.stdlib.get_logger(__name__)
_SLICE = 1000
PREFIX = "documents/"
CHECKS = "checks/"
"""Prefix at which ``ObjectStore.check`` writes and removes an object; one that stays was left by a dead process."""


@dataclass(frozen=True, slots=True)
class OrphanObjects:
    """Removes objects that no row names, or that checks of the store left, and that were not written lately.

    An object is written before its row. The grace period is for that, and is to be longer than any run; an object
    that is written again in the very moment of its removal is found missing by the stage that reads it first.
    """

    store: ObjectStore
    open_uow: OpenUnitOfWork
    grace: timedelta

    def remove(self, grace: timedelta | None = None) -> list[str]:
        """Return the keys of those removed: what is older than ``grace``, else as set.

        Raises:
            StoreUnavailableError, DatabaseUnavailableError: what is removed by then stays so; call it again.
        """
        removed: list[str] = []
        grace = self.grace if grace is None else grace
        old = self.store.written_before(PREFIX, datetime.now(UTC) - grace)
        while keys := list(islice(old, _SLICE)):
            removed += self._remove(keys, grace)
        for key in self.store.written_before(CHECKS, datetime.now(UTC) - grace):
            self.store.delete(key)
            removed.append(key)
        if unfinished := self.store.remove_unfinished(datetime.now(UTC) - grace):
            log.warning("unfinished_objects_removed", count=unfinished)
        if removed:
            log.warning("orphan_objects_removed", count=len(removed), first=without_filename(removed[0]))
        return removed

    def _remove(self, keys: Sequence[str], grace: timedelta) -> Iterator[str]:
        with self.open_uow() as uow:
            if uow.upkeep.are_objects_held():
                log.warning("orphan_objects_left", what="a backup is under way")
                return
            unnamed = uow.upkeep.unnamed(keys)
        for key in unnamed:
            # looked at once more: somebody may have written it since the listing
            if key in self.store.written_before(key, datetime.now(UTC) - grace):
                self.store.delete(key)
                yield key
