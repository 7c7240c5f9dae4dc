"""Admission of requests by client address and host name; others get a problem before any other code of the app runs."""

import re
from collections.abc import Sequence
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_core.api.problems import refuse
from pipeline_core.domain.errors import ConfigurationError

_NO_HOST = "The API does not serve this host name; UPLOAD_PIPELINE_API_ALLOWED_HOSTS lists the names that it serves."
_ASK_HOST = "Use one of those names, or have the operator add this one."
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?")
_PATTERN = re.compile(r"\*|(\*\.)?[a-z0-9._-]+|\[[0-9a-f:.]+\]")


def host_names(names: Sequence[str]) -> list[str]:
    """The names in lower case: without ports; ``*.example.org`` is every name below that one, ``*`` every name.

    Raises:
        ConfigurationError: one of them is none.
    """
    hosts = [name.lower() for name in names]
    if wrong := [host for host in hosts if not _PATTERN.fullmatch(host)]:
        raise ConfigurationError(
            f"UPLOAD_PIPELINE_API_ALLOWED_HOSTS: {wrong[0]} is not a host name.",
            action="Name hosts as example.org, *.example.org, [::1], or * for all.",
        )
    return hosts


class AllowedHostsMiddleware:
    """Refuses requests for other hosts: pages of another name cannot reach this one by DNS rebinding."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        """``hosts`` are of ``host_names``."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_allowed(Headers(scope=scope).get("host", "")):
            await refuse(scope, receive, send, 400, _NO_HOST, _ASK_HOST)
            return
        await self._app(scope, receive, send)

    def _is_allowed(self, header: str) -> bool:
        if "*" in self._hosts:
            return True
        named = _HOST.fullmatch(header.lower())
        return named is not None and any(
            named[1] == host or (host.startswith("*.") and named[1].endswith(host[1:])) for host in self._hosts
        )


class LoopbackOnlyMiddleware:
    """Refuses whoever is not on this machine, however the server was started: local mode trusts it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == "http" and client and not _is_loopback(client[0]):
            told = "In local mode the API serves this machine only."
            await refuse(scope, receive, send, 403, told, "Ask from this machine, or have the operator set up tokens.")
            return
        await self._app(scope, receive, send)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
