"""Schedules of sources at the orchestrator, which follow what the database says of the sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import PipelineError, RefusedError
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.source_schedules import SourceSchedule, SourceSchedules
from pipeline_core.services.source_places import look

log = structlog.stdlib.get_logger(__name__)

_NOT_HERE = "Its schedule is not set yet, as no Prefect server is set here: upkeep sets it where there is one."
_LATER = "Its schedule could not be brought up to date, which is done again by itself"


@dataclass(frozen=True, slots=True)
class SourceSaid:
    """A source as it is now; ``note`` says why its schedule could not be brought up to date, or its place seen, yet."""

    source: SourceRow
    note: str | None = None

    @classmethod
    def of(cls, source: SourceRow, note: str | None) -> "SourceSaid":
        """Say of a source that was added or changed that its place is away, too."""
        return cls(source, " ".join(filter(None, (note, look(source.place)))) or None)


@dataclass(frozen=True, slots=True)
class FollowSchedule:
    """Brings the schedule of one source up to date, for whoever has just changed it."""

    schedules: SourceSchedules | None

    def __call__(self, source: SourceRow) -> str | None:
        """Set, change or remove the schedule; returns why that could not be done now, as a sentence."""
        if self.schedules is None:
            return None if scheduled(source) is None else _NOT_HERE
        wanted = scheduled(source)
        try:
            self.schedules.put(wanted) if wanted else self.schedules.remove(source.source_id)
        except PipelineError as error:
            log.warning("source_not_scheduled", source_id=str(source.source_id), error=describe_error(error))
            return f"{_LATER}: {error.message}"
        return None

    def ask(self, source: SourceRow) -> UUID:
        """Ask for a sync now; returns the id of the run that will do it.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
            ConfigurationError: it does not know how to sync sources.
            RefusedError: there is none.
        """
        if self.schedules is None:
            raise RefusedError(
                "No Prefect server is set, so that nobody can be asked to sync it.",
                action="Set PREFECT_API_URL, or run `pipeline source sync` where the pipeline is installed.",
                page_action="Ask whoever runs this installation to sync it.",
            )
        return self.schedules.ask(source.source_id, source.realm_id)


class MendSchedules:
    """Lets there be a schedule for each source that has an interval, and no other. The server is asked only where the
    sources have changed since, or where ``always`` says so: a schedule may have been changed there."""

    def __init__(self, open_uow: OpenUnitOfWork) -> None:
        self._open_uow = open_uow
        self._mended: Sequence[SourceSchedule] | None = None

    def __call__(self, schedules: SourceSchedules, *, always: bool = False) -> int:
        """Mend them; returns how many had to be.

        Raises:
            ServiceUnavailableError, ConfigurationError: the orchestrator did not answer, or refuses.
            DatabaseUnavailableError: the database is away.
        """
        with self._open_uow() as uow:
            wanted = [one for source in uow.sources.all(None) if (one := scheduled(source))]
        if not always and wanted == self._mended:
            return 0
        changed = schedules.mend(wanted)
        self._mended = wanted
        return changed


def scheduled(source: SourceRow) -> SourceSchedule | None:
    """Return the schedule that a source has; None for one without an interval, or that was removed."""
    if source.every is None or source.removed_at is not None:
        return None
    return SourceSchedule(source.source_id, source.realm_id, source.every, source.paused_at is not None)
