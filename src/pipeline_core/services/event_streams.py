"""A bound on the event streams that a user has open: each asks the database twice a second."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import LimitExceededError
from pipeline_core.domain.ids import RealmId, UserId

KEEP_EVERY_S = 20.0
_LEASE_S = 60.0
_RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class OpenStreams:
    """Counts one user's streams, for all processes together."""

    open_uow: OpenUnitOfWork
    realm_id: RealmId
    user_id: UserId
    most: int
    """0 is no limit."""

    def open(self) -> UUID:
        """Count a stream; it has to be kept every twenty seconds, and closed.

        Raises:
            LimitExceededError: the user has as many open as may be.
        """
        stream_id = uuid4()
        if self.most:
            with self.open_uow() as uow:
                if not uow.event_streams.open(stream_id, self.realm_id, self.user_id, most=self.most, lease_s=_LEASE_S):
                    raise LimitExceededError.of(
                        "event_streams",
                        f"{self.most} event streams may be open at a time.",
                        retry_after_s=_RETRY_AFTER_S,
                    )
                uow.commit()
        return stream_id

    def keep(self, stream_id: UUID) -> None:
        """It is open still."""
        if self.most:
            with self.open_uow() as uow:
                uow.event_streams.keep(stream_id, self.realm_id, self.user_id, lease_s=_LEASE_S)
                uow.commit()

    def close(self, stream_id: UUID) -> None:
        """It is not any more."""
        if self.most:
            with self.open_uow() as uow:
                uow.event_streams.close(stream_id)
                uow.commit()


def forget_streams(open_uow: OpenUnitOfWork) -> None:
    """Stop counting streams that their processes no longer keep."""
    with open_uow() as uow:
        uow.event_streams.forget()
        uow.commit()
