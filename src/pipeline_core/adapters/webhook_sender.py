"""Webhooks over HTTP, signed as Standard Webhooks describes (https://www.standardwebhooks.com), to public addresses."""

import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
import orjson
from standardwebhooks import Webhook

from pipeline_core.domain.errors import RefusedError
from pipeline_core.ports.webhooks import Delivery, SendResult

_MAX_ANSWER_BYTES = 4096
_GONE = 410
Address = IPv4Address | IPv6Address


def resolve(host: str, port: int) -> list[Address]:
    """Every address of the host. Raises OSError if it has none."""
    return [ip_address(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class HttpWebhookSender:
    """Sends to the very address that was checked, so that a name cannot lead elsewhere a moment later; follows no
    redirect, which would do the same."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout_s: float = 15.0,
        lookup: Callable[[str, int], Sequence[Address]] = resolve,
    ) -> None:
        """``allow_private``: addresses of this machine and of private networks are sent to as well."""
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._lookup = lookup

    def check(self, url: str) -> None:
        self._target(url)

    def send(self, delivery: Delivery) -> SendResult:
        try:
            address, parsed = self._target(delivery.url)
        except RefusedError as error:
            return SendResult(None, error.message)
        body = orjson.dumps(delivery.payload).decode()
        try:
            with (
                httpx.Client(timeout=self._timeout_s, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    parsed.copy_with(host=str(address)),
                    content=body,
                    headers={**_signed(delivery, body), "Host": parsed.netloc.decode()},
                    extensions={"sni_hostname": parsed.host},
                ) as answer,
            ):
                # what it says is nobody's business; its first bytes show that it is there
                next(answer.iter_bytes(_MAX_ANSWER_BYTES), b"")
                return _judged(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return SendResult(None, f"No answer: {type(error).__name__}.")

    def _target(self, url: str) -> tuple[Address, httpx.URL]:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise RefusedError("The webhook's URL cannot be read.") from None
        schemes = ("https", "http") if self._allow_private else ("https",)
        if parsed.scheme not in schemes or not parsed.host or parsed.userinfo:
            raise RefusedError(
                f"A webhook's URL begins with {' or '.join(f'{scheme}://' for scheme in schemes)}, and has no password."
            )
        try:
            addresses = list(self._lookup(parsed.host, parsed.port or 443))
        except (OSError, UnicodeError, ValueError):
            raise RefusedError(f"The webhook's host {parsed.host} is not known.") from None
        wrong = [address for address in addresses if not (self._allow_private or _is_public(address))]
        if wrong or not addresses:
            raise RefusedError(
                f"The webhook's host {parsed.host} leads to a private address.",
                action="Use a public address, or set UPLOAD_PIPELINE_WEBHOOKS_ALLOW_PRIVATE=true.",
            )
        return addresses[0], parsed


def _is_public(address: Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast


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
