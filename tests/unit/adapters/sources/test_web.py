"""Websites that answer with 304 and 429, lie, stall, break off, or lead to where nobody may go."""

import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from ipaddress import ip_address
from pathlib import Path
from threading import Lock, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pipeline_core.adapters.checked_hosts import CheckedHosts, Lookup, resolve
from pipeline_core.adapters.sources.web import WebPlace, WebSourceReader
from pipeline_core.adapters.sources.web_client import WebClient
from pipeline_core.domain.addresses import Address, networks
from pipeline_core.domain.errors import (
    FileTooLargeError,
    ObjectNotFoundError,
    PipelineError,
    RefusedError,
    SourceRefusedError,
    SourceUnavailableError,
    UnreadableFileError,
)
from pipeline_core.domain.sources import Fetched, Sighting, Unseen
from tests.support.websites import Page, Site, website

OLD = formatdate(1_600_000_000, usegmt=True)
Version = dict[str, str | None]


@pytest.fixture
def site() -> Iterator[Site]:
    with website() as site:
        yield site


def reader(
    uri: str,
    *,
    lookup: Lookup = resolve,
    allow_private: bool = True,
    refused: str = "",
    other_hosts: Sequence[str] = (),
    timeout_s: float = 5,
    whole_s: float = 10,
) -> WebSourceReader:
    hosts = CheckedHosts("source", "ALLOW", ("http", "https"), allow_private, networks(refused), lookup)
    client = WebClient(hosts, timeout_s=timeout_s, whole_s=whole_s, patience_s=2)
    place = WebPlace.of(uri, hosts)
    return WebSourceReader(place, lambda _: True, hosts=hosts, client=client, other_hosts=frozenset(other_hosts))


def fetch(site: Site, path: str = "/a.txt", *, limit: int = 1 << 20) -> Fetched:
    return reader(site.url + path).read(Sighting(site.url + path, path), limit=limit)


def unseen(found: Mapping[str, Sighting | Unseen], uri: str) -> PipelineError:
    one = found[uri]
    assert isinstance(one, Unseen)
    return one.error


def shown(at: WebSourceReader, known: Version | None = None) -> dict[str, Sighting | Unseen]:
    return {one.uri: one for one in at.list(known or {})}


# --- conditional requests --------------------------------------------------------------------------------


def test_what_has_not_changed_answers_304_and_keeps_name_and_version(site: Site) -> None:
    site.pages["/about"] = Page(b"<html>", headers={"Content-Type": "text/html; charset=utf-8"})
    uri = f"{site.url}/about"
    read = fetch(site, "/about").sighting
    assert read.name == "about.html"
    found = shown(reader(uri), {uri: read.version})[uri]
    assert found == Sighting(uri, "about.html", None, read.version)
    assert site.asked[-1][1]["If-None-Match"] == site.page("/about").etag


def test_a_time_of_change_makes_a_request_conditional_too(site: Site) -> None:
    site.pages["/a.txt"] = [Page(b"a", headers={"Last-Modified": OLD}, tag=False), Page(status=304)]
    uri = f"{site.url}/a.txt"
    version = fetch(site).sighting.version
    found = shown(reader(uri), {uri: version})[uri]
    assert isinstance(found, Sighting)
    assert found.version == version
    assert site.asked[-1][1]["If-Modified-Since"] == OLD


@pytest.mark.parametrize("modified", [None, "now", "yesterday"])
def test_with_nothing_to_go_by_the_bytes_decide(site: Site, modified: str | None) -> None:
    said = {"now": formatdate(usegmt=True)}.get(modified or "", modified)
    site.pages["/a.txt"] = Page(b"a", headers={"Last-Modified": said} if said else {}, tag=False)
    assert fetch(site).sighting.version is None
    found = shown(reader(f"{site.url}/a.txt"), {f"{site.url}/a.txt": None})
    assert next(iter(found.values())) == Sighting(f"{site.url}/a.txt", "a.txt", 1, None)


