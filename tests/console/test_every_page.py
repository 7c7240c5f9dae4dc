"""Every page: nothing that axe-core finds serious, nothing cut on a desk or a phone, and usable without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ViewportSize

from pipeline_core.api.console import keys as table_of_keys
from pipeline_core.api.console.keys import KEYS
from tests.console.conftest import Console, Person, filled_console
from tests.support.console_pages import NO_PAGES, SHOWN, pages, routes
from tests.support.console_realm import Realm
from tests.support.database import copied_database

HERE = Path(__file__).parent
LAYOUT, PLAIN = (HERE.joinpath(name).read_text().partition("\n")[2] for name in ("layout.js", "plain.js"))
ASSETS = Path(table_of_keys.__file__).with_name("static")
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
OF_SIZE_AND_COLOUR = ("color-contrast", "scrollable-region-focusable", "css-orientation-lock")
EACH: tuple[tuple[str, ViewportSize, Literal["light", "dark"], tuple[str, ...]], ...] = (
    ("desk", DESK, "light", ()),
    ("phone", PHONE, "dark", OF_SIZE_AND_COLOUR),
)
"""Every rule on a desk, and once more those that depend on what a phone has otherwise."""


@pytest.fixture(scope="module")
def filled(
    chromium: Browser,
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    shared_adapters: dict[str, Any],
) -> Iterator[tuple[Console, Realm]]:
    with (
        copied_database(postgres_url, template_database) as url,
        filled_console(chromium, url, tmp_path_factory.mktemp("home"), hostile=False, **shared_adapters) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def ann(filled: tuple[Console, Realm]) -> Person:
    person = filled[0].sign_in()
    person.expected += ["status of 4"]
    return person


@pytest.fixture(scope="module")
def plain(filled: tuple[Console, Realm]) -> Person:
    person = filled[0].sign_in(scripts=False)
    person.expected += ["status of 4"]
    return person


def test_the_table_of_pages_is_the_consoles() -> None:
    paths = {route.path for route in routes()}
    assert set(SHOWN) | NO_PAGES <= paths


@pytest.mark.parametrize("route", pages())
def test_every_page(filled: tuple[Console, Realm], ann: Person, plain: Person, route: str) -> None:
    wrong: dict[str, object] = {}
    for address in SHOWN[route](filled[1]):
        ann.page.set_viewport_size(DESK)
        ann.page.emulate_media(color_scheme="light")
        ann.page.goto(address)
        title = ann.page.locator("h1, main h2, .big").first.inner_text()
        for what, size, scheme, rules in EACH:
            ann.page.set_viewport_size(size)
            ann.page.emulate_media(color_scheme=scheme)
            found = ann.axe(*rules) + ann.page.evaluate(LAYOUT)
            wrong |= {f"{address} {what} {scheme}": found} if found else {}
        wrong |= {f"{address} plain": found for found in [ann.page.evaluate(PLAIN)] if found}
        plain.page.goto(address)
        assert plain.page.get_by_text(title).locator("visible=true").count(), f"{address} shows no {title!r}"
    ann.check()
    assert not wrong, "\n".join(f"{where}: {found}" for where, found in wrong.items())


SHOWN_KEYS = """() => [...document.querySelectorAll('[data-key], [data-go]')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .map((e) => [e.dataset.key || e.dataset.go, e.title || e.querySelector('small')?.innerText || ''])"""


def test_keys_buttons_and_the_help_sheet_agree(filled: tuple[Console, Realm], ann: Person) -> None:
    """Each key is on a button of some page or belongs to lists; no page has two controls for one."""
    table = {key.press: key for key in KEYS.values()}
    silent = {key.press for key in KEYS.values() if not key.follows or key.where == "Anywhere"}
    script = re.findall(r"^ {4}(.*=>.*),$", ASSETS.joinpath("keys.js").read_text(), re.MULTILINE)
    by_script = set(re.findall(r'(?:^|, )"?([A-Za-z/]+)"?: \(\) =>', "\n".join(script), re.MULTILINE))
    on_pages: set[str] = set()
    ann.page.set_viewport_size(DESK)
    for address in [address for route in pages() for address in SHOWN[route](filled[1])]:
        ann.page.goto(address)
        if address == "/documents":
            ann.page.locator("input[name=document_id]").first.check()
            ann.page.locator("[data-key=s]").wait_for()
        shown = ann.page.evaluate(SHOWN_KEYS)
        keys = [key for key, _ in shown]
        assert len(keys) == len(set(keys)), f"{address} has two controls with one key: {sorted(keys)}"
        assert set(keys) <= table.keys(), f"{address} has keys that are not in the table"
        assert not [key for key, told in shown if key not in silent and not told], f"{address}: {shown}"
        on_pages |= set(keys)
    assert by_script >= {"j", "k", "x", "X", "Enter", "Escape"}
    assert table.keys() - on_pages - by_script == set()
    sheet = ann.page.locator("dialog#keys dt").all_text_contents()
    assert sorted(sheet) == sorted(key.shown for key in KEYS.values())
    ann.check()
