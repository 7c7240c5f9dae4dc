"""Hosts that requests on behalf of others may go to: the addresses that are checked are the ones that are asked."""

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread

import httpcore
import httpx

from pipeline_core.domain.addresses import Address, Network, is_public, is_within
from pipeline_core.domain.errors import RefusedError

Lookup = Callable[[str, int], Sequence[Address]]


def resolve(host: str, port: int) -> list[Address]:
    """Every address of the host. Raises OSError if it has none."""
    return [ip_address(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class CheckedHosts:
    """Finds the addresses of a host, and refuses it if one of them is not public.

    Args:
        what: The thing that has a URL, as messages call it: ``webhook``.
        setting: Allows private addresses.
        schemes: Those that a URL may have.
        allow_private: Addresses of this machine and of private networks are allowed.
        refused: Networks that are not, public or private.
    """

    what: str
    setting: str
    schemes: Sequence[str]
    allow_private: bool = False
    refused: Sequence[Network] = ()
    lookup: Lookup = resolve

    def parsed(self, url: str) -> httpx.URL:
        """Read a URL without looking anything up.

        Raises:
            RefusedError: it cannot be read, has another scheme, or has a password.
        """
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError):
            raise RefusedError(f"The {self.what}'s URL cannot be read.") from None
        if parsed.scheme not in self.schemes or not parsed.host or parsed.userinfo:
            schemes = " or ".join(f"{scheme}://" for scheme in self.schemes)
            raise RefusedError(f"A {self.what}'s URL begins with {schemes}, and has no password.")
        return parsed

    def addresses(self, host: str, port: int, within_s: float) -> list[Address]:
        """Return the addresses of the host, all of which may be asked.

        Raises:
            RefusedError: one of them may not.
            OSError: the host is not known, or was not found in this time.
        """
        try:
            found = _within(within_s, lambda: list(self.lookup(host, port)))
        except TimeoutError:
            raise TimeoutError(f"The {self.what}'s host {host} was not found within {within_s:g} seconds.") from None
        except (OSError, UnicodeError, ValueError):
            found = []
        if not found:
            raise OSError(f"The {self.what}'s host {host} is not known.")
        if not all(map(self._may_be_asked, found)):
            raise RefusedError(
                f"The {self.what}'s host {host} leads to a private address.",
                action=f"Use a public address, or set {self.setting}=true.",
            )
        return found

    def _may_be_asked(self, address: Address) -> bool:
        return not is_within(address, self.refused) and (self.allow_private or is_public(address))


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to no other addresses than those that are checked at that moment."""

    def __init__(self, hosts: CheckedHosts, backend: httpcore.NetworkBackend, longest_s: float) -> None:
        self._hosts, self._backend, self._longest_s = hosts, backend, longest_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._hosts.addresses(host, port, timeout or self._longest_s)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from None
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._backend.connect_tcp(str(address), port, timeout, local_address, socket_options)
        return self._backend.connect_tcp(str(addresses[-1]), port, timeout, local_address, socket_options)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


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

    Thread(target=ask, name="host-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, seconds))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
