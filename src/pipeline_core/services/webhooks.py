"""Telling users: which endpoints they have, and sending what is due, again and again until it is taken."""

import base64
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from uuid import UUID, uuid4

from pipeline_core.domain.errors import ConflictError, NotFoundError
from pipeline_core.domain.ids import UserId
from pipeline_core.ports.unit_of_work import OpenUnitOfWork
from pipeline_core.ports.views import Row
from pipeline_core.ports.webhooks import Delivery, SendResult, WebhookEvent, WebhookSender

WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt, as Standard Webhooks recommends; after the last the delivery has failed."""
_SECRET_BYTES = 32
_LEASE_S = 120
_THREADS = 8
_AT_A_TIME = 56
"""All of them are settled within the lease, even if no receiver answers in its 15 seconds."""
_KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class WebhookEndpoints:
    """One user's endpoints."""

    open_uow: OpenUnitOfWork
    sender: WebhookSender

    def add(self, user_id: UserId, url: str, events: Sequence[WebhookEvent]) -> tuple[UUID, str]:
        """Have a URL told of these events; answers with its id and its secret, which is not shown again.

        Raises:
            RefusedError: the URL may not be sent to.
            ConflictError: the user has it already.
        """
        self.sender.check(url)
        webhook_id = uuid4()
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        with self.open_uow() as uow:
            if not uow.webhooks.add(webhook_id, user_id, url, secret, events):
                raise ConflictError("There is a webhook of this URL already.", action="Remove it first.")
            uow.commit()
        return webhook_id, secret

    def endpoints(self, user_id: UserId) -> list[Row]:
        """All of them, without their secrets."""
        with self.open_uow() as uow:
            return uow.webhooks.endpoints(user_id)

    def remove(self, user_id: UserId, webhook_id: UUID) -> None:
        """Forget one, with its log.

        Raises:
            NotFoundError: the user has no such webhook.
        """
        with self.open_uow() as uow:
            if not uow.webhooks.remove(user_id, webhook_id):
                raise NotFoundError(f"There is no webhook {webhook_id}.")
            uow.commit()

    def log(self, user_id: UserId, webhook_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
        """What was sent, newest first.

        Raises:
            NotFoundError: the user has no such webhook.
        """
        with self.open_uow() as uow:
            if not uow.webhooks.endpoints(user_id, webhook_id):
                raise NotFoundError(f"There is no webhook {webhook_id}.")
            return uow.webhooks.log(user_id, webhook_id, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class DeliverWebhooks:
    """Sends what is due. Any number of processes may do so at once."""

    open_uow: OpenUnitOfWork
    sender: WebhookSender

    def __call__(self, limit: int = 500) -> int:
        """Make one attempt at each delivery that is due; answers with how many were taken by their receivers.

        A process that dies in the middle loses nothing: what it had in hand comes due again after two minutes, and
        may then arrive twice, under the same ``webhook-id``.

        Raises:
            DatabaseUnavailableError: the rest comes due again.
        """
        taken = 0
        while limit > 0:
            with self.open_uow() as uow:
                due = uow.webhooks.claim(min(limit, _AT_A_TIME), lease_s=_LEASE_S)
                uow.commit()
            if not due:
                break
            taken += self._send(due)
            limit -= len(due)
        return taken

    def _send(self, due: Sequence[Delivery]) -> int:
        todo, taken, errors = deque(due), list[bool](), list[Exception]()

        def work() -> None:
            while not errors:
                try:
                    delivery = todo.popleft()
                except IndexError:
                    return
                try:
                    taken.append(self._attempt(delivery))
                except Exception as error:
                    errors.append(error)

        # daemons: a receiver that does not answer cannot keep a process from ending
        threads = [Thread(target=work, name="webhook", daemon=True) for _ in range(min(_THREADS, len(due)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return sum(taken)

    def prune(self) -> int:
        """Forget deliveries that came to their end and are 30 days old; answers with how many."""
        with self.open_uow() as uow:
            pruned = uow.webhooks.prune(days=_KEPT_DAYS)
            uow.commit()
        return pruned

    def _attempt(self, delivery: Delivery) -> bool:
        result = self.sender.send(delivery)
        status, wait_s = _outcome(delivery.attempts, result)
        with self.open_uow() as uow:
            uow.webhooks.settle(delivery, status, result, wait_s=wait_s)
            if result.is_final:
                uow.webhooks.disable(delivery.webhook_id, result.error or "")
            uow.commit()
        return status == "delivered"


def _outcome(attempts: int, result: SendResult) -> tuple[str, float]:
    if result.error is None:
        return "delivered", 0.0
    if result.is_final or attempts > len(WAITS_S):
        return "failed", 0.0
    return "pending", float(WAITS_S[attempts - 1])
