"""The local Prefect server: each home has its own, and two that start at once do not take each other's."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.adapters.processes import listens
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.settings import load_settings
from tests.e2e.conftest import CommandLine
from tests.through import MANUAL


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


def test_a_home_finds_its_own_server_and_not_anothers(tmp_path: Path, no_server: None) -> None:
    first = PrefectLauncher(load_settings(home=tmp_path / "first", prefect_port=4391))
    second = PrefectLauncher(load_settings(home=tmp_path / "second", prefect_port=4391))
    try:
        for launcher in (first, second):
            launcher.start()
        for launcher in (first, second):
            launcher.wait()
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


def test_the_history_of_a_run_survives_it(
    command_line: Callable[..., CommandLine], tmp_path: Path, no_server: None
) -> None:
    """The command line starts a server of its own, and stops it; every task run and log line is in its database."""
    cli = command_line(duplicate_threshold="1.0", prefect_port="4392")
    del cli.environment["PREFECT_API_URL"]
    (tmp_path / "manual.md").write_text(MANUAL)
    cli("run", str(tmp_path / "manual.md"))

    launcher = PrefectLauncher(load_settings(home=Path(cli.environment["UPLOAD_PIPELINE_HOME"]), prefect_port=4392))
    launcher.wait()
    try:
        api = f"{launcher.ui_url()}/api"
        [flow_run] = httpx.post(f"{api}/flow_runs/filter", json={}).json()
        assert (flow_run["name"], flow_run["state_name"]) == ("manual.md", "Completed")
        task_runs = httpx.post(f"{api}/task_runs/filter", json={}).json()
        assert len(task_runs) == 11
        assert {row["state_name"] for row in task_runs} == {"Completed"}
        assert len(httpx.post(f"{api}/logs/filter", json={}).json()) > 11
    finally:
        launcher.close()


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:9"):
        PrefectLauncher(load_settings(home=tmp_path)).wait()
