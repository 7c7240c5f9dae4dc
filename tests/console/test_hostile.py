"""Texts of strangers on every page: they are shown, and do nothing."""

import re
from collections.abc import Iterator
from itertools import cycle, product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Response

from tests.console.conftest import Console, Person, filled_console
from tests.support.console_pages import SHOWN, pages, routes
from tests.support.console_realm import Realm
from tests.support.database import copied_database
from tests.support.hostile_texts import PAYLOADS

NAME = f"Eve {PAYLOADS['image']}"
ACTIVE = Path(__file__).with_name("what_acts.js").read_text()
REPORT = """addEventListener('securitypolicyviolation', event =>
  console.error('refused by the policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""


@pytest.fixture(scope="module")
def filled(
    chromium: Browser,
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    shared_adapters: dict[str, Any],
) -> Iterator[tuple[Console, Realm]]:
    home: Path = tmp_path_factory.mktemp("home")
    with (
        copied_database(postgres_url, template_database) as url,
        filled_console(chromium, url, home, hostile=True, **shared_adapters) as made,
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
    shown = ""
    for address in SHOWN[route](filled[1]):
        eve.page.goto(address, wait_until="load")
        shown += eve.page.locator("main").inner_text()
        eve.check()
        eve.check_usable()
        eve.check()
    assert "evil" in shown or route.startswith("/sign-in"), "no hostile text reached the page"


def at_once(longest: int = 900) -> list[str]:
    """All payloads in as few texts as an address takes."""
    texts = [""]
    for payload in PAYLOADS.values():
        if len(texts[-1]) + len(payload) > longest:
            texts.append("")
        texts[-1] += f" {payload}"
    return texts


@pytest.mark.parametrize(
    "where", ["/search?q={}", "/search?q=How long does {} have to report", "/sign-in?return_to={}"]
)
def test_what_is_asked_for_does_nothing(eve: Watch, where: str) -> None:
    for payload in at_once():
        eve.page.goto(where.format(quote(payload)), wait_until="domcontentloaded")
        eve.check()


FILL = """(form, words) => {
  for (const field of form.elements) {
    if (field.matches('textarea, input:not([type]), input[type=text], input[type=search]') && !field.readOnly) {
      const most = field.maxLength > 0 ? field.maxLength : 500;
      field.value = words.slice(0, most);
    }
    if (field.matches('input[type=checkbox]') && field.name !== 'all_matching') field.checked = true;
    if (field.matches('button')) field.disabled = false;
    field.removeAttribute('required'); field.removeAttribute('pattern');
  }
}"""
OFFERED = """() => [...document.forms].flatMap((form, n) => form.method !== 'post' ? [] :
  [form.getAttribute('action'), ...[...form.elements].map(e => e.getAttribute('formaction')).filter(Boolean)]
  .map(action => [n, new URL(action, location.href).pathname, action]))"""
SEND = """(form, action) => {
  const buttons = [...form.elements].filter(e => e.matches('button:not([type=button])'));
  const button = buttons.find(b => b.getAttribute('formaction') === action) || buttons[0];
  form.requestSubmit(button);
}"""
NOT_SENT = {"/sign-out", "/sign-in/return", "/batches/sample"}
"""Forms that end the session, that only another site's page has, and that only an empty realm shows."""
LATE = ("/group", "/all", "/import", "/bulk", "/approve", "/reject", "/remove", "/choose", "/create")
"""Ends of the addresses that leave nothing for others to do."""


def _ends(answer: Response) -> bool:
    """The answer to a form, or to the page that the form led to."""
    asked = answer.request
    return answer.status != 303 and (asked.method == "POST" or asked.redirected_from is not None)


def send(page: Page, number: int, action: str, texts: Iterator[str]) -> None:
    """Fill a form of the page with hostile texts, and send it."""
    form = page.evaluate_handle("n => document.forms[n]", number)
    for field in page.query_selector_all("input[type=file]"):
        name = f"{next(texts).replace('/', '∕')[:150]}.md"
        asked = "\n\n".join(f"{n}. What is {one}?\n   {one}" for n, one in enumerate(PAYLOADS.values(), 1))
        field.set_input_files({"name": name, "mimeType": "text/markdown", "buffer": asked.encode()})
    page.evaluate(f"([form, words]) => ({FILL})(form, words)", [form, next(texts)])
    with page.expect_response(_ends):
        page.evaluate(f"([form, action]) => ({SEND})(form, action)", [form, action])
    page.wait_for_load_state()
    page.wait_for_timeout(150)


@pytest.mark.chaos
def test_what_is_typed_does_nothing(filled: tuple[Console, Realm], eve: Watch) -> None:
    """Each form of each page is filled with hostile texts and sent, and what comes of it is looked at."""
    texts = cycle(PAYLOADS.values())
    left = {route.path: route for route in routes() if "POST" in route.methods and route.path not in NOT_SENT}

    def wanted(path: str) -> str | None:
        found = (name for name, route in left.items() if route.path_regex.match(path))
        return next((name for name in found if is_late or not name.endswith(LATE)), None)

    def offered() -> tuple[str, int, str] | None:
        forms = eve.page.evaluate(OFFERED)
        return next(((name, number, action) for number, path, action in forms if (name := wanted(path))), None)

    addresses = [address for route in pages() for address in SHOWN[route](filled[1])]
    # what was done can be taken back in the next round, and what leaves nothing to do comes last
    for is_late, address in product((False, False, True, True), addresses):  # noqa: B007 (wanted() reads it)
        actions = re.findall(r'action="([^"?]*)', eve.person.context.request.get(address).text())
        if not any(map(wanted, actions)):
            continue
        eve.page.goto(address)
        while chosen := offered():
            name, number, action = chosen
            del left[name]
            send(eve.page, number, action, texts)
            eve.check()
            if not offered():  # the answer may be a page with a form of its own
                eve.page.goto(address)
    assert not left, f"On no page was there a form for {sorted(left)}."
