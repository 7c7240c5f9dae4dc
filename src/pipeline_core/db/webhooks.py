"""Webhooks in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pipeline_core.db.session import Session
from pipeline_core.domain.errors import ConflictError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.webhooks import DeliveryShown, Webhook, WebhookEvent
from pipeline_core.ports.webhooks import Delivery, SendResult


class Webhooks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        webhook_id: UUID,
        realm_id: RealmId,
        url: str,
        secret: str,
        events: Sequence[WebhookEvent],
        *,
        most: int = 0,
    ) -> bool:
        """Remember the endpoint; False if the user has this URL already.

        Raises:
            ConflictError: the user has as many as may be (0: any number may be).
        """
        self._session.all("lock_webhooks_of", realm_id=realm_id)
        known = self.endpoints(realm_id)
        if any(endpoint.url == url for endpoint in known):
            return False
        if most and len(known) >= most:
            raise ConflictError(
                f"There are {len(known)} webhooks already, and {most} are allowed.", action="Remove one first."
            )
        added = self._session.execute(
            "add_webhook",
            webhook_id=webhook_id,
            realm_id=realm_id,
            url=url,
            secret=secret,
            events=list(map(str, events)),
        )
        return added == 1

    def endpoints(self, realm_id: RealmId, webhook_id: UUID | None = None) -> list[Webhook]:
        """The user's endpoints, without their secrets."""
        return self._session.rows(Webhook, "webhooks", realm_id=realm_id, webhook_id=webhook_id)

    def remove(self, realm_id: RealmId, webhook_id: UUID) -> bool:
        """Forget the endpoint and its log; False if the user has no such endpoint."""
        return self._session.execute("remove_webhook", realm_id=realm_id, webhook_id=webhook_id) == 1

    def resume(self, webhook_id: UUID) -> bool:
        """Send to the endpoint again what waits for it; False if the user has no such endpoint."""
        [resumed] = self._session.column("resume_webhook", webhook_id=webhook_id)
        return bool(resumed)

    def try_out(self, webhook_id: UUID) -> UUID | None:
        """Queue a message that tries the endpoint, paused or not; None if one waits already, or it is disabled."""
        [row] = self._session.all("try_webhook", webhook_id=webhook_id)
        delivery_id: UUID | None = row["delivery_id"]
        return delivery_id

    def log(
        self, realm_id: RealmId, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[DeliveryShown]:
        """Messages sent or to be sent to the endpoint, newest first."""
        before_ts, before_id = before or (None, None)
        return self._session.rows(
            DeliveryShown,
            "webhook_log",
            realm_id=realm_id,
            webhook_id=webhook_id,
            before_ts=before_ts,
            before_id=before_id,
            limit=limit,
        )

    def claim(
        self, limit: int, *, lease_s: float, per_realm: int, per_endpoint: int, realm_id: RealmId | None
    ) -> list[Delivery]:
        """Claim deliveries that are due. ``per_realm`` and ``per_endpoint`` limit those under way in all processes.

        A delivery comes due again after the lease unless it is settled.
        """
        self._session.all("lock_claims")
        return self._session.rows(
            Delivery,
            "claim_deliveries",
            limit=limit,
            lease_s=lease_s,
            per_realm=per_realm,
            per_endpoint=per_endpoint,
            realm_id=realm_id,
        )

    def overdue(self, *, by_s: float) -> bool:
        """True if a delivery has been due for so long, and nobody is sending anything."""
        [overdue] = self._session.column("webhooks_overdue", by_s=by_s)
        return bool(overdue)

    def lock(self, webhook_id: UUID) -> int | None:
        """Failures in succession of the endpoint, which nobody else changes before the end of the transaction; None
        if it was removed."""
        rows = self._session.all("lock_webhook", webhook_id=webhook_id)
        return int(rows[0]["failures"]) if rows else None

    def settle(self, delivery: Delivery, status: str, result: SendResult, *, wait_s: float) -> bool:
        """Write down what became of an attempt; False if somebody else has made another since."""
        settled = self._session.execute(
            "settle_delivery",
            delivery_id=delivery.delivery_id,
            attempts=delivery.attempts,
            status=status,
            response_status=result.status,
            error=result.error,
            wait_s=wait_s,
        )
        return settled == 1

    def count_failures(self, webhook_id: UUID, failures: int, *, error: str | None, pause_s: float | None) -> None:
        """Write down how often the endpoint has failed in succession, and for how long it rests."""
        self._session.execute("count_failures", webhook_id=webhook_id, failures=failures, error=error, pause_s=pause_s)

    def make_due(self, webhook_id: UUID) -> None:
        """Make what waits for the endpoint due at once."""
        self._session.execute("make_deliveries_due", webhook_id=webhook_id)

    def prune(self, *, days: int) -> int:
        """Forget what was delivered or failed and is older; returns how many."""
        return self._session.execute("prune_deliveries", days=days)

    def give_up(self, *, days: int) -> int:
        """Mark what has waited for so long as failed; returns how many."""
        return self._session.execute("give_deliveries_up", days=days)

    def disable(self, webhook_id: UUID, because: str) -> None:
        """Send nothing more to this endpoint."""
        self._session.execute("disable_webhook", webhook_id=webhook_id, because=because)
        self._session.execute("fail_deliveries_of", webhook_id=webhook_id, because=because)
