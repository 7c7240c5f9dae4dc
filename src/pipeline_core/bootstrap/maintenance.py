"""Looking after an installation: what is kept, checked, backed up and removed."""

import importlib.metadata
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.bootstrap.parts import once
from pipeline_core.bootstrap.services import Services
from pipeline_core.db import vector_indexes
from pipeline_core.db.api_views import ApiViews
from pipeline_core.db.backups import DatabaseBackups
from pipeline_core.db.model_switch import ModelSwitch
from pipeline_core.db.queue_bell import QueueBell
from pipeline_core.db.rate_limits import PostgresRateLimits
from pipeline_core.db.session import Row
from pipeline_core.db.upkeep import analyze
from pipeline_core.ports.queue_runs import QueueRuns
from pipeline_core.services.backup import Backup
from pipeline_core.services.history import PruneHistory
from pipeline_core.services.orphan_objects import OrphanObjects
from pipeline_core.services.queue_watch import QueueWatch
from pipeline_core.services.reembed import Reembed
from pipeline_core.services.repair import Repair
from pipeline_core.services.restore import Restore
from pipeline_core.services.retention import Retention
from pipeline_core.services.upkeep import Chore, Upkeep
from pipeline_core.services.verify import Verify


class Maintenance(Services):
    """Use cases of operators, and what is done from time to time."""

    @once
    def prune_history(self) -> PruneHistory:
        return PruneHistory(self.open_uow)

    @once
    def retention(self) -> Retention:
        return Retention(self.open_uow)

    def prune_caches(self, days: int | None = None) -> dict[str, int]:
        """Bring the caches back to their size and age; settle what dead workers left. Answers with what went.

        ``days`` is the age, else the settings' own.
        """
        settled = self.paid_calls.settle_dead()
        with self.open_uow() as uow:
            gone = uow.caches.prune(
                max_bytes=self.settings.cache_max_mb * 1024 * 1024, max_days=days or self.settings.cache_max_days
            )
            uow.commit()
        return {**gone, "calls_settled": settled}

    @once
    def orphan_objects(self) -> OrphanObjects:
        return OrphanObjects(self.store, self.open_uow)

    @once
    def verify(self) -> Verify:
        return Verify(self.store, self.open_uow, self._orphan_grace)

    @once
    def repair(self) -> Repair:
        return Repair(self.store, self.open_uow, self.orphan_objects, self._orphan_grace)

    @property
    def _orphan_grace(self) -> timedelta:
        return timedelta(hours=self.settings.orphan_grace_h)

    @once
    def backup(self) -> Backup:
        software = importlib.metadata.version("document-pipeline")
        return Backup(self.store, DatabaseBackups(self.database_url), LocalObjectStore, software)

    @once
    def restore(self) -> Restore:
        return Restore(self.store, DatabaseBackups(self.database_url), LocalObjectStore, self.open_uow)

    @once
    def reembed(self) -> Reembed:
        settings = self.settings
        switch = ModelSwitch(
            self.database_url,
            role=settings.database_role,
            index_rows=settings.vector_index_rows,
            ef_search=settings.search_ef,
        )
        return Reembed(settings, self.embedders, self.open_uow, switch)

    def refresh_statistics(self) -> list[str]:
        """Bring the planner's statistics up to date; answers with the names of the tables."""
        return analyze(self.database_url)

    def ensure_vector_indexes(self) -> list[str]:
        """Build the active model's indexes that pay by now; answers with their names."""
        with self.open_uow() as uow:
            active = uow.models.active()
        if active is None:
            return []
        return vector_indexes.ensure(self.database_url, active, min_rows=self.settings.vector_index_rows)

    @once
    def upkeep(self) -> Upkeep | None:
        """The chores beside the API; None in a process that was given the API's own login only."""
        if self._is_apis_alone:
            return None
        chores = [
            Chore("record_settings", lambda: self.record_settings("service")(), every_s=24 * 3600),
            Chore("deliver_webhooks", self.deliver_webhooks, every_s=2),
            Chore("prune_deliveries", lambda: self.deliver_webhooks.prune(self.settings.delivery_days), every_s=3600),
            Chore("forget_event_streams", self._forget_streams, every_s=3600),
            Chore("prune_rate_limits", PostgresRateLimits(self.engine).prune, every_s=3600),
        ]
        return Upkeep(*chores)

    @property
    def _is_apis_alone(self) -> bool:
        return bool(self.settings.api_database_url and not self.settings.database_url)

    @once
    def parking_clock(self) -> Upkeep | None:
        """Carries out parked decisions as they fall due, apart from the chores: none of those may delay it.

        None as ``upkeep``.
        """
        return None if self._is_apis_alone else Upkeep(Chore("carry_out_decisions", self._carry_out_decisions, 1))

    def _carry_out_decisions(self) -> None:
        if self.parking.carry_out_due():
            self.run_requests()

    def _forget_streams(self) -> None:
        with self.open_uow() as uow:
            uow.event_streams.forget()
            uow.commit()

    def watch_queue(self, runs: QueueRuns) -> QueueWatch:
        """Asks for runs of the queue, at this orchestrator, as soon as something waits; needs the service role."""
        settings = self.settings
        return QueueWatch(
            self.queue.pressure,
            lambda: self.reminders.is_any_review_overdue(settings.review_alert_h),
            QueueBell(self.database_url, role=settings.database_role),
            runs,
            batch_size=settings.batch_size,
            look_s=settings.queue_look_s,
        )

    @once
    def queue_watch(self) -> QueueWatch | None:
        """As ``watch_queue``, at the server of ``PREFECT_API_URL``.

        None without one, and in a process that was given the API's own login only.
        """
        return None if self._is_apis_alone or not self.queue_runs else self.watch_queue(self.queue_runs)

    def folders(self) -> dict[str, Path]:
        """Where this machine keeps files, by what they are: ``home``, and ``store`` if that is a folder."""
        store = urlsplit(self.store.url)
        own = {"store": Path(unquote(store.path))} if store.scheme == "file" else {}
        return {"home": self.settings.home, **own}

    def metrics(self) -> list[Row]:
        """Sums over all users, for monitoring."""
        return ApiViews(self.api_engine).metrics()

    def paid_metrics(self) -> list[Row]:
        """Sums of paid calls over all users, for monitoring."""
        return ApiViews(self.api_engine).paid_metrics()
