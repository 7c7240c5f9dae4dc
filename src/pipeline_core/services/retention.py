"""Removing dead letters whose time has passed."""

from dataclasses import dataclass

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.db.upkeep import Purged
from pipeline_core.review.orphans import revive_orphans

log = structlog.stdlib.get_logger(__name__)
_SLICE = 200


@dataclass(frozen=True, slots=True)
class Retention:
    """Removes what has been kept long enough; 0 days keep for ever."""

    open_uow: OpenUnitOfWork
    days: int

    def dead_letters(self, days: int | None = None) -> list[Purged]:
        """Remove documents that have been dead letters for so many days, and of which nothing was ever published.

        ``days`` is as set, unless it is given.

        Their events stay; their objects go with the next removal of orphans. Facts of others that were left out
        because one of these said the same wait again.
        """
        purged: list[Purged] = []
        days = self.days if days is None else days
        while days > 0:
            with self.open_uow() as uow:
                gone = uow.upkeep.purge_dead(days, _SLICE)
                revive_orphans(uow, sorted({item.realm_id for item in gone}))
                uow.commit()
            purged += gone
            if len(gone) < _SLICE:
                break
        for item in purged:
            log.warning("dead_letter_purged", document_id=str(item.document_id))
        return purged
