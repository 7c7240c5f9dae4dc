"""Every page: nothing that axe-core finds serious, nothing cut on a desk or a phone, and usable without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from tests.console.conftest import Console, Person, filled_console
from tests.support.console_pages import NO_PAGES, SHOWN, pages, routes
from tests.support.console_realm import Realm
from tests.support.database import copied_database

HERE = Path(__file__).parent
LAYOUT, PLAIN = (HERE.joinpath(name).read_text().partition("\n")[2] for name in ("layout.js", "plain.js"))
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def filled(
    chromium: Browser,
    postgres_url: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    workers: WorkerProcesses,
    usual_converter: LocalConverter,
) -> Iterator[tuple[Console, Realm]]:
    with (
        copied_database(postgres_url, template_database) as url,
        filled_console(
            chromium, url, tmp_path_factory.mktemp("home"), hostile=False, workers=workers, local=usual_converter
        ) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def ann(filled: tuple[Console, Realm]) -> Person:
    person = filled[0].sign_in(reduced_motion="reduce")
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
        for what, size, scheme in (("desk", DESK, "light"), ("phone", PHONE, "dark")):
            ann.page.set_viewport_size(size)
            ann.page.emulate_media(color_scheme=scheme)
            wrong |= {f"{address} {what} {scheme}": found for found in [ann.axe() + ann.page.evaluate(LAYOUT)] if found}
        wrong |= {f"{address} plain": found for found in [ann.page.evaluate(PLAIN)] if found}
        plain.page.goto(address)
        assert plain.page.get_by_text(title).locator("visible=true").count(), f"{address} shows no {title!r}"
    ann.check()
    assert not wrong, "\n".join(f"{where}: {found}" for where, found in wrong.items())
