"""A local HTTP server that stands for paid services: it answers, misbehaves as it is told, and counts what it charges.

It knows no protocol: a service registers its routes (``openai_protocol.py`` does; another file can add another
service to the same server). A fault is a function that handles one exchange instead of the route.
"""

import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any, dict[str, str]]
Handler = Callable[["Exchange"], Answer]
Fault = Callable[["Exchange", Handler], None]


@dataclass
class Exchange:
    """One request under way."""

    server: "PaidServer"
    handler: BaseHTTPRequestHandler
    method: str
    path: str
    raw: bytes
    match: re.Match[str]
    charged: bool = False

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else {}

    def charge(self, contents: list[str], tokens: int) -> None:
        """Count these contents as paid for."""
        self.charged = True
        with self.server.lock:
            self.server.charged.update(contents)
            self.server.tokens += tokens

    def send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.start(status, len(data), headers or {})
        self.handler.wfile.write(data)

    def start(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.handler.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(length), **headers}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()

    def cut(self) -> None:
        """End the connection in the middle of whatever it was in."""
        self.handler.wfile.flush()
        self.handler.connection.shutdown(socket.SHUT_RDWR)
        self.handler.close_connection = True


@dataclass
class _Rule:
    fault: Fault
    on: Callable[[Exchange], bool]
    times: int


@dataclass
class PaidServer:
    """``received`` counts requests by path, ``charged`` what was paid for by content, ``most_at_once`` concurrency."""

    routes: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)
    rules: list[_Rule] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    received: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    keys_seen: set[str] = field(default_factory=set)
    tokens: int = 0
    at_once: int = 0
    most_at_once: int = 0
    pause_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with every answer."""
    released: threading.Event = field(default_factory=threading.Event)
    """Set at the end: whatever hangs goes on."""
    url: str = ""

    def route(self, method: str, path: str, handler: Handler) -> None:
        self.routes.append((method, re.compile(path), handler))

    def fail(
        self, fault: Fault, *, times: int = 1, on: Callable[[Exchange], bool] = lambda _: True, text: str | None = None
    ) -> None:
        """The next ``times`` requests that ``on`` chooses (or that have the text) meet this fault."""
        chooses = on if text is None else (lambda exchange: text.encode() in exchange.raw)
        self.rules.append(_Rule(fault, chooses, times))

    @property
    def paid(self) -> int:
        """How many contents were paid for, repeats included."""
        return self.charged.total()

    @property
    def paid_twice(self) -> dict[str, int]:
        return {content: count for content, count in self.charged.items() if count > 1}

    def handle(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        raw = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        path = handler.path.split("?")[0]
        found = next(((h, m) for verb, at, h in self.routes if verb == method and (m := at.fullmatch(path))), None)
        if found is None:
            handler.send_error(404)
            return
        route, match = found
        exchange = Exchange(self, handler, method, path, raw, match)
        with self.lock:
            self.received[path] += 1
            self.keys_seen.add(handler.headers.get("authorization", ""))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            fault = self._fault(exchange)
        try:
            self.released.wait(self.pause_s)
            if fault:
                fault(exchange, route)
            else:
                status, body, headers = route(exchange)
                exchange.send(status, body, {**self.headers, **headers})
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
        finally:
            with self.lock:
                self.at_once -= 1

    def _fault(self, exchange: Exchange) -> Fault | None:
        for rule in self.rules:
            if rule.times > 0 and rule.on(exchange):
                rule.times -= 1
                return rule.fault
        return None


@contextmanager
def serve(server: PaidServer) -> Iterator[PaidServer]:
    """Run the server on a free port of this machine."""

    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.handle(self, "GET")

        def do_POST(self) -> None:
            server.handle(self, "POST")

        def do_DELETE(self) -> None:
            server.handle(self, "DELETE")

        def log_message(self, format: str, *args: object) -> None:
            """Not on the terminal."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{httpd.server_address[1]}"
    try:
        yield server
    finally:
        server.released.set()
        httpd.shutdown()
        httpd.server_close()
