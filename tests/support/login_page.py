"""An installation's own sign-in page, on an origin of its own: it asks nothing, and sends people back with a token."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


class LoginPage:
    """``way`` is that of the return: a ``link``, with the token in the address, or a ``form``."""

    def __init__(self, make_token: Callable[[], str]) -> None:
        self.make_token = make_token
        self.url = ""
        self.way = "link"
        self.changes: Mapping[str, str] = {}
        """What it sends in place of the right token or state."""
        self.told: list[dict[str, str]] = []

    def page(self, return_to: str, state: str) -> str:
        told = {"token": self.make_token(), "state": state, **self.changes}
        self.told.append(told)
        fields = "".join(f'<input type="hidden" name="{name}" value="{escape(told[name])}">' for name in told)
        action = escape(f"{return_to}?{urlencode(told)}") if self.way == "link" else escape(return_to)
        method = "get" if self.way == "link" else "post"
        return (
            "<!doctype html><title>Sign in</title>"
            f'<form method="{method}" action="{action}">{fields}<button>Sign in</button></form>'
        )


@contextmanager
def serve_login(make_token: Callable[[], str], host: str = "127.0.0.1") -> Iterator[LoginPage]:
    login = LoginPage(make_token)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            is_asked = {"return_to", "state"} <= asked.keys()
            body = login.page(asked["return_to"][0], asked["state"][0]).encode() if is_asked else b""
            self.send_response(200 if is_asked else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    login.url = f"http://{host}:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield login
    server.shutdown()
    server.server_close()
