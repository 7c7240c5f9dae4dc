"""The local Prefect server: each home has its own, and two that start at once do not take each other's."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.adapters.processes import listens
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.settings import load_settings


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


def test_a_home_finds_its_own_server_and_not_anothers(tmp_path: Path, no_server: None) -> None:
    first = PrefectLauncher(load_settings(home=tmp_path / "first", prefect_port=4391))
    second = PrefectLauncher(load_settings(home=tmp_path / "second", prefect_port=4391))
    try:
        for launcher in (first, second):
            launcher.start()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda launcher: launcher.wait(), (first, second)))
        assert first.ui_url() != second.ui_url()
        again = PrefectLauncher(load_settings(home=tmp_path / "first", prefect_port=4391))
        again.wait()
        assert again.ui_url() == first.ui_url()
        again.close()  # it did not start the server, so it does not stop it
        assert httpx.get(f"{first.ui_url()}/api/health").status_code == 200
        pid, port = map(int, (tmp_path / "first" / "prefect" / "server").read_text().split())
        assert listens(pid, port)
    finally:
        first.close()
        second.close()
    assert not listens(pid, port)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(ServiceUnavailableError, match="127.0.0.1:9"):
        PrefectLauncher(load_settings(home=tmp_path)).wait()