def test_what_was_never_read_is_shown_unasked(site: Site) -> None:
    assert list(shown(reader(f"{site.url}/a.txt#top {site.url}/a.txt"))) == [f"{site.url}/a.txt"]
    assert [path for path, _ in site.asked] == ["/robots.txt"]


NAMES = {
    "/": ("127.0.0.1", "text/plain", "127.0.0.1.txt"),
    "/docs/": ("docs", "text/html", "docs.html"),
    "/a/b.pdf": ("a/b.pdf", "text/html", "a/b.pdf"),
    "/v1.2": ("v1.2", "application/pdf", "v1.2.pdf"),
    "/page.php?x=1": ("page.php", "text/html", "page.php.html"),
    "/thing": ("thing", "application/x-unknown", "thing"),
    "/flood%20plan%0A.md": ("flood plan .md", "", "flood plan .md"),
}


@pytest.mark.parametrize("path", NAMES)
def test_a_name_is_the_path_and_has_an_ending(site: Site, path: str) -> None:
    unread, kind, name = NAMES[path]
    site.pages[path] = Page(b"x", headers={"Content-Type": kind})
    found = next(iter(shown(reader(site.url + path)).values()))
    assert found.name == unread
    assert fetch(site, path).sighting.name == name


# --- what sites answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_not_in_the_listing(site: Site, status: int) -> None:
    site.pages["/a.txt"] = Page(status=status)
    uri = f"{site.url}/a.txt"
    assert shown(reader(uri), {uri: None}) == {}
    with pytest.raises(ObjectNotFoundError):
        fetch(site)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, UnreadableFileError),
        (403, UnreadableFileError),
        (400, UnreadableFileError),
        (206, UnreadableFileError),
        (304, UnreadableFileError),
        (429, SourceUnavailableError),
        (500, SourceUnavailableError),
        (503, SourceUnavailableError),
    ],
)
def test_what_is_not_shown_has_neither_changed_nor_vanished(site: Site, status: int, kind: type[PipelineError]) -> None:
    site.pages["/a.txt"] = Page(status=status)
    uri = f"{site.url}/a.txt"
    assert isinstance(unseen(shown(reader(uri), {uri: None}), uri), kind)
    with pytest.raises(kind):
        fetch(site)


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_pause_is_waited_for(site: Site, status: int) -> None:
    site.pages["/a.txt"] = [Page(status=status, headers={"Retry-After": "1"}), Page(b"a")]
    begun = time.monotonic()
    assert fetch(site).data == b"a"
    assert time.monotonic() - begun >= 0.9


def test_a_host_that_wants_a_long_pause_gets_it(site: Site) -> None:
    names = [f"{site.url}/{number}.txt" for number in range(20)]
    site.pages["*"] = Page(status=429, headers={"Retry-After": "3600"})
    site.pages["/robots.txt"] = Page(status=404)
    begun = time.monotonic()
    found = shown(reader(" ".join(names)), dict.fromkeys(names))
    assert {type(unseen(found, name)) for name in names} == {SourceUnavailableError}
    assert time.monotonic() - begun < 2
    assert len(site.asked) <= 1 + 2


def test_no_more_than_two_requests_go_to_a_host_at_a_time(site: Site) -> None:
    names, lock = [f"{site.url}/{number}.txt" for number in range(12)], Lock()

    now, most = [0], [0]

    def slowly(connection: socket.socket) -> None:
        # what is over before the answer has left cannot overlap with what the answer lets begin
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")

    site.pages["*"] = Page(talk=slowly)
    site.pages["/robots.txt"] = Page(status=404)
    assert len(shown(reader(" ".join(names)), dict.fromkeys(names))) == 12
    assert most == [2]


def test_cookies_are_not_taken(site: Site) -> None:
    site.pages["/a.txt"] = Page(b"a", headers={"Set-Cookie": "id=1; Path=/"})
    at = reader(f"{site.url}/a.txt")
    for _ in range(2):
        at.read(Sighting(f"{site.url}/a.txt", "a.txt"), limit=10)
    assert site.asked[-1][1]["Cookie"] is None


# --- robots ----------------------------------------------------------------------------------------------


