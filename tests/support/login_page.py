"""An installation's own sign-in page, on an origin of its own: it asks nothing, and sends people back with a token."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.handling import Asked, handled_by


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

    def handle(request: Asked) -> None:
        asked = parse_qs(urlsplit(request.path).query)
        is_asked = {"return_to", "state"} <= asked.keys()
        body = login.page(asked["return_to"][0], asked["state"][0]).encode() if is_asked else b""
        request.answer(200 if is_asked else 404, body, Content_Type="text/html; charset=utf-8")

    with handled_by("GET", handle) as url:
        login.url = url.replace("127.0.0.1", host)
        yield login
