"""Rows of webhooks and of the messages to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.rows.record import Record


class WebhookEvent(StrEnum):
    """The events that an endpoint can ask for."""

    DONE = "job.done"
    DEADLETTER = "job.deadletter"
    REVIEW_NEEDED = "job.review_needed"
    PUBLISHED = "knowledge.published"
    REPLACED = "knowledge.replaced"
    WITHDRAWN = "knowledge.withdrawn"
    CHANGED = "knowledge.changed"
    ERASED = "knowledge.erased"


@dataclass(frozen=True, slots=True)
class Webhook(Record):
    """An endpoint; one that failed again and again is paused, one that answered 410 is disabled."""

    webhook_id: UUID
    url: str
    events: list[WebhookEvent]
    created_at: datetime
    state: Literal["active", "paused", "disabled"]
    failures: Annotated[int, Field(description="Consecutive failures; 0 after a message was accepted")]
    last_error: Annotated[str | None, Field(description="Error of the last of these failures")]
    paused_until: Annotated[
        datetime | None, Field(description="When one message is tried; if it is accepted, all are sent")
    ]
    disabled_at: datetime | None
    disabled_because: str | None


@dataclass(frozen=True, slots=True)
class DeliveryShown(Record):
    """One message to an endpoint and what became of it."""

    delivery_id: UUID
    event: WebhookEvent | Literal["webhook.test"]
    payload: dict[str, Any]
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    next_attempt_at: datetime | None
    response_status: int | None
    error: str | None
    created_at: datetime
    delivered_at: datetime | None
