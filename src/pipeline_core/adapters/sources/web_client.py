"""Requests to websites: to checked addresses, at their pace, as robots.txt allows, and never half an answer."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock
from typing import Any

import httpcore
import httpx

from pipeline_core.adapters.checked_hosts import CheckedBackend, CheckedHosts
from pipeline_core.adapters.deadline import deadline, guard
from pipeline_core.adapters.retry_after import retry_after_s
from pipeline_core.adapters.sources.robots import Robots, read_robots
from pipeline_core.adapters.sources.web_pace import Pace
from pipeline_core.domain.errors import (
    FileTooLargeError,
    LeftOutError,
    ObjectNotFoundError,
    PipelineError,
    RefusedError,
    SourceUnavailableError,
    UnreadableFileError,
)

CRAWLER = "document-pipeline"
"""Name that a robots.txt may have rules for."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_ROBOTS_BYTES = 4 << 20
_TRIES = 3
"""Requests in all, where the host says when to ask again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a site: 200 or 304. ``url`` is where it came from after all redirects; ``data`` only if it was read."""

    url: str
    status: int
    headers: Mapping[str, str]
    data: bytes = b""


@dataclass
class _Host:
    pace: Pace
    lock: Lock = field(default_factory=Lock)
    robots: Robots | PipelineError | None = None


class WebClient:
    """One for a listing and its reading: what robots.txt says is asked once."""

    def __init__(
        self, hosts: CheckedHosts, *, timeout_s: float = 30.0, whole_s: float = 300.0, patience_s: float = 30.0
    ):
        """
        Args:
            timeout_s: The longest wait for any part of an answer.
            whole_s: A request ends within this, however slowly its answer comes.
            patience_s: The longest pause that a host is granted by ``Retry-After``.
        """
        self._hosts = hosts
        self._whole_s, self._patience_s = whole_s, patience_s
        self._met: dict[str, _Host] = {}
        self._lock = Lock()
        self._client = cache(lambda: _client(hosts, timeout_s))

    def ask(self, url: str, *, conditions: Mapping[str, str] | None = None, limit: int | None = None) -> Answer:
        """Get a URL.

        Args:
            conditions: Headers that make it a conditional request: 304 is an answer then.
            limit: Bytes that the body may have; None: it is not read.

        Raises:
            ObjectNotFoundError: it is gone (404, 410).
            UnreadableFileError: the site, or its robots.txt, does not show it to us.
            RefusedError: it leads to an address that is not to be asked.
            FileTooLargeError: it has more bytes.
            SourceUnavailableError: there was no answer, a failure, or one that broke off.
        """
        return self._follow(url, conditions or {}, limit, is_robots=False)

    def check(self, url: str) -> None:
        """Raise an error if the URL may not be asked for, without asking for it; robots.txt is asked once.

        Raises:
            PipelineError: as ``ask`` does.
        """
        path = self._hosts.parsed(url).raw_path.decode("ascii", "replace")
        if not self.robots_of(url).allow(path):
            raise LeftOutError(
                "Its robots.txt does not allow this address.",
                where=url,
                action=f"Ask the site to allow `{CRAWLER}`, or leave the address out.",
                page_action="Ask the site to allow it, or leave the address out.",
            )

    def robots_of(self, url: str) -> Robots:
        """Return what the robots.txt of the URL's host asks of us.

        Raises:
            PipelineError: it cannot be read, and nothing may be asked there.
        """
        parsed = self._hosts.parsed(url)
        host = self._host(parsed)
        with host.lock:
            if host.robots is None:
                host.robots = self._read_robots(parsed)
                if isinstance(host.robots, Robots):
                    host.pace.space(host.robots.delay_s)
        if isinstance(host.robots, PipelineError):
            raise type(host.robots)(host.robots.message, where=host.robots.where, action=host.robots.what_to_do)
        return host.robots

    def _follow(self, url: str, conditions: Mapping[str, str], limit: int | None, *, is_robots: bool) -> Answer:
        asked = url
        for _ in range(_MAX_REDIRECTS + 1):
            parsed = self._hosts.parsed(url)
            if not is_robots:
                self.check(url)
            answer = self._patiently(parsed, conditions, limit)
            if answer.status not in _REDIRECTS:
                return answer
            url = str(parsed.join(_location(answer)))
            if parsed.scheme == "https" and not url.startswith("https:"):
                raise RefusedError("It leads from https to http, which is not followed.", where=asked)
        raise UnreadableFileError(f"It leads on more than {_MAX_REDIRECTS} times.", where=asked)

    def _patiently(self, parsed: httpx.URL, conditions: Mapping[str, str], limit: int | None) -> Answer:
        pace = self._host(parsed).pace
        for tries in range(1, _TRIES + 1):
            with pace.turn():
                answer = self._counted(pace, parsed, conditions, limit)
            if answer.status not in (429, 503):
                break
            wait = retry_after_s(answer.headers)
            if wait is None or not pace.pause(wait) or tries == _TRIES:
                break
        return _judged(answer, conditions)

    def _counted(self, pace: Pace, parsed: httpx.URL, conditions: Mapping[str, str], limit: int | None) -> Answer:
        try:
            answer = self._whole(parsed, conditions, limit)
        except SourceUnavailableError as error:
            pace.count(error)
            raise
        pace.count(None)
        return answer

    def _whole(self, parsed: httpx.URL, conditions: Mapping[str, str], limit: int | None) -> Answer:
        """One answer; one whose end nothing marks is asked for twice, as it may have broken off."""
        answer, is_marked = self._once(parsed, conditions, limit)
        if limit is None or answer.status != 200 or is_marked:
            return answer
        if self._once(parsed, conditions, limit)[0].data != answer.data:
            raise SourceUnavailableError("Its answer breaks off, or is another each time.", where=answer.url)
        return answer

    def _once(self, parsed: httpx.URL, conditions: Mapping[str, str], limit: int | None) -> tuple[Answer, bool]:
        url = str(parsed)
        try:
            with deadline(self._whole_s), self._client().stream("GET", parsed, headers=dict(conditions)) as answer:
                is_marked = "content-length" in answer.headers or "transfer-encoding" in answer.headers
                data = _body(answer, limit, url) if limit is not None and answer.status_code == 200 else b""
                return Answer(url, answer.status_code, answer.headers, data), is_marked
        except httpx.TimeoutException:
            raise SourceUnavailableError("It did not answer in time.", where=url) from None
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
            raise SourceUnavailableError(
                f"There was no whole answer: {error or type(error).__name__}.", where=url
            ) from None

    def _read_robots(self, parsed: httpx.URL) -> Robots | PipelineError:
        url = str(parsed.copy_with(raw_path=b"/robots.txt", fragment=None))
        try:
            answer = self._follow(url, {}, _ROBOTS_BYTES, is_robots=True)
        except (ObjectNotFoundError, UnreadableFileError):
            return Robots()
        except RefusedError as error:
            return error
        except PipelineError as error:
            return SourceUnavailableError(
                f"Its robots.txt cannot be read, so that nothing may be asked for: {error.message}", where=parsed.host
            )
        return read_robots(answer.data.decode("utf-8", "replace"), CRAWLER)

    def _host(self, parsed: httpx.URL) -> _Host:
        with self._lock:
            return self._met.setdefault(
                f"{parsed.scheme}://{parsed.netloc.decode()}", _Host(Pace(parsed.host, self._patience_s))
            )


