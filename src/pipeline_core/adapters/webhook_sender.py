"""Webhooks over HTTP, signed as Standard Webhooks describes (https://www.standardwebhooks.com), to public addresses."""

import socket
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread

import httpcore
import httpx
import orjson
from standardwebhooks import Webhook

from pipeline_core.adapters.deadline import deadline, guard
from pipeline_core.domain.addresses import Address, Network, is_public
from pipeline_core.domain.errors import RefusedError
from pipeline_core.ports.webhooks import Delivery, SendResult

_GONE = 410
_CHECK_S = 5.0
"""Whoever adds a webhook waits for its host's addresses no longer."""
Lookup = Callable[[str, int], Sequence[Address]]


def resolve(host: str, port: int) -> list[Address]:
    """Every address of the host. Raises OSError if it has none."""
    return [ip_address(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


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
        self._allow_private = allow_private
        self._refused = refused
        self._timeout_s = timeout_s
        self._lookup = lookup
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
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise RefusedError("The webhook's URL cannot be read.") from None
        schemes = ("https", "http") if self._allow_private else ("https",)
        if parsed.scheme not in schemes or not parsed.host or parsed.userinfo:
            raise RefusedError(
                f"A webhook's URL begins with {' or '.join(f'{scheme}://' for scheme in schemes)}, and has no password."
            )
        host = parsed.raw_host.decode()
        try:
            addresses = _within(within_s, lambda: list(self._lookup(host, parsed.port or 443)))
        except TimeoutError:
            raise RefusedError(f"The webhook's host {parsed.host} was not found within {within_s:g} seconds.") from None
        except (OSError, UnicodeError, ValueError):
            raise RefusedError(f"The webhook's host {parsed.host} is not known.") from None
        if not addresses or not all(map(self._may_be_sent_to, addresses)):
            raise RefusedError(
                f"The webhook's host {parsed.host} leads to a private address.",
                action="Use a public address, or set UPLOAD_PIPELINE_WEBHOOKS_ALLOW_PRIVATE=true.",
            )
        return addresses[0], parsed

    def _may_be_sent_to(self, address: Address) -> bool:
        return self._allow_private or is_public(address, but=self._refused)


def _within(seconds: float, look_up: Callable[[], list[Address]]) -> list[Address]:
    """Return the lookup's addresses. The system's resolver cannot be stopped: one too slow is left to itself, in a
    thread that keeps no process from ending.

    Raises:
        TimeoutError: it took longer.
        OSError, UnicodeError, ValueError: as the lookup raised it.
    """
    answers = SimpleQueue[list[Address] | Exception]()

    def ask() -> None:
        try:
            answers.put(look_up())
        except Exception as error:
            answers.put(error)

    Thread(target=ask, name="webhook-host", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, seconds))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


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
