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


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way; ``attempts`` counts this one too."""

    delivery_id: UUID
    webhook_id: UUID
    attempts: int
    url: str
    secret: str
    payload: Mapping[str, Any]


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
        """Send once, signed. Never raises for what the receiver or the network does."""
        ...

    def check(self, url: str) -> None:
        """Refuse an address that nothing may be sent to.

        Raises:
            RefusedError: it is no http(s) URL, or leads to a private address.
        """
        ...


class Webhooks(Protocol):
    def add(self, webhook_id: UUID, user_id: UserId, url: str, secret: str, events: Sequence[WebhookEvent]) -> bool:
        """Remember the endpoint; False if the user has this URL already."""
        ...

    def endpoints(self, user_id: UserId, webhook_id: UUID | None = None) -> list[Row]:
        """The user's endpoints, without their secrets."""
        ...

    def remove(self, user_id: UserId, webhook_id: UUID) -> bool:
        """Forget the endpoint and its log; False if the user has no such endpoint."""
        ...

    def log(self, user_id: UserId, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
        """What was sent to the endpoint or is to be sent, newest first."""
        ...

    def claim(self, limit: int, *, lease_s: float) -> list[Delivery]:
        """What is due now. It comes due again after the lease unless it is settled."""
        ...

    def settle(self, delivery: Delivery, status: str, result: SendResult, *, wait_s: float) -> None:
        """Write down what became of an attempt, unless somebody else has made another since."""
        ...

    def prune(self, *, days: int) -> int:
        """Forget what was delivered or failed and is older; answers with how many."""
        ...

    def disable(self, webhook_id: UUID, because: str) -> None:
        """Send nothing more to this endpoint."""
        ...