def _client(hosts: CheckedHosts, timeout_s: float) -> httpx.Client:
    transport = httpx.HTTPTransport(verify=httpx.create_ssl_context(trust_env=False), trust_env=False)
    guard(transport, httpcore)
    pool: Any = transport._pool
    pool._network_backend = CheckedBackend(hosts, pool._network_backend, timeout_s)
    return httpx.Client(
        transport=transport,
        timeout=timeout_s,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": CRAWLER, "Accept": "*/*", "Accept-Encoding": "gzip"},
    )


def _location(answer: Answer) -> str:
    if not (location := answer.headers.get("location")):
        raise UnreadableFileError("It leads on, but does not say where.", where=answer.url)
    return location


def _judged(answer: Answer, conditions: Mapping[str, str]) -> Answer:
    status = answer.status
    if status == 200 or status in _REDIRECTS or (status == 304 and conditions):
        return answer
    if status in (404, 410):
        raise ObjectNotFoundError(f"It is gone: it answers {status}.", where=answer.url)
    if status == 429 or status >= 500:
        raise SourceUnavailableError(f"It answers {status}.", where=answer.url)
    raise UnreadableFileError(f"It answers {status}.", where=answer.url)


def _body(answer: httpx.Response, limit: int, url: str) -> bytes:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise UnreadableFileError(f"It is encoded as {encoding[:20]}, which was not asked for.", where=url)
    gunzip = zlib.decompressobj(31) if "gzip" in encoding else None
    data = bytearray()
    for piece in answer.iter_raw():
        if gunzip is None:
            data += piece
        while gunzip is not None and piece and len(data) <= limit:
            data += gunzip.decompress(piece, limit + 1 - len(data))
            piece = gunzip.unconsumed_tail
        if len(data) > limit:
            raise FileTooLargeError(f"It has more than {limit:,} bytes, which is the limit.", where=url)
    if gunzip is not None and not gunzip.eof:
        raise SourceUnavailableError("Its answer breaks off.", where=url)
    return bytes(data)
