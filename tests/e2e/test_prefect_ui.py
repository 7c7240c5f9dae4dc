"""The Prefect server's own pages, in a browser: they show this server's runs, whatever its port is."""

import os

import httpx
import pytest
from prefect import flow

from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.adapters.prefect_login import CLIENT
from pipeline_core.settings import Settings
from tests.support.browser import browser


def test_the_pages_show_the_runs_of_this_server(prefect_api_url: str) -> None:
    server = prefect_api_url.removesuffix("/api")
    assert not server.endswith(":4200")  # the port that the pages ask when nobody says another

    @flow(name="looked-at", flow_run_name="a run to look at")
    def looked_at() -> None:
        pass

    looked_at()
    with browser() as page:
        page.open(f"{server}/runs")
        assert "a run to look at" not in page.reads("Login")
        page.evaluate(f"localStorage.setItem('prefect-password', btoa('{os.environ[CLIENT]}'))")
        page.open(f"{server}/runs")
        assert "a run to look at" in page.reads("a run to look at")
        page.open(f"{server}/dashboard")
        dashboard = page.reads("Flow Runs", "total")
        assert "total" in dashboard
        assert "V2" not in dashboard  # it asks a host of its maker's, whatever the settings are
        assert page.asked() == {server.removeprefix("http://")}


def test_only_the_first_user_interface_is_served(prefect_api_url: str) -> None:
    told = httpx.get(f"{prefect_api_url.removesuffix('/api')}/ui-settings").json()
    assert (told["api_url"], told["available_uis"]) == (prefect_api_url, ["v1"])


def test_the_pages_of_a_local_server_never_ask_another(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_UI_API_URL", "PREFECT_UI_URL", "PREFECT_SERVER_UI_API_URL"):
        monkeypatch.setenv(name, "http://elsewhere.example:4200/api")
    environment = PrefectLauncher(settings).server_environment(4711)
    assert not any("elsewhere.example" in value for value in environment.values())
    assert environment["PREFECT_SERVER_UI_API_URL"] == "http://127.0.0.1:4711/api"
