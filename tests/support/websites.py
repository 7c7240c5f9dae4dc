"""A website of a test's own, that lies, stalls and breaks off as it is told."""

import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape


@dataclass
class Page:
    """An answer. ``length`` is said instead of the true one; None says none. ``talk`` takes the connection over."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    tag: bool = True
    length: int | None = -1
    talk: Callable[[socket.socket], None] | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body).hexdigest()}"'


class Site:
    """Pages by path, or ``*`` for any; what has no page is 404. ``/sitemap.xml`` names them all, unless it is one."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | list[Page]] = {}
        self.asked: list[tuple[str, Message]] = []
        self.url = ""

    def count(self, path: str) -> int:
        return Counter(path for path, _ in self.asked)[path]

    def sitemap(self, *addresses: str) -> bytes:
        locs = "".join(f"<url><loc>{escape(one)}</loc></url>" for one in addresses)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locs}</urlset>'.encode()

    def page(self, path: str) -> Page:
        """The page there; of a list of pages each request takes the next, and the last one stays."""
        found = self.pages.get(path, self.pages.get("*"))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        if found is None and path == "/sitemap.xml":
            return Page(self.sitemap(*(self.url + one for one in self.pages if one != "/robots.txt")))
        return found or Page(b"There is no such page.", 404)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested."""


@contextmanager
def website() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                site.asked.append((self.path, self.headers))
                self._answer(site.page(self.path))
            except OSError:
                self.close_connection = True

        def do_HEAD(self) -> None:
            self.do_GET()

        def _answer(self, page: Page) -> None:
            if page.talk:
                self.close_connection = True
                page.talk(self.connection)
                return
            if page.tag and page.status == 200 and self.headers.get("If-None-Match") == page.etag:
                self.send_response(304)
                self.send_header("ETag", page.etag)
                self.end_headers()
                return
            self.send_response(page.status)
            if page.tag and page.status == 200:
                self.send_header("ETag", page.etag)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.length is None:
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(page.body) if page.length < 0 else page.length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.body)
            if page.length not in (None, -1, len(page.body)):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Quiet(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
