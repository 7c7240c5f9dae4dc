"""Pruning history: events of the work, the audit trail, and changes that can no longer be undone."""

from dataclasses import dataclass

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork

log = structlog.stdlib.get_logger(__name__)
_SLICE = 5000
_SLICES = 400
"""Two million events a call at most; the next call goes on."""


@dataclass(frozen=True, slots=True)
class PruneHistory:
    """Removes in short transactions; what jobs under way, status and reviews read is kept."""

    open_uow: OpenUnitOfWork

    def events(self, *, work_days: int, audit_days: int) -> int:
        """Remove events of jobs that have been at rest for so many days; 0 keeps for ever. Returns how many.

        ``work_days`` is for what workers did, ``audit_days`` for everything else: uploads, decisions, publishing,
        exports, downloads, changes of webhooks, models and settings. What was removed is itself an event.

        Raises:
            DatabaseUnavailableError: what is removed by then stays so; call it again.
        """
        if not (work_days or audit_days):
            return 0
        removed, last_seen = 0, 0
        for _ in range(_SLICES):
            with self.open_uow() as uow:
                gone, seen = uow.upkeep.prune_events(last_seen, _SLICE, work_days=work_days, audit_days=audit_days)
                uow.commit()
            removed += gone
            if seen is None:
                break
            last_seen = seen
        if removed:
            self._tell("events_pruned", {"count": removed, "work_days": work_days, "audit_days": audit_days})
        return removed

    def versions(self, days: int) -> int:
        """Forget facts, passages and versions that left production before so many days; 0 keeps for ever.

        Returns how many rows. What was removed is itself an event.

        Raises:
            DatabaseUnavailableError: what is removed by then stays so; call it again.
        """
        removed = 0
        for _ in range(_SLICES if days else 0):
            with self.open_uow() as uow:
                gone = uow.upkeep.prune_memory(days, _SLICE)
                uow.commit()
            removed += gone
            if not gone:
                break
        if removed:
            self._tell("versions_pruned", {"count": removed, "version_days": days})
        return removed

    def sizes(self) -> dict[str, int]:
        """Bytes of the tables that grow with time, and of the whole ``database``."""
        with self.open_uow() as uow:
            return uow.upkeep.history_sizes()

    def _tell(self, code: str, payload: dict[str, int]) -> None:
        with self.open_uow() as uow:
            uow.upkeep.tell_pruned(code, payload)
            uow.commit()
        log.info(code, count=payload["count"])


def forget_changes(open_uow: OpenUnitOfWork) -> None:
    """Keep no longer what reviewers have changed that has gone on, and so cannot be undone; its events stay."""
    with open_uow() as uow:
        uow.changes.forget()
        uow.commit()
