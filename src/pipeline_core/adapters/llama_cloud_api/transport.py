"""The HTTP client of the ``llama_cloud`` package, which keeps to a deadline."""

import httpcore
import httpx

from pipeline_core.adapters.deadline import guard
from pipeline_core.adapters.paid_service import proxy_of


def http_client(base_url: str, connections: int) -> httpx.Client:
    """A client that keeps to ``deadline`` and uses the environment's proxies."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = httpx.HTTPTransport(proxy=proxy_of(base_url), limits=limits)
    guard(transport, httpcore)
    return httpx.Client(transport=transport, follow_redirects=True)
