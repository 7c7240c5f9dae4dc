"""Looking after an installation: what is kept, checked, backed up and removed."""

import importlib.metadata
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import unquote, urlsplit

import structlog

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.adapters.prefect_check import check_prefect
from pipeline_core.adapters.prefect_launcher import QUEUE_ENTRYPOINT
from pipeline_core.adapters.prefect_login import headers, signed_in
from pipeline_core.adapters.prefect_queue import PrefectQueueRuns
from pipeline_core.adapters.prefect_schedules import PrefectSchedules
from pipeline_core.adapters.supervision.deploy import Deployments, deploy
from pipeline_core.adapters.supervision.parts import Installation
from pipeline_core.adapters.supervision.supervisor import Supervisor
from pipeline_core.bootstrap.diagnosis import CHECKS
from pipeline_core.bootstrap.parts import once
from pipeline_core.bootstrap.services import Services
from pipeline_core.db.api_views import ApiViews
from pipeline_core.db.backups import DatabaseBackups
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.db.model_switch import ModelSwitch
from pipeline_core.db.queue_bell import QueueBell
from pipeline_core.db.rate_limits import PostgresRateLimits
from pipeline_core.db.upkeep import analyze
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.launcher import PoolType
from pipeline_core.ports.queue_runs import QueueRuns
from pipeline_core.ports.source_schedules import SourceSchedules
from pipeline_core.services.backup import Backup
from pipeline_core.services.diagnose import Diagnose
from pipeline_core.services.event_streams import forget_streams
from pipeline_core.services.feed import prune_changes
from pipeline_core.services.history import PruneHistory, forget_changes
from pipeline_core.services.orphan_objects import OrphanObjects
from pipeline_core.services.prune_caches import PruneCaches
from pipeline_core.services.prune_pages import PrunePages
from pipeline_core.services.queue_watch import QueueWatch
from pipeline_core.services.ready_worker import ReadyWorker
from pipeline_core.services.reembed import Reembed
from pipeline_core.services.repair import Repair
from pipeline_core.services.restore import Restore
from pipeline_core.services.retention import Retention
from pipeline_core.services.upkeep import Chore, Upkeep
from pipeline_core.services.vector_indexes import EnsureVectorIndexes
from pipeline_core.services.verify import Verify

log = structlog.stdlib.get_logger(__name__)


