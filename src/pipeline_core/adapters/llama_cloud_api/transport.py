"""The HTTP client of the ``llama_cloud`` package, which keeps to a deadline."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from pipeline_core.adapters.deadline import guard


def http_client(base_url: str, connections: int) -> httpx.Client:
    """A client that keeps to ``deadline`` and uses the environment's proxies."""
    url = urlsplit(base_url)
    proxy = None if proxy_bypass(url.hostname or "") else getproxies().get(url.scheme)
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = httpx.HTTPTransport(proxy=proxy, limits=limits)
    guard(transport, httpcore)
    return httpx.Client(transport=transport, follow_redirects=True)
