"""Limits on the size and age of cached answers, vectors and pages."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.services.prune_pages import PrunePages
from pipeline_core.settings import Settings


@dataclass(frozen=True, slots=True)
class PruneCaches:
    """Brings the caches back to their size and age, and settles the paid calls that dead workers left."""

    settings: Settings
    open_uow: OpenUnitOfWork
    settle_dead: Callable[[], int]
    prune_pages: PrunePages

    def __call__(self, days: int | None = None) -> dict[str, int]:
        """Return how many went, by cache. ``days`` is the age, else the settings' own."""
        settled = self.settle_dead()
        max_bytes, max_days = self.settings.cache_max_mb * 1024 * 1024, days or self.settings.cache_max_days
        with self.open_uow() as uow:
            gone = uow.caches.prune(max_bytes=max_bytes, max_days=max_days)
            uow.commit()
        pages = self.prune_pages(max_bytes=max_bytes, max_days=max_days)
        return {**gone, "pages": pages, "calls_settled": settled}
