"""Webhooks over HTTP, signed as Standard Webhooks describes (https://www.standardwebhooks.com), to public addresses."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import httpcore
import httpx
import orjson
from standardwebhooks import Webhook

from pipeline_core.adapters.checked_hosts import CheckedHosts, Lookup, resolve
from pipeline_core.adapters.deadline import deadline, guard
from pipeline_core.domain.addresses import Address, Network
from pipeline_core.domain.errors import RefusedError
from pipeline_core.ports.webhooks import Delivery, SendResult

_GONE = 410
_CHECK_S = 5.0
"""Whoever adds a webhook waits for its host's addresses no longer."""


class HttpWebhookSender:
    """Sends to the very address that was checked, so that a name cannot lead elsewhere a moment later; follows no
    redirect, which would do the same. The status is the answer: nothing of its body is read."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        refused: Sequence[Network] = (),
        timeout_s: float = 15.0,
        lookup: Lookup = resolve,
    ) -> None:
        """
        Args:
            allow_private: Addresses of this machine and of private networks are sent to as well.
            refused: Further networks that nothing is sent to.
            timeout_s: A send ends within this: the host's addresses, the connection, and the answer's status and
                headers, however slowly they come.
        """
        self._hosts = CheckedHosts(
            what="webhook",
            setting="UPLOAD_PIPELINE_WEBHOOKS_ALLOW_PRIVATE",
            schemes=("https", "http") if allow_private else ("https",),
            allow_private=allow_private,
            refused=refused,
            lookup=lookup,
        )
        self._timeout_s = timeout_s
        # reading the certificates takes longer than a send
        self._tls = cache(lambda: httpx.create_ssl_context(trust_env=False))

    def check(self, url: str) -> None:
        self._target(url, min(_CHECK_S, self._timeout_s))

    def send(self, delivery: Delivery) -> SendResult:
        until = time.monotonic() + self._timeout_s
        try:
            address, parsed = self._target(delivery.url, self._timeout_s)
            return self._post(delivery, address, parsed, until - time.monotonic())
        except RefusedError as error:
            return SendResult(None, error.message)
        except httpx.TimeoutException:
            return SendResult(None, f"No answer within {self._timeout_s:g} seconds.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return SendResult(None, f"No answer: {type(error).__name__}.")

    def _post(self, delivery: Delivery, address: Address, parsed: httpx.URL, left_s: float) -> SendResult:
        body = orjson.dumps(delivery.payload).decode()
        transport = httpx.HTTPTransport(verify=self._tls(), trust_env=False)
        guard(transport, httpcore)
        with (
            deadline(left_s),
            httpx.Client(transport=transport, timeout=self._timeout_s, follow_redirects=False) as client,
            client.stream(
                "POST",
                parsed.copy_with(host=str(address)),
                content=body,
                headers={**_signed(delivery, body), "Host": parsed.netloc.decode()},
                extensions={"sni_hostname": parsed.raw_host.decode()},
            ) as answer,
        ):
            return _judged(answer.status_code)

    def _target(self, url: str, within_s: float) -> tuple[Address, httpx.URL]:
        parsed = self._hosts.parsed(url)
        try:
            return self._hosts.addresses(parsed.raw_host.decode(), parsed.port or 443, within_s)[0], parsed
        except OSError as error:
            raise RefusedError(str(error)) from None


def _signed(delivery: Delivery, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "document-pipeline-webhooks",
        "webhook-id": str(delivery.delivery_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(delivery.secret).sign(str(delivery.delivery_id), now, body),
    }


def _judged(status: int) -> SendResult:
    if 200 <= status < 300:
        return SendResult(status)
    return SendResult(status, f"It answered with {status}.", is_final=status == _GONE)