def test_what_robots_txt_does_not_allow_is_not_asked_for(site: Site) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /inside/\n")
    site.pages["/a.txt"] = Page(status=302, headers={"Location": "/inside/a.txt"})
    names = [f"{site.url}/inside/a.txt", f"{site.url}/a.txt"]
    for known in ({}, dict.fromkeys(names)):
        found = shown(reader(" ".join(names)), known)
        assert "robots.txt" in unseen(found, names[0]).message
    assert "robots.txt" in unseen(found, names[1]).message
    assert site.count("/inside/a.txt") == 0
    assert site.count("/robots.txt") == 2


@pytest.mark.parametrize("page", [Page(status=500), Page(status=429), Page(b"User", length=100)])
def test_a_host_whose_robots_txt_fails_is_not_listed(site: Site, page: Page) -> None:
    site.pages["/robots.txt"] = page
    site.pages["/a.txt"] = Page(b"a")
    with pytest.raises(SourceUnavailableError, match=r"robots\.txt"):
        shown(reader(f"{site.url}/a.txt"))
    with website() as other:
        other.pages["/b.txt"] = Page(b"b")
        found = shown(reader(f"{site.url}/a.txt {other.url}/b.txt"))
    assert "robots.txt" in unseen(found, f"{site.url}/a.txt").message
    assert isinstance(found[f"{other.url}/b.txt"], Sighting)
    assert site.count("/a.txt") == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_host_without_robots_txt_allows_all(site: Site, status: int) -> None:
    site.pages["/robots.txt"] = Page(status=status)
    site.pages["/a.txt"] = Page(b"a")
    assert fetch(site).data == b"a"


def test_the_delay_that_robots_txt_asks_for_is_kept(site: Site) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 0.2\n")
    names = [f"{site.url}/{number}.txt" for number in range(4)]
    site.pages["*"] = Page(b"a")
    begun = time.monotonic()
    shown(reader(" ".join(names)), dict.fromkeys(names))
    assert time.monotonic() - begun >= 0.6


# --- addresses -------------------------------------------------------------------------------------------


def _leads(*answers: str) -> Lookup:
    """Each lookup finds the next address, and the last one from then on."""
    left = [*answers]

    def lookup(_host: str, _port: int) -> list[Address]:
        return [ip_address(left.pop(0) if len(left) > 1 else left[0])]

    return lookup


def test_private_addresses_are_refused(site: Site) -> None:
    site.pages["/a.txt"] = Page(b"a")
    for uri in (f"{site.url}/a.txt", f"{site.url.replace('127.0.0.1', 'localhost')}/a.txt"):
        with pytest.raises(RefusedError, match="private address"):
            shown(reader(uri, allow_private=False))
    assert site.asked == []


def test_a_redirect_to_a_refused_address_is_not_followed(site: Site) -> None:
    with website() as inside:
        port = inside.url.rpartition(":")[2]
        site.pages["/a.txt"] = Page(status=307, headers={"Location": f"http://127.0.0.2:{port}/secret"})
        uri = f"{site.url}/a.txt"
        at = reader(uri, refused="127.0.0.2/32")
        assert "private address" in unseen(shown(at, {uri: None}), uri).message
        with pytest.raises(UnreadableFileError, match="private address"):
            at.read(Sighting(uri, "a.txt"), limit=10)
        assert inside.asked == []


def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere(site: Site) -> None:
    site.pages["*"] = Page(b"a", headers={"Connection": "close"})
    uri = f"http://rebinding.example:{site.url.rpartition(':')[2]}/a.txt"
    at = reader(uri, lookup=_leads("127.0.0.1", "127.0.0.2"), refused="127.0.0.2/32")
    assert "private address" in unseen(shown(at, {uri: None}), uri).message
    assert [(path, headers["Host"].partition(":")[0]) for path, headers in site.asked] == [
        ("/robots.txt", "rebinding.example")
    ]


def test_a_host_that_nobody_knows_is_unavailable() -> None:
    with pytest.raises(SourceUnavailableError, match="not known"):
        shown(reader("http://nobody.example/a.txt", lookup=_nowhere))


