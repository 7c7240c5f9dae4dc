"""Webhooks: where a user wants to be told of jobs that are done, dead, or need a review, and of changed knowledge."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pipeline_core.api.deps import ToAdminister
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.pagination import Page, PageCursor
from pipeline_core.api.problems import responses
from pipeline_core.domain.rows.webhooks import DeliveryShown, Webhook, WebhookEvent

router = APIRouter(prefix="/api/v2/webhooks", tags=["webhooks"])


class WebhookRequest(Body):
    """The address of a webhook and the events it gets."""

    model_config = example({"url": "https://example.org/hooks/pipeline", "events": ["job.done", "job.deadletter"]})

    url: str = Field(max_length=2000, description="A public https URL", examples=["https://example.org/hooks/pipeline"])
    events: list[WebhookEvent] = Field(min_length=1, max_length=len(WebhookEvent))


class WebhookChange(Body):
    """A change to a webhook."""

    model_config = example({"enabled": True})

    enabled: Literal[True] = Field(description="Resume sending to it if it is paused or disabled")


class NewWebhook(BaseModel):
    """The secret verifies signatures (Standard Webhooks); it is shown this once."""

    webhook_id: UUID
    secret: str


class TestMessage(BaseModel):
    """The message is on its way."""

    delivery_id: UUID


@router.post("", status_code=201, summary="Add a webhook", responses=responses(409))
def create_webhook(body: WebhookRequest, services: ToAdminister) -> NewWebhook:
    """Messages are signed by the Standard Webhooks scheme, and sent again for three days until they are taken."""
    webhook_id, secret = services.webhooks.add(services.realm_id, body.url, sorted(set(body.events)))
    return NewWebhook(webhook_id=webhook_id, secret=secret)


@router.get("", summary="List webhooks")
def list_webhooks(services: ToAdminister) -> list[Webhook]:
    """The user's webhooks, without their secrets."""
    return services.webhooks.endpoints(services.realm_id)


@router.delete("/{webhook_id}", status_code=204, summary="Remove a webhook")
def remove_webhook(webhook_id: UUID, services: ToAdminister) -> None:
    """Nothing more is sent to it; its log goes with it."""
    services.webhooks.remove(services.realm_id, webhook_id)


@router.patch("/{webhook_id}", summary="Resume a webhook")
def change_webhook(
    webhook_id: UUID,
    body: WebhookChange,  # noqa: ARG001 - there is one change
    services: ToAdminister,
) -> Webhook:
    """One that is paused or disabled is sent to again, and what waits for it is due at once."""
    return services.webhooks.resume(services.realm_id, webhook_id)


@router.post("/{webhook_id}/test", status_code=202, summary="Test a webhook", responses=responses(409))
def test_webhook(webhook_id: UUID, services: ToAdminister) -> TestMessage:
    """Send a message of the type `webhook.test` to it, once, before all that waits; what became of it is in the list
    of its deliveries. A paused webhook that takes it is in use again."""
    return TestMessage(delivery_id=services.webhooks.try_out(services.realm_id, webhook_id))


@router.get("/{webhook_id}/deliveries", summary="List a webhook's deliveries", response_model=Page[DeliveryShown])
def list_deliveries(webhook_id: UUID, services: ToAdminister, cursor: PageCursor) -> dict[str, Any]:
    """Every message with its attempts and the last answer, newest first."""
    rows = services.webhooks.log(services.realm_id, webhook_id, before=cursor.before, limit=cursor.limit + 1)
    return cursor.page(rows, lambda row: (row.created_at, row.delivery_id))
