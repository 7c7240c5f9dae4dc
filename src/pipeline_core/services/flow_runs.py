"""Times at which the maintenance flows last started, for monitoring."""

from dataclasses import dataclass

from pipeline_core.db.unit_of_work import OpenUnitOfWork


@dataclass(frozen=True, slots=True)
class FlowRuns:
    """An alert on it tells of schedules that are paused, and of workers that are gone."""

    open_uow: OpenUnitOfWork

    def note(self, flow: str) -> None:
        """``process-queue``, ``deep-scan`` or ``maintain`` was begun now.

        Raises:
            DatabaseUnavailableError: it is not noted.
        """
        with self.open_uow() as uow:
            uow.upkeep.note_flow_run(flow)
            uow.commit()
