"""Source: what websites show, named one by one or by sitemaps."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from pipeline_core.adapters.checked_hosts import CheckedHosts
from pipeline_core.adapters.sources import sitemap
from pipeline_core.adapters.sources.web_client import WebClient
from pipeline_core.adapters.sources.web_names import conditions_of, name_of, type_of, version_of
from pipeline_core.domain.errors import (
    EmptyFileError,
    ObjectNotFoundError,
    PipelineError,
    RefusedError,
    SourceRefusedError,
    UnreadableFileError,
)
from pipeline_core.domain.sources import Fetched, Sighting, Unseen

_AT_A_TIME = 8
"""Requests to all hosts together."""
_WINDOW = 64
_MAX_ADDRESSES = 100_000
_MAX_SITEMAPS = 1_000
_SITEMAP = "sitemap:"
_SITEMAP_ENDINGS = (".xml", ".xml.gz")


@dataclass(frozen=True, slots=True)
class WebPlace:
    """Addresses of documents, and of sitemaps that name them."""

    addresses: tuple[str, ...]
    sitemaps: tuple[str, ...]

    @classmethod
    def of(cls, uri: str, hosts: CheckedHosts) -> "WebPlace":
        """Read addresses with white space between. One that ends in ``.xml`` or ``.xml.gz``, or has ``sitemap:``
        before it, is that of a sitemap.

        Raises:
            RefusedError: one of them is no http(s) address, or there is none.
        """
        addresses: list[str] = []
        sitemaps: list[str] = []
        for said in uri.split():
            url = hosts.parsed(said.removeprefix(_SITEMAP)).copy_with(fragment=None)
            is_sitemap = said.startswith(_SITEMAP) or url.path.lower().endswith(_SITEMAP_ENDINGS)
            (sitemaps if is_sitemap else addresses).append(str(url))
        if not addresses and not sitemaps:
            raise RefusedError("A source of websites needs one address at least.")
        return cls(tuple(addresses), tuple(sitemaps))


@dataclass(frozen=True, slots=True)
class _Foreign:
    """An address of a host that its sitemap may not name."""

    address: str
    sitemap: str

    @property
    def error(self) -> PipelineError:
        return RefusedError(
            f"The sitemap names an address of another host than its own: {_host(self.address)}.",
            where=self.sitemap,
            action="Name the host in UPLOAD_PIPELINE_SOURCE_HOSTS if it may be read, or correct the sitemap.",
            page_action="Ask whoever runs this installation to allow the host, or correct the sitemap.",
        )


@dataclass(frozen=True, slots=True)
class _Checked:
    """Names in a sitemap, each checked."""

    is_index: bool
    addresses: Sequence[str | _Foreign]


class WebSourceReader:
    """Asks conditionally for what was read before; shows the rest unasked, as reading it will tell."""

    def __init__(
        self,
        place: WebPlace,
        matches: Callable[[str], bool],
        *,
        hosts: CheckedHosts,
        client: WebClient,
        other_hosts: frozenset[str] = frozenset(),
    ) -> None:
        """
        Args:
            matches: Says of a name (the path) that it belongs to the source.
            other_hosts: Hosts that a sitemap of any host may name; else it names its own only.
        """
        self._place = place
        self._matches = matches
        self._hosts = hosts
        self._client = client
        self._other_hosts = other_hosts

    def list(self, known: Mapping[str, str | None]) -> Iterator[Sighting | Unseen]:
        named: dict[str, None] = {}
        foreign: dict[str, PipelineError] = {}
        for one in self._named():
            if isinstance(one, _Foreign):
                foreign[one.address] = one.error
            else:
                named[one] = None
        if len(named) > _MAX_ADDRESSES:
            raise SourceRefusedError(f"The source has more than {_MAX_ADDRESSES:,} addresses.")
        yield from self._refused(foreign, known, named)
        urls: list[httpx.URL] = []
        for said in named:
            try:
                url = self._hosts.parsed(said).copy_with(fragment=None)
            except RefusedError as error:
                yield Unseen(said, said, error)
                continue
            if self._matches(name_of(url)):
                urls.append(url)
        urls = list(dict.fromkeys(urls))
        with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="source-web") as pool:
            self._check_hosts(pool, urls)
            for start in range(0, len(urls), _WINDOW):
                seen = pool.map(lambda url: self._look(url, known), urls[start : start + _WINDOW])
                yield from (one for one in seen if one is not None)

    def read(self, sighting: Sighting, *, limit: int) -> Fetched:
        try:
            answer = self._client.ask(sighting.uri, limit=limit)
        except RefusedError as error:
            raise UnreadableFileError(error.message, where=sighting.uri, action=error.what_to_do) from error
        if not answer.data:
            raise EmptyFileError(where=sighting.name)
        name = name_of(httpx.URL(sighting.uri), answer.headers.get("content-type", ""))
        return Fetched(answer.data, Sighting(sighting.uri, name, len(answer.data), version_of(answer.headers)))

    def _look(self, url: httpx.URL, known: Mapping[str, str | None]) -> Sighting | Unseen | None:
        uri = str(url)
        version = known.get(uri)
        try:
            if uri not in known:
                self._client.check(uri)
                return Sighting(uri, name_of(url))
            answer = self._client.ask(uri, conditions=conditions_of(version or ""))
        except ObjectNotFoundError:
            return None
        except PipelineError as error:
            return Unseen(uri, name_of(url, type_of(version or "")), error)
        if answer.status == 304:
            return Sighting(uri, name_of(url, type_of(version or "")), version=version)
        size = answer.headers.get("content-length", "") if "content-encoding" not in answer.headers else ""
        return Sighting(
            uri,
            name_of(url, answer.headers.get("content-type", "")),
            int(size) if size.isdecimal() else None,
            version_of(answer.headers),
        )

    def _check_hosts(self, pool: ThreadPoolExecutor, urls: Sequence[httpx.URL]) -> None:
        """Raise what the hosts answer if none of them may be asked anything: then there is no listing."""
        hosts = {url.netloc: str(url) for url in urls}
        errors = [*pool.map(self._error_of_host, hosts.values())]
        if errors and (first := errors[0]) is not None and all(errors):
            raise first

    def _error_of_host(self, uri: str) -> PipelineError | None:
        try:
            self._client.robots_of(uri)
        except PipelineError as error:
            return error
        return None

    def _refused(
        self, foreign: Mapping[str, PipelineError], known: Mapping[str, str | None], named: Mapping[str, None]
    ) -> Iterator[Unseen]:
        """Show what is not read because of its host; what is known there has not vanished."""
        hosts = {_host(address): error for address, error in foreign.items()}
        left = {uri: error for uri in known if uri not in named and (error := hosts.get(_host(uri)))}
        for uri, error in {**left, **foreign}.items():
            url = _url(uri)
            if url is not None and (self._matches(name := name_of(url, type_of(known.get(uri) or ""))) or uri in known):
                yield Unseen(uri, name, error)

    def _named(self) -> Iterator[str | _Foreign]:
        yield from self._place.addresses
        left = [(one, True) for one in self._place.sitemaps]
        for count, (address, may_be_index) in enumerate(left):
            if count >= _MAX_SITEMAPS:
                raise SourceRefusedError(f"The source has more than {_MAX_SITEMAPS:,} sitemaps.")
            found = self._sitemap(address)
            own = [one for one in found.addresses if not isinstance(one, _Foreign)]
            yield from (one for one in found.addresses if isinstance(one, _Foreign))
            if not found.is_index:
                yield from own
            elif may_be_index:
                # the list that is gone through grows: indexes name sitemaps, and no further indexes
                left += [(one, False) for one in own]
            else:
                raise SourceRefusedError("An index of sitemaps names another index.", where=address)

    def _sitemap(self, address: str) -> _Checked:
        try:
            answer = self._client.ask(address, limit=sitemap.MAX_BYTES)
        except (ObjectNotFoundError, UnreadableFileError) as error:
            raise SourceRefusedError(f"The sitemap cannot be read: {error.message}", where=address) from error
        found = sitemap.read_sitemap(answer.data, address)
        allowed = {httpx.URL(address).host, httpx.URL(answer.url).host, "", *self._other_hosts}
        checked = [one if _host(one) in allowed else _Foreign(one, address) for one in found.addresses]
        return _Checked(found.is_index, checked)


def _url(address: str) -> httpx.URL | None:
    try:
        return httpx.URL(address)
    except httpx.InvalidURL:
        return None


def _host(address: str) -> str:
    url = _url(address)
    return url.host if url else ""
