"""Clients of an HTTP server: threads with a connection each, that ask as fast as they are answered."""

import http.client
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_FILE_BYTES = 100 * 1024
_BOUNDARY = "benchmark"
_LINE = b"The premium is due on the first day of every month.\n"
_HEAD = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n'.encode()
_TAIL = f"\r\n--{_BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class Request:
    """A request that is repeated; ``body`` is made anew each time."""

    method: str
    path: str
    expected: int
    body: Callable[[], bytes | None] = lambda: None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Figures:
    """Requests a second, and how long the middle one and the slowest of a hundred took, milliseconds."""

    rate: float
    p50: float
    p99: float


def upload(path: str) -> Request:
    """A text of 100 KB. No two are the same: one that is known is answered without being stored."""
    text = _LINE * (_FILE_BYTES // len(_LINE))
    content_type = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    return Request("POST", path, 202, lambda: _HEAD + secrets.token_hex(16).encode() + text + _TAIL, content_type)


def send(connection: http.client.HTTPConnection, request: Request, token: str) -> bytes:
    """The answer's body.

    Raises:
        RuntimeError: the status is not the expected one.
    """
    headers = {"Authorization": f"Bearer {token}", **(request.headers or {})}
    connection.request(request.method, request.path, request.body(), headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != request.expected:
        raise RuntimeError(f"{request.method} {request.path}: {answer.status} {body[:300]!r}")
    return body


def connect(port: int) -> http.client.HTTPConnection:
    """A connection to a server of this machine."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def measure(port: int, token: str, request: Request, *, count: int, clients: int) -> Figures:
    """Ask ``count`` times, by so many clients at once.

    Raises:
        SystemExit: a request failed.
    """
    taken, wrong, left = list[float](), list[Exception](), threading.Semaphore(count)

    def client() -> None:
        connection = connect(port)
        try:
            while left.acquire(blocking=False):
                began = time.perf_counter()
                send(connection, request, token)
                taken.append(time.perf_counter() - began)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if wrong:
        raise SystemExit(f"a request failed: {wrong[0]}")
    taken.sort()
    return Figures(count / seconds, taken[len(taken) // 2] * 1000, taken[len(taken) * 99 // 100] * 1000)
