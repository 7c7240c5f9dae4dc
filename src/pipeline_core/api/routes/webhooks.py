"""Webhooks: where a user wants to be told of jobs that are done, dead, or need a review."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.pagination import Page, PageCursor
from pipeline_core.api.problems import responses
from pipeline_core.ports.webhooks import WebhookEvent

router = APIRouter(prefix="/api/v2/webhooks", tags=["webhooks"])


class WebhookRequest(Body):
    """Where to send what."""

    model_config = example({"url": "https://example.org/hooks/pipeline", "events": ["job.done", "job.deadletter"]})

    url: str = Field(max_length=2000, description="A public https URL", examples=["https://example.org/hooks/pipeline"])
    events: list[WebhookEvent] = Field(min_length=1, max_length=3)


class Webhook(BaseModel):
    """An endpoint; one that answered 410 is disabled."""

    webhook_id: UUID
    url: str
    events: list[WebhookEvent]
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: str | None


class NewWebhook(BaseModel):
    """The secret verifies signatures (Standard Webhooks); it is shown this once."""

    webhook_id: UUID
    secret: str


class DeliveryShown(BaseModel):
    """One message to an endpoint and what became of it."""

    delivery_id: UUID
    event: WebhookEvent
    payload: dict[str, Any]
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    next_attempt_at: datetime | None
    response_status: int | None
    error: str | None
    created_at: datetime
    delivered_at: datetime | None


@router.post(
    "",
    operation_id="create_webhook",
    status_code=201,
    summary="Add a webhook",
    response_model=NewWebhook,
    responses=responses(401, 409, 422, 429),
)
def create_webhook(body: WebhookRequest, services: Services) -> NewWebhook:
    """Messages are signed by the Standard Webhooks scheme, and sent again for three days until they are taken."""
    webhook_id, secret = services.webhooks.add(services.user_id, body.url, sorted(set(body.events)))
    return NewWebhook(webhook_id=webhook_id, secret=secret)


@router.get(
    "",
    operation_id="list_webhooks",
    summary="List webhooks",
    response_model=list[Webhook],
    responses=responses(401, 422, 429),
)
def list_webhooks(services: Services) -> list[Any]:
    """The user's webhooks, without their secrets."""
    return services.webhooks.endpoints(services.user_id)


@router.delete(
    "/{webhook_id}",
    operation_id="remove_webhook",
    status_code=204,
    summary="Remove a webhook",
    responses=responses(401, 404, 422, 429),
)
def remove_webhook(webhook_id: UUID, services: Services) -> None:
    """Nothing more is sent to it; its log goes with it."""
    services.webhooks.remove(services.user_id, webhook_id)


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="list_deliveries",
    summary="List what was sent to a webhook",
    response_model=Page[DeliveryShown],
    responses=responses(401, 404, 422, 429),
)
def list_deliveries(webhook_id: UUID, services: Services, cursor: PageCursor) -> dict[str, Any]:
    """Every message with its attempts and the last answer, newest first."""
    rows = services.webhooks.log(services.user_id, webhook_id, before=cursor.before, limit=cursor.limit + 1)
    return cursor.page(rows, lambda row: (row["created_at"], row["delivery_id"]))
