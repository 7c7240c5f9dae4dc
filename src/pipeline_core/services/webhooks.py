"""Telling users: which endpoints they have, and sending what is due, again and again until it is taken."""

import base64
import math
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from uuid import UUID, uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.db.webhooks import Webhooks
from pipeline_core.domain.errors import ConflictError, NotFoundError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.webhooks import DeliveryShown, Webhook, WebhookEvent
from pipeline_core.ports.webhooks import Delivery, SendResult, WebhookSender

WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt, as Standard Webhooks recommends; after the last the delivery has failed."""
PAUSE_AFTER = 5
"""Failures in succession from which on an endpoint rests; the database holds the same."""
_FIRST_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3600.0
_SECRET_BYTES = 32
_AT_A_TIME = 16
"""Sends of one process; each is a thread."""
_MARGIN_S = 30.0
"""Seconds by which a lease is longer than a send, for recording its outcome."""
_LOOK_AGAIN_S = 0.5
_OVERDUE_S = 60.0
_KEPT_DAYS = 30
_TRIED_DAYS = 4


@dataclass(frozen=True, slots=True)
class WebhookEndpoints:
    """One user's endpoints."""

    open_uow: OpenUnitOfWork
    sender: WebhookSender
    most: int = 0
    """Endpoints that a user may have; 0 is no limit."""

    def add(self, realm_id: RealmId, url: str, events: Sequence[WebhookEvent]) -> tuple[UUID, str]:
        """Have a URL told of these events; returns its id and its secret, which is not shown again.

        Raises:
            RefusedError: the URL may not be sent to.
            ConflictError: the user has it already, or as many as may be.
        """
        self.sender.check(url)
        webhook_id = uuid4()
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        with self.open_uow() as uow:
            if not uow.webhooks.add(webhook_id, realm_id, url, secret, events, most=self.most):
                raise ConflictError("There is already a webhook with this URL.", action="Remove it first.")
            uow.commit()
        return webhook_id, secret

    def endpoints(self, realm_id: RealmId) -> list[Webhook]:
        """All of them, without their secrets."""
        with self.open_uow() as uow:
            return uow.webhooks.endpoints(realm_id)

    def remove(self, realm_id: RealmId, webhook_id: UUID) -> None:
        """Forget one, with its log.

        Raises:
            NotFoundError: the user has no such webhook.
        """
        with self.open_uow() as uow:
            if not uow.webhooks.remove(realm_id, webhook_id):
                raise NotFoundError(f"There is no webhook {webhook_id}.")
            uow.commit()

    def resume(self, realm_id: RealmId, webhook_id: UUID) -> Webhook:
        """Send to it again, whether it was paused or disabled; what waits for it is due at once.

        Raises:
            NotFoundError: the user has no such webhook.
        """
        with self.open_uow() as uow:
            uow.webhooks.resume(webhook_id)
            found = self._found(uow, realm_id, webhook_id)
            uow.commit()
        return found

    def try_out(self, realm_id: RealmId, webhook_id: UUID) -> UUID:
        """Queue a message that tries it, before all that waits; returns the message's id. A paused webhook that
        takes it is in use again.

        Raises:
            NotFoundError: the user has no such webhook.
            ConflictError: it is disabled, or the message of an earlier call waits still.
        """
        with self.open_uow() as uow:
            found = self._found(uow, realm_id, webhook_id)
            if found.state == "disabled":
                raise ConflictError(
                    f"The webhook is disabled: {found.disabled_because}",
                    action="Enable it first: `PATCH /api/v2/webhooks/{webhook_id}` with `enabled`.",
                )
            delivery_id = uow.webhooks.try_out(webhook_id)
            if delivery_id is None:
                raise ConflictError(
                    "A test message to this webhook is already waiting.",
                    action="Look at its deliveries, then try again.",
                )
            uow.commit()
        return delivery_id

    @staticmethod
    def _found(uow: UnitOfWork, realm_id: RealmId, webhook_id: UUID) -> Webhook:
        for row in uow.webhooks.endpoints(realm_id, webhook_id):
            return row
        raise NotFoundError(f"There is no webhook {webhook_id}.")

    def log(
        self, realm_id: RealmId, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[DeliveryShown]:
        """List the deliveries, newest first.

        Raises:
            NotFoundError: the user has no such webhook.
        """
        with self.open_uow() as uow:
            self._found(uow, realm_id, webhook_id)
            return uow.webhooks.log(realm_id, webhook_id, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class DeliverWebhooks:
    """Sends what is due. Any number of processes may do so at once; together they send no more than ``per_user``
    messages of a user at a time, and half of that to one endpoint."""

    open_uow: OpenUnitOfWork
    sender: WebhookSender
    send_s: float
    """A send ends within this, seconds."""
    per_realm: int = 4
    pages_at: str = ""
    """Where people reach the pages: ``review_url`` begins with it."""

    def __call__(self, *, within_s: float = 60.0, realm_id: RealmId | None = None) -> int:
        """Make one attempt at each delivery that is due; returns how many were taken by their receivers.

        A process that dies in the middle loses nothing: what it had in hand comes due again when its lease has ended,
        and may then arrive twice, under the same ``webhook-id``.

        Args:
            within_s: No further send is begun after so many seconds; those under way are waited for.
            realm_id: Only this user's. Without it, everybody's.

        Raises:
            DatabaseUnavailableError: the rest comes due again.
        """
        until = time.monotonic() + within_s
        sends = _Sends(self._attempt)
        while True:
            room = _AT_A_TIME - sends.under_way
            if room and time.monotonic() < until and not sends.error:
                for delivery in self._claim(room, realm_id):
                    sends.begin(delivery)
            if not sends.under_way:
                break
            sends.wait(_LOOK_AGAIN_S)
        if sends.error:
            raise sends.error
        return sends.taken

    def overdue(self) -> bool:
        """Return True if messages have been due for a minute and nobody sends them."""
        with self.open_uow() as uow:
            return uow.webhooks.overdue(by_s=_OVERDUE_S)

    def prune(self, days: int = _KEPT_DAYS) -> int:
        """Give up what has waited for four days, and forget deliveries that came to their end and are so many days
        old, 0 none; returns how many."""
        with self.open_uow() as uow:
            uow.webhooks.give_up(days=_TRIED_DAYS)
            pruned = uow.webhooks.prune(days=days) if days else 0
            uow.commit()
        return pruned

    def _claim(self, limit: int, realm_id: RealmId | None) -> list[Delivery]:
        with self.open_uow() as uow:
            due = uow.webhooks.claim(
                limit,
                lease_s=self.send_s + _MARGIN_S,
                per_realm=self.per_realm,
                per_endpoint=max(1, self.per_realm // 2),
                realm_id=realm_id,
            )
            uow.commit()
        return due

    def _attempt(self, delivery: Delivery) -> bool:
        result = self.sender.send(self._addressed(delivery))
        status, wait_s = _outcome(delivery, result)
        with self.open_uow() as uow:
            failures = uow.webhooks.lock(delivery.webhook_id)
            if failures is not None and uow.webhooks.settle(delivery, status, result, wait_s=wait_s):
                _judge(uow.webhooks, delivery.webhook_id, failures, result)
            uow.commit()
        return status == "delivered"

    def _addressed(self, delivery: Delivery) -> Delivery:
        """The message with the whole address of the page that it leads to."""
        data = delivery.payload.get("data") or {}
        if not data.get("review_url"):
            return delivery
        whole = {**data, "review_url": f"{self.pages_at}{data['review_url']}"}
        return replace(delivery, payload={**delivery.payload, "data": whole})


class _Sends:
    """Attempts under way, each in a thread of its own."""

    def __init__(self, attempt: Callable[[Delivery], bool]) -> None:
        self._attempt = attempt
        self._ended = SimpleQueue[bool | Exception]()
        self.under_way = self.taken = 0
        self.error: Exception | None = None

    def begin(self, delivery: Delivery) -> None:
        self.under_way += 1
        # daemons: a receiver that does not answer cannot keep a process from ending
        Thread(target=self._run, args=(delivery,), name="webhook", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Until one has ended, or for so long."""
        try:
            ended = self._ended.get(timeout=seconds)
        except Empty:
            return
        self.under_way -= 1
        if isinstance(ended, Exception):
            self.error = self.error or ended
        else:
            self.taken += ended

    def _run(self, delivery: Delivery) -> None:
        try:
            self._ended.put(self._attempt(delivery))
        except Exception as error:
            self._ended.put(error)


def _outcome(delivery: Delivery, result: SendResult) -> tuple[str, float]:
    if result.error is None:
        return "delivered", 0.0
    if result.is_final or delivery.is_test or delivery.attempts > len(WAITS_S):
        return "failed", 0.0
    return "pending", float(WAITS_S[delivery.attempts - 1])


def pause_after(failures: int) -> float | None:
    """Seconds for which an endpoint rests after so many failures in succession; None: it does not."""
    if failures < PAUSE_AFTER:
        return None
    return min(math.ldexp(_FIRST_PAUSE_S, min(failures - PAUSE_AFTER, 10)), _LONGEST_PAUSE_S)


def _judge(webhooks: Webhooks, webhook_id: UUID, failures: int, result: SendResult) -> None:
    """Update an endpoint after an attempt; one that was paused and takes a message is sent all that waits."""
    if result.error is None:
        if failures:
            webhooks.count_failures(webhook_id, 0, error=None, pause_s=None)
        if failures >= PAUSE_AFTER:
            webhooks.make_due(webhook_id)
        return
    failures += 1
    webhooks.count_failures(webhook_id, failures, error=result.error, pause_s=pause_after(failures))
    if result.is_final:
        webhooks.disable(webhook_id, result.error)
