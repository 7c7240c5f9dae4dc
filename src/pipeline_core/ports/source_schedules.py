"""Port: have sources synced when their interval says so. The truth is in the database; this follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from pipeline_core.domain.ids import RealmId, SourceId


@dataclass(frozen=True, slots=True)
class SourceSchedule:
    """A source that is synced every so often; one that is paused rests."""

    source_id: SourceId
    realm_id: RealmId
    every: timedelta
    is_paused: bool = False


class SourceSchedules(Protocol):
    def put(self, schedule: SourceSchedule) -> None:
        """Make the schedule of a source, or change it.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
            ConfigurationError: it does not know how to sync sources, or refuses us.
        """
        ...

    def remove(self, source_id: SourceId) -> None:
        """Remove the schedule of a source, if it has one.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``put``.
        """
        ...

    def ask(self, source_id: SourceId, realm_id: RealmId) -> UUID:
        """Ask for a sync of a source now; returns the id of the run, which somebody takes when they can.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``put``.
        """
        ...

    def mend(self, schedules: Sequence[SourceSchedule]) -> int:
        """Let there be these schedules of sources and no others; returns how many had to be made, changed or removed.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``put``.
        """
        ...