class Maintenance(Services):
    """Use cases of operators, and what is done from time to time."""

    @once
    def prune_history(self) -> PruneHistory:
        return PruneHistory(self.open_uow)

    @once
    def retention(self) -> Retention:
        return Retention(self.open_uow, self.settings.dead_letter_days)

    @once
    def prune_caches(self) -> PruneCaches:
        return PruneCaches(self.settings, self.open_uow, lambda: self.paid_calls.settle_dead(), PrunePages(self.store))

    @once
    def orphan_objects(self) -> OrphanObjects:
        return OrphanObjects(self.store, self.open_uow, self._orphan_grace)

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
    def diagnose(self) -> Diagnose:
        """Tries every part; none is made before it is tried."""
        parts = {name: partial(check, self) for name, check in CHECKS.items()}
        return Diagnose(
            parts, lambda: check_prefect(self.own_launcher.ui_url(), self.settings.home), environment=os.environ
        )

    def migrate(self) -> list[str]:
        """Bring the database's schema up to date; return the names of the migrations that were applied."""
        return migrate(self.database_url, lock_s=self.settings.migration_lock_s)

    def deploy(self, pool_type: PoolType) -> Deployments:
        """Make the deployments on the Prefect server of ``PREFECT_API_URL``; see ``adapters.supervision.deploy``.

        Sources get their schedules there. With the database of this home, whoever keeps it up does that.
        """
        environment = signed_in(os.environ, self.settings.home)
        made = deploy(environment, pool_type)
        if self.settings.database_url:
            schedules = PrefectSchedules(made.api_url, headers=headers(environment))
            self._mend_schedules(schedules, always=True)
            schedules.close()
        return made

    def _mend_schedules(self, schedules: SourceSchedules | None, *, always: bool = False) -> None:
        """Mend the schedules of sources as far as that can be done now."""
        if schedules is None:
            return
        try:
            self.mend_schedules(schedules, always=always)
        except PipelineError as error:
            log.warning("sources_not_scheduled", error=describe_error(error), action=error.what_to_do)

    def supervise(self, workers: int, tell: Callable[[str], None]) -> tuple[Installation, Supervisor]:
        """Return the parts of an installation on this machine, and who keeps them up."""
        settings = self.settings
        database = partial(EmbeddedPostgres, settings.home / "postgres", settings.logs_kept)
        installation = Installation(settings, self.own_launcher, workers, self._watch_queue_of, database)
        return installation, Supervisor(installation.parts, tell)

    def _watch_queue_of(self, environment: Mapping[str, str], stopping: Event) -> None:
        runs = PrefectQueueRuns(environment["PREFECT_API_URL"], headers=headers(environment))
        try:
            self.watch_queue(runs).run(stopping)
        finally:
            runs.close()

    @once
    def backup(self) -> Backup:
        software = importlib.metadata.version("document-pipeline")
        return Backup(self.store, DatabaseBackups(self.database_url), LocalObjectStore, software)

    @once
    def restore(self) -> Restore:
        self.is_erasing_again = True
        return Restore(
            self.store,
            DatabaseBackups(self.database_url),
            LocalObjectStore,
            self.open_uow,
            lambda on_step: self.carry_out_erasures.all(on_step),
        )

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
        """Bring the planner's statistics up to date; returns the names of the tables."""
        return analyze(self.database_url)

    @once
    def ensure_vector_indexes(self) -> EnsureVectorIndexes:
        return EnsureVectorIndexes(self.open_uow, self.database_url, self.settings.vector_index_rows)

    @once
    def upkeep(self) -> Upkeep | None:
        """The chores beside the API; None in a process that was given the API's own login only."""
        if self.settings.is_apis_alone:
            return None
        chores = [
            Chore("record_settings", lambda: self.record_settings("service")(), every_s=24 * 3600),
            Chore("deliver_webhooks", self.deliver_webhooks, every_s=2),
            Chore("prune_deliveries", lambda: self.deliver_webhooks.prune(self.settings.delivery_days), every_s=3600),
            Chore("settle_sources", self.vanishing, every_s=60),
            Chore("schedule_sources", lambda: self._mend_schedules(self.source_schedules), every_s=60),
            Chore("forget_event_streams", partial(forget_streams, self.open_uow), every_s=3600),
            Chore("forget_changes", partial(forget_changes, self.open_uow), every_s=3600),
            Chore("prune_events", self._prune_events, every_s=24 * 3600),
            Chore("prune_versions", lambda: self.prune_history.versions(self.settings.version_days), every_s=3600),
            Chore("purge_dead_letters", self.retention.dead_letters, every_s=24 * 3600),
            Chore("prune_changes", lambda: prune_changes(self.open_uow, self.settings.change_days), every_s=3600),
            Chore("prune_rate_limits", PostgresRateLimits(self.database).prune, every_s=3600),
        ]
        return Upkeep(*chores)

    def _prune_events(self) -> int:
        settings = self.settings
        return self.prune_history.events(work_days=settings.event_days, audit_days=settings.audit_days)

    @once
    def parking_clock(self) -> Upkeep | None:
        """Carries out parked decisions as they fall due, apart from the chores: none of those may delay it.

        None as ``upkeep``.
        """
        return (
            None if self.settings.is_apis_alone else Upkeep(Chore("carry_out_decisions", self._carry_out_decisions, 1))
        )

    @once
    def erasing_clock(self) -> Upkeep | None:
        """Carries out erasures that were begun, apart from the chores: one may take long. None as ``upkeep``."""
        return (
            None if self.settings.is_apis_alone else Upkeep(Chore("carry_out_erasures", self.carry_out_erasures.all, 5))
        )

    def _carry_out_decisions(self) -> None:
        if self.parking.carry_out_due():
            self.run_requests()

    def watch_queue(self, runs: QueueRuns) -> QueueWatch:
        """Asks for runs of the queue, at this orchestrator, as soon as something waits; needs the service role."""
        settings = self.settings
        return QueueWatch(
            self.queue.pressure,
            self.reminders.is_any_review_overdue,
            QueueBell(self.database_url, role=settings.database_role),
            runs,
            batch_size=settings.batch_size,
            look_s=settings.queue_look_s,
        )

    def ready_worker(self) -> ReadyWorker:
        """Takes what is queued in this process, which has all that it needs for that loaded by now."""
        settings, launcher = self.settings, self.own_launcher
        self.workers.warm(settings.stage_workers)
        self.ctx.embedder.embed(["ready"])
        launcher.wait()
        # a batch at a time: beside it, others are asked for
        work = partial(launcher.run, QUEUE_ENTRYPOINT, limit=settings.batch_size)
        return ReadyWorker(self.queue.pressure, QueueBell(self.database_url, role=settings.database_role), work)

    @once
    def queue_watch(self) -> QueueWatch | None:
        """As ``watch_queue``, at the server of ``PREFECT_API_URL``.

        None without one, and in a process that was given the API's own login only.
        """
        return None if self.settings.is_apis_alone or not self.queue_runs else self.watch_queue(self.queue_runs)

    def folders(self) -> dict[str, Path]:
        """Folders on this machine: ``home``, and ``store`` if that is a folder."""
        store = urlsplit(self.store.url)
        own = {"store": Path(unquote(store.path))} if store.scheme == "file" else {}
        return {"home": self.settings.home, **own}

    @once
    def monitoring(self) -> ApiViews:
        """The API's views without a user: its readiness, and sums over all users."""
        return ApiViews(self.api_database)
