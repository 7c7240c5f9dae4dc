"""Port: the event streams that are open, in all processes together."""

from typing import Protocol
from uuid import UUID

from pipeline_core.domain.ids import UserId


class EventStreams(Protocol):
    def open(self, stream_id: UUID, user_id: UserId, *, most: int, lease_s: float) -> bool:
        """Count one more of the user's; False if as many are open as may be. It counts until the lease has ended."""
        ...

    def keep(self, stream_id: UUID, user_id: UserId, *, lease_s: float) -> None:
        """It is open still, and counts for another lease."""
        ...

    def close(self, stream_id: UUID) -> None:
        """It counts no longer."""
        ...

    def forget(self) -> int:
        """Remove those whose lease has ended; answers with how many."""
        ...
