"""A deadline that ends a request however its answer arrives: a timeout for each read never ends a slow drip.

For ``httpcore`` and for ``httpcore2``, which differ in name only.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from types import ModuleType
from typing import Any

_ENDS = threading.local()
_PIECE_BYTES = 64 * 1024


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Network waits of this thread end after so many seconds in all; then the client raises its timeout."""
    _ENDS.at = time.monotonic() + seconds
    try:
        yield
    finally:
        _ENDS.at = None


def guard(transport: Any, core: ModuleType) -> None:
    """Let a transport of ``httpx`` keep to ``deadline``; ``core`` is the ``httpcore`` that it stands on."""
    # the only way in: its pools take a backend, its transports do not pass one on
    transport._pool._network_backend = _Backend(transport._pool._network_backend, core)


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    ends: float | None = getattr(_ENDS, "at", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise error("the deadline of the request is over")
    return left if timeout is None else min(timeout, left)


class _Stream:
    """A connection, none of whose waits lasts beyond the deadline of the thread that waits."""

    def __init__(self, stream: Any, core: ModuleType) -> None:
        self._stream, self._core = stream, core

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._stream.read(max_bytes, _left(timeout, self._core.ReadTimeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # a stream gives each part that the other side takes the whole time again
        for start in range(0, len(buffer), _PIECE_BYTES):
            piece = buffer[start : start + _PIECE_BYTES]
            self._stream.write(piece, _left(timeout, self._core.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "_Stream":
        left = _left(timeout, self._core.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._core)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend:
    def __init__(self, backend: Any, core: ModuleType) -> None:
        self._backend, self._core = backend, core

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> _Stream:
        left = _left(timeout, self._core.ConnectTimeout)
        return _Stream(self._backend.connect_tcp(host, port, left, local_address, socket_options), self._core)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)
