"""Webhooks in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pipeline_core.adapters.db.session import Session
from pipeline_core.domain.ids import UserId
from pipeline_core.ports.views import Row
from pipeline_core.ports.webhooks import Delivery, SendResult, WebhookEvent


class PostgresWebhooks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, webhook_id: UUID, user_id: UserId, url: str, secret: str, events: Sequence[WebhookEvent]) -> bool:
        added = self._session.execute(
            "add_webhook", webhook_id=webhook_id, user_id=user_id, url=url, secret=secret, events=list(map(str, events))
        )
        return added == 1

    def endpoints(self, user_id: UserId, webhook_id: UUID | None = None) -> list[Row]:
        return self._session.all("webhooks", user_id=user_id, webhook_id=webhook_id)

    def remove(self, user_id: UserId, webhook_id: UUID) -> bool:
        return self._session.execute("remove_webhook", user_id=user_id, webhook_id=webhook_id) == 1

    def log(self, user_id: UserId, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
        before_ts, before_id = before or (None, None)
        return self._session.all(
            "webhook_log", user_id=user_id, webhook_id=webhook_id, before_ts=before_ts, before_id=before_id, limit=limit
        )

    def claim(self, limit: int, *, lease_s: float) -> list[Delivery]:
        rows = self._session.all("claim_deliveries", limit=limit, lease_s=lease_s)
        return [Delivery(**row) for row in rows]

    def settle(self, delivery: Delivery, status: str, result: SendResult, *, wait_s: float) -> None:
        self._session.execute(
            "settle_delivery",
            delivery_id=delivery.delivery_id,
            attempts=delivery.attempts,
            status=status,
            response_status=result.status,
            error=result.error,
            wait_s=wait_s,
        )

    def prune(self, *, days: int) -> int:
        return self._session.execute("prune_deliveries", days=days)

    def disable(self, webhook_id: UUID, because: str) -> None:
        self._session.execute("disable_webhook", webhook_id=webhook_id, because=because)
        self._session.execute("fail_deliveries_of", webhook_id=webhook_id, because=because)
