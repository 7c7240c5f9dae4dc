"""Faults of the transport, whatever the service: each handles one exchange instead of its route."""

import json
import time
from typing import Any

from tests.paid_services.server import Exchange, Fault, Handler

_DRIP_S = 0.05


def status(code: int, *, headers: dict[str, str] | None = None, error: dict[str, Any] | None = None) -> Fault:
    """An error status; nothing is charged."""

    def fault(exchange: Exchange, _route: Handler) -> None:
        words = {"message": f"scripted {code}", "type": "error", "code": None, **(error or {})}
        exchange.send(code, {"error": words}, headers)

    return fault


def gateway_timeout(exchange: Exchange, route: Handler) -> None:
    """The work is done and charged, and a proxy in between did not wait for it."""
    route(exchange)
    exchange.send(504, b"<html>upstream timed out</html>", {"content-type": "text/html"})


def without_message(exchange: Exchange, route: Handler) -> None:
    """Charged, and JSON, but not the protocol's: some local servers answer so when they fail."""
    code, body, headers = route(exchange)
    exchange.send(code, {**body, "choices": [{"index": 0, "finish_reason": "stop", "message": None}]}, headers)


def hang(exchange: Exchange, _route: Handler) -> None:
    """No answer at all, until the server ends."""
    exchange.server.released.wait()
    exchange.cut()


def cut(exchange: Exchange, route: Handler) -> None:
    """The work is done and charged, and the connection ends in the middle of the answer."""
    code, body, headers = route(exchange)
    data = json.dumps(body).encode()
    exchange.start(code, len(data), headers)
    exchange.handler.wfile.write(data[: len(data) // 2])
    exchange.cut()


def drip(exchange: Exchange, route: Handler) -> None:
    """Charged, and sent so slowly that no single wait is long."""
    code, body, headers = route(exchange)
    data = json.dumps(body).encode()
    exchange.start(code, len(data), headers)
    for at in range(len(data)):
        exchange.handler.wfile.write(data[at : at + 1])
        exchange.handler.wfile.flush()
        if exchange.server.released.wait(_DRIP_S):
            break


def drip_headers(exchange: Exchange, route: Handler) -> None:
    """Charged, and not even the headers come to an end."""
    route(exchange)
    exchange.handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not exchange.server.released.wait(_DRIP_S):
        exchange.handler.wfile.write(b"x-more: y\r\n")
        exchange.handler.wfile.flush()


def malformed(exchange: Exchange, route: Handler) -> None:
    """Charged, and the body is half a JSON text."""
    code, body, headers = route(exchange)
    exchange.send(code, json.dumps(body).encode()[:-20], headers)


def slow(seconds: float) -> Fault:
    """The right answer, late."""

    def fault(exchange: Exchange, route: Handler) -> None:
        time.sleep(seconds)
        code, body, headers = route(exchange)
        exchange.send(code, body, headers)

    return fault
