"""The Prefect server's own pages, in a browser: they show this server's runs, whatever its port is."""

import os
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from prefect import flow

from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.adapters.prefect_login import CLIENT
from pipeline_core.settings import Settings
from tests.support.browser import chromium

_READY_MS = 20_000


def test_the_pages_show_the_runs_of_this_server(prefect_api_url: str) -> None:
    server = prefect_api_url.removesuffix("/api")
    assert not server.endswith(":4200")  # the port that the pages ask when nobody says another

    @flow(name="looked-at", flow_run_name="a run to look at")
    def looked_at() -> None:
        pass

    looked_at()
    asked = set()  # pictures within a page have no host
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 2000})
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        read = expect(page.locator("body"))
        page.goto(f"{server}/runs")
        read.to_contain_text("Login", timeout=_READY_MS)
        read.not_to_contain_text("a run to look at")
        page.evaluate(f"localStorage.setItem('prefect-password', btoa('{os.environ[CLIENT]}'))")
        page.goto(f"{server}/runs")
        read.to_contain_text("a run to look at", timeout=_READY_MS)
        page.goto(f"{server}/dashboard")
        for words in ("Flow Runs", "total"):
            read.to_contain_text(words, timeout=_READY_MS)
        read.not_to_contain_text("V2")  # it asks a host of its maker's, whatever the settings are
    assert asked - {""} == {server.removeprefix("http://")}


def test_only_the_first_user_interface_is_served(prefect_api_url: str) -> None:
    told = httpx.get(f"{prefect_api_url.removesuffix('/api')}/ui-settings").json()
    assert (told["api_url"], told["available_uis"]) == (prefect_api_url, ["v1"])


def test_the_pages_of_a_local_server_never_ask_another(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_UI_API_URL", "PREFECT_UI_URL", "PREFECT_SERVER_UI_API_URL"):
        monkeypatch.setenv(name, "http://elsewhere.example:4200/api")
    environment = PrefectLauncher(settings).server_environment(4711)
    assert not any("elsewhere.example" in value for value in environment.values())
    assert environment["PREFECT_SERVER_UI_API_URL"] == "http://127.0.0.1:4711/api"
