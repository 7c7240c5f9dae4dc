"""Open event streams in PostgreSQL."""

from uuid import UUID

from pipeline_core.db.session import Session
from pipeline_core.domain.ids import RealmId, UserId


class EventStreams:
    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, stream_id: UUID, realm_id: RealmId, user_id: UserId, *, most: int, lease_s: float) -> bool:
        """Count one more of the user's; False if as many are open as may be. It counts until the lease has ended."""
        self._session.all("lock_event_streams", user_id=user_id)
        self._session.execute("forget_event_streams", user_id=user_id)
        opened = self._session.execute(
            "open_event_stream", stream_id=stream_id, realm_id=realm_id, user_id=user_id, most=most, lease_s=lease_s
        )
        return opened == 1

    def keep(self, stream_id: UUID, realm_id: RealmId, user_id: UserId, *, lease_s: float) -> None:
        """It is open still, and counts for another lease."""
        self._session.execute(
            "keep_event_stream", stream_id=stream_id, realm_id=realm_id, user_id=user_id, lease_s=lease_s
        )

    def close(self, stream_id: UUID) -> None:
        """It counts no longer."""
        self._session.execute("close_event_stream", stream_id=stream_id)

    def forget(self) -> int:
        """Remove those whose lease has ended; returns how many."""
        return self._session.execute("forget_event_streams", user_id=None)
