"""The HTTP client of the ``openai`` package, which keeps to a deadline."""

import httpcore2
import httpx2

from pipeline_core.adapters.deadline import deadline, guard
from pipeline_core.adapters.paid_service import proxy_of

__all__ = ["deadline", "http_client"]


def http_client(base_url: str, connections: int) -> httpx2.Client:
    """A client that keeps to ``deadline`` and uses the environment's proxies."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = httpx2.HTTPTransport(proxy=proxy_of(base_url), limits=limits)
    guard(transport, httpcore2)
    return httpx2.Client(transport=transport)
