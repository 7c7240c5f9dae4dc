"""Ports: who is to be told what, and how it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

TEST = "webhook.test"
"""The type of a message that its user asked for, to try an endpoint. It is sent once."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way; ``attempts`` counts this one too."""

    delivery_id: UUID
    webhook_id: UUID
    realm_id: UUID
    attempts: int
    url: str
    secret: str
    payload: Mapping[str, Any]

    @property
    def is_test(self) -> bool:
        return self.payload.get("type") == TEST


@dataclass(frozen=True, slots=True)
class SendResult:
    """Response of the receiver: ``status`` is None where there was no answer, ``error`` None where it took it.

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
