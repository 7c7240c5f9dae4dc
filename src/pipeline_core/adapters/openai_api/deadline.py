"""The HTTP client of the ``openai`` package, which keeps to a deadline."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from pipeline_core.adapters.deadline import deadline, guard

__all__ = ["deadline", "http_client"]


def http_client(base_url: str, connections: int) -> httpx2.Client:
    """A client that keeps to ``deadline`` and uses the environment's proxies."""
    url = urlsplit(base_url)
    proxy = None if proxy_bypass(url.hostname or "") else getproxies().get(url.scheme)
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = httpx2.HTTPTransport(proxy=proxy, limits=limits)
    guard(transport, httpcore2)
    return httpx2.Client(transport=transport)
