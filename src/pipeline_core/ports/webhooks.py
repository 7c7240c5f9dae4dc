"""Ports: who is to be told what, and how it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from pipeline_core.domain.ids import UserId
from pipeline_core.ports.views import Row


class WebhookEvent(StrEnum):
    """What can be told."""

    DONE = "job.done"
    DEADLETTER = "job.deadletter"
    REVIEW_NEEDED = "job.review_needed"


TEST = "webhook.test"
"""The type of a message that its user asked for, to try an endpoint. It is sent once."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way; ``attempts`` counts this one too."""

    delivery_id: UUID
    webhook_id: UUID
    user_id: UUID
    attempts: int
    url: str
    secret: str
    payload: Mapping[str, Any]

    @property
    def is_test(self) -> bool:
        return self.payload.get("type") == TEST


@dataclass(frozen=True, slots=True)
class SendResult:
    """What the receiver answered: ``status`` is None where there was no answer, ``error`` None where it took it.

    ``is_final``: trying again cannot help.
    """

    status: int | None
    error: str | None = None
    is_final: bool = False


class WebhookSender(Protocol):
    def send(self, delivery: Delivery) -> SendResult:
        """Send once, signed, and within a time that no receiver can stretch. Never raises for what the receiver or
        the network does."""
        ...

    def check(self, url: str) -> None:
        """Refuse an address that nothing may be sent to.

        Raises:
            RefusedError: it is no http(s) URL, or leads to a private address.
        """
        ...


class Webhooks(Protocol):
    def add(
        self, webhook_id: UUID, user_id: UserId, url: str, secret: str, events: Sequence[WebhookEvent], *, most: int = 0
    ) -> bool:
        """Remember the endpoint; False if the user has this URL already.

        Raises:
            ConflictError: the user has as many as may be (0: any number may be).
        """
        ...

    def endpoints(self, user_id: UserId, webhook_id: UUID | None = None) -> list[Row]:
        """The user's endpoints, without their secrets."""
        ...

    def remove(self, user_id: UserId, webhook_id: UUID) -> bool:
        """Forget the endpoint and its log; False if the user has no such endpoint."""
        ...

    def resume(self, webhook_id: UUID) -> bool:
        """Send to the endpoint again what waits for it; False if the user has no such endpoint."""
        ...

    def try_out(self, webhook_id: UUID) -> UUID | None:
        """Queue a message that tries the endpoint, paused or not; None if one waits already, or it is disabled."""
        ...

    def log(self, user_id: UserId, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
        """What was sent to the endpoint or is to be sent, newest first."""
        ...

    def claim(
        self, limit: int, *, lease_s: float, per_user: int, per_endpoint: int, user_id: UserId | None
    ) -> list[Delivery]:
        """What is due now, so much of a user and of an endpoint that no more than these are under way together, in all
        processes. It comes due again after the lease unless it is settled."""
        ...

    def overdue(self, *, by_s: float) -> bool:
        """Whether something has been due for so long, and nobody is sending anything."""
        ...

    def lock(self, webhook_id: UUID) -> int | None:
        """Failures in succession of the endpoint, which nobody else changes before the end of the transaction; None
        if it was removed."""
        ...

    def settle(self, delivery: Delivery, status: str, result: SendResult, *, wait_s: float) -> bool:
        """Write down what became of an attempt; False if somebody else has made another since."""
        ...

    def count_failures(self, webhook_id: UUID, failures: int, *, error: str | None, pause_s: float | None) -> None:
        """Write down how often the endpoint has failed in succession, and for how long it rests."""
        ...

    def make_due(self, webhook_id: UUID) -> None:
        """What waits for the endpoint is due at once."""
        ...

    def prune(self, *, days: int) -> int:
        """Forget what was delivered or failed and is older; answers with how many."""
        ...

    def give_up(self, *, days: int) -> int:
        """What waits for so long has failed; answers with how many."""
        ...

    def disable(self, webhook_id: UUID, because: str) -> None:
        """Send nothing more to this endpoint."""
        ...
