"""Texts of strangers on every page: they are shown, and do nothing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from tests.console.conftest import Console, Person, filled_console
from tests.support.console_pages import SHOWN, pages, routes
from tests.support.console_realm import Realm
from tests.support.database import copied_database
from tests.support.hostile_texts import PAYLOADS

NAME = f"Eve {PAYLOADS['image']}"
ACTIVE = """() => {
  const own = document.querySelector('script[nonce]')?.nonce || '';
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    const told = element.outerHTML.slice(0, 200);
    if (element.classList.contains('evil')) found.push('made by a text: ' + told);
    if (element.matches('base, meta[http-equiv], iframe, frame, object, embed, math, foreignObject, style, template, portal'))
      found.push('no element of ours: ' + told);
    if (element.matches('script') && (!element.nonce || element.nonce !== own)) found.push('script without our nonce: ' + told);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || name === 'srcdoc' || name === 'style') found.push(name + ': ' + told);
      if (/^(data-)?hx-/.test(name) && element.getAttribute('hx-nonce') === null) found.push('htmx without a nonce: ' + told);
      if (/^(href|src|action|formaction|xlink:href|hx-get|hx-post|hx-sse:connect|data|poster)$/.test(name)) {
        const url = new URL(value, location.href);
        if (url.origin !== location.origin) found.push('leads elsewhere: ' + told);
      }
    }
  }
  return found;
}"""
REPORT = """addEventListener('securitypolicyviolation', event =>
  console.error('refused by the policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""


@pytest.fixture(scope="module")
def filled(
    chromium: Browser,
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    workers: WorkerProcesses,
    usual_converter: LocalConverter,
) -> Iterator[tuple[Console, Realm]]:
    home: Path = tmp_path_factory.mktemp("home")
    with (
        copied_database(postgres_url, template_database) as url,
        filled_console(chromium, url, home, hostile=True, workers=workers, local=usual_converter) as made,
    ):
        yield made


class Watch:
    """A person before the pages, and everything that those asked for or opened."""

    def __init__(self, person: Person, url: str) -> None:
        self.person, self.page, self.url = person, person.page, url
        self.strange: list[str] = []
        self._known = [re.compile(route.path_regex.pattern) for route in routes()]
        person.context.add_init_script(REPORT)
        self.page.on("request", self._asked)
        self.page.on("dialog", self._opened)
        person.context.on("page", lambda page: self.strange.append(f"another page: {page.url}"))

    def _asked(self, request: Request) -> None:
        path = urlsplit(request.url).path
        is_ours = request.url.startswith(f"{self.url}/")
        if not is_ours or not (
            path.startswith("/static/") or path == "/" or any(one.match(path) for one in self._known)
        ):
            self.strange.append(f"{request.method} {request.url}")

    def _opened(self, dialog: object) -> None:
        self.strange.append(f"a dialog: {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]

    def check(self) -> None:
        """Fail if a text did anything on the page that is open."""
        complaints, self.person.complaints = self.person.complaints, []
        strange, self.strange = self.strange, []
        assert not [one for one in complaints if not any(part in one for part in self.person.expected)], complaints
        found = self.page.evaluate(ACTIVE)
        assert found == [], f"{self.page.url}: {found}"
        assert strange == [], f"{self.page.url}: {strange}"
        assert "1787569" not in self.page.content(), f"{self.page.url}: a template was carried out"

    def check_usable(self) -> None:
        """Fail if the page's own parts do not answer any more."""
        if self.page.locator("header.top").count():
            self.page.evaluate("document.activeElement.blur()")
            self.page.keyboard.press("?")
            assert self.page.locator("dialog#keys").is_visible(), self.page.url
            self.page.keyboard.press("Escape")
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 800})
            more = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert more <= 0, f"{self.page.url} is {more} pixels wider than {width}"


@pytest.fixture(scope="module")
def eve(filled: tuple[Console, Realm]) -> Watch:
    """A reviewer whose own name is hostile."""
    console, _ = filled
    person = console.sign_in(name=NAME)
    person.expected += ["status of 4", "409", "422", "401", "404"]
    return Watch(person, console.url)


@pytest.mark.parametrize("route", pages())
def test_texts_do_nothing(filled: tuple[Console, Realm], eve: Watch, route: str) -> None:
    assert route in SHOWN, f"Say in tests/support/console_pages.py by which address {route} is shown."
    for address in SHOWN[route](filled[1]):
        eve.page.goto(address, wait_until="load")
        eve.check()
        eve.check_usable()
        eve.check()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
@pytest.mark.parametrize("where", ["/search?q={}", "/search?q=How long does {} have to report", "/sign-in?return_to={}"])
def test_what_is_asked_for_does_nothing(eve: Watch, payload: str, where: str) -> None:
    eve.page.goto(where.format(quote(payload)), wait_until="domcontentloaded")
    eve.check()