def _nowhere(_host: str, _port: int) -> list[Address]:
    raise OSError


@pytest.mark.parametrize("uri", ["", "ftp://a.example/x", "http://user:secret@a.example/", "file:///etc/passwd", "a b"])
def test_other_addresses_are_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(RefusedError) as caught:
        reader(uri)
    assert "secret" not in str(caught.value)


def test_redirects_end(site: Site) -> None:
    site.pages["/a.txt"] = Page(status=301, headers={"Location": "/b.txt"})
    site.pages["/b.txt"] = Page(status=301, headers={"Location": f"{site.url}/c.txt"})
    site.pages["/c.txt"] = [Page(b"c"), Page(status=301, headers={"Location": "/a.txt"})]
    assert fetch(site).data == b"c"
    with pytest.raises(UnreadableFileError, match="5 times"):
        fetch(site)
    site.pages["/a.txt"] = Page(status=301)
    with pytest.raises(UnreadableFileError, match="where"):
        fetch(site)


# --- answers that are none -------------------------------------------------------------------------------


def _stall(connection: socket.socket) -> None:
    time.sleep(3)


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        connection.sendall(b"a")
        time.sleep(0.05)


@pytest.mark.parametrize("talk", [_stall, _drip])
def test_a_site_that_stalls_is_not_waited_for(site: Site, talk: object) -> None:
    site.pages["/a.txt"] = Page(talk=_stall if talk is _stall else _drip)
    uri = f"{site.url}/a.txt"
    begun = time.monotonic()
    with pytest.raises(SourceUnavailableError, match="in time"):
        reader(uri, timeout_s=0.3, whole_s=0.5).read(Sighting(uri, "a.txt"), limit=5000)
    assert time.monotonic() - begun < 2.5


def test_a_host_that_is_away_is_soon_left_alone(site: Site) -> None:
    site.pages["/robots.txt"] = Page(status=404)
    site.pages["*"] = Page(talk=lambda _: None)
    names = [f"{site.url}/{number}.txt" for number in range(50)]
    found = shown(reader(" ".join(names)), dict.fromkeys(names))
    assert {type(unseen(found, name)) for name in names} == {SourceUnavailableError}
    assert len(site.asked) < 10


def _chunked_half(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


PACKED = gzip.compress(b"all of it" * 100)
HALVES = {
    "fewer bytes than it says": Page(b"half", length=8),
    "no last chunk": Page(talk=_chunked_half),
    "half of what was packed": Page(PACKED[:-12], headers={"Content-Encoding": "gzip"}),
    "packed otherwise than it says": Page(b"plain", headers={"Content-Encoding": "gzip"}),
    "no end, and another one the next time": [Page(b"hal", length=None), Page(b"half", length=None)],
}


@pytest.mark.parametrize("kind", HALVES)
def test_half_an_answer_is_none(site: Site, kind: str) -> None:
    page = HALVES[kind]
    site.pages["/a.txt"] = [*page] if isinstance(page, list) else page
    with pytest.raises(SourceUnavailableError):
        fetch(site)


def test_whole_answers_however_they_are_sent(site: Site) -> None:
    site.pages["/a.txt"] = Page(b"whole", length=None)
    assert fetch(site).data == b"whole"
    site.pages["/a.txt"] = Page(PACKED, headers={"Content-Encoding": "gzip"})
    assert fetch(site).data == b"all of it" * 100
    site.pages["/a.txt"] = Page(b"x", headers={"Content-Encoding": "br"})
    with pytest.raises(UnreadableFileError, match="br"):
        fetch(site)


def test_more_than_the_limit_is_never_unpacked(site: Site) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    site.pages["/a.txt"] = Page(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(FileTooLargeError):
        fetch(site, limit=1000)
    site.pages["/a.txt"] = Page(bytes(2000), length=None)
    with pytest.raises(FileTooLargeError):
        fetch(site, limit=1999)


def test_a_server_without_tls_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        thread = Thread(target=serve)
        thread.start()
        with pytest.raises(SourceUnavailableError):
            shown(reader(f"https://127.0.0.1:{listener.getsockname()[1]}/a"))
        thread.join()


@contextmanager
def _with_certificate(name: str, folder: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server with TLS, whose certificate is of this name; its port, and a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    of_name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = x509.CertificateBuilder(of_name, of_name, key.public_key(), 1, now, now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    serves, trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(pem))
    serves.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    with serves.wrap_socket(listener.accept()[0], server_side=True) as connection:
                        connection.recv(65536)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na")
                except ssl.SSLError:
                    continue  # whoever does not believe the certificate hangs up
                except OSError:
                    return

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], trusts
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_certificate_has_to_be_of_the_name_and_not_of_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _with_certificate("site.example", tmp_path) as (port, trusts):
        monkeypatch.setattr("httpx.create_ssl_context", lambda **_: trusts)
        for host, is_trusted in (("site.example", True), ("other.example", False)):
            uri = f"https://{host}:{port}/a.txt"
            at = reader(uri, lookup=_leads("127.0.0.1"))
            if is_trusted:
                assert at.read(Sighting(uri, "a.txt"), limit=10).data == b"a"
            else:
                with pytest.raises(SourceUnavailableError, match="certificate"):
                    at.read(Sighting(uri, "a.txt"), limit=10)


# --- sitemaps --------------------------------------------------------------------------------------------


def test_an_index_names_sitemaps_and_these_name_documents(site: Site) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.url}/1.xml.gz</loc></sitemap></sitemapindex>"
    site.pages["/index.xml"] = Page(index.encode())
    site.pages["/1.xml.gz"] = Page(gzip.compress(site.sitemap(f"{site.url}/a.txt", "nonsense")))
    found = shown(reader(f"{site.url}/index.xml"))
    assert isinstance(found[f"{site.url}/a.txt"], Sighting)
    assert isinstance(unseen(found, "nonsense"), RefusedError)
    site.pages["/1.xml.gz"] = Page(index.encode())
    with pytest.raises(SourceRefusedError, match="another index"):
        shown(reader(f"{site.url}/index.xml"))


def test_a_sitemap_names_its_own_host_only(site: Site) -> None:
    """Another is refused, and stops nothing; what was read there before has not vanished."""
    foreign, known = "http://elsewhere.example/a.txt", "http://elsewhere.example/known.txt"
    site.pages["/map"] = Page(site.sitemap(foreign, f"{site.url}/a.txt"))
    found = shown(reader(f"sitemap:{site.url}/map"))
    assert isinstance(found[f"{site.url}/a.txt"], Sighting)
    assert "elsewhere.example" in unseen(found, foreign).message
    assert "UPLOAD_PIPELINE_SOURCE_HOSTS" in unseen(found, foreign).what_to_do
    index = f"<sitemapindex><sitemap><loc>{site.url}/map</loc></sitemap><sitemap><loc>http://elsewhere.example/map.xml"
    site.pages["/index.xml"] = Page(f"{index}</loc></sitemap></sitemapindex>".encode())
    site.pages["/map"] = Page(site.sitemap(f"{site.url}/a.txt"))
    found = shown(reader(f"{site.url}/index.xml"), {known: None})
    assert isinstance(found[f"{site.url}/a.txt"], Sighting)
    assert all(isinstance(unseen(found, one), RefusedError) for one in ("http://elsewhere.example/map.xml", known))
    site.pages["/map"] = Page(site.sitemap("http://elsewhere.example/a"))
    at = reader(f"sitemap:{site.url}/map", other_hosts=["elsewhere.example"], lookup=_leads("127.0.0.1"))
    with pytest.raises(SourceUnavailableError):
        shown(at)


@pytest.mark.parametrize(
    "page",
    [Page(status=404), Page(status=403), Page(status=500), Page(b"<urlset>", length=100), Page(b"<html></html>")],
)
def test_without_its_sitemap_there_is_no_listing(site: Site, page: Page) -> None:
    site.pages["/sitemap.xml"] = page
    with pytest.raises(PipelineError):
        shown(reader(f"{site.url}/sitemap.xml"))
