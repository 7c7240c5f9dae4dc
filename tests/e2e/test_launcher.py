"""The local Prefect server: each home has its own, and two that start at once do not take each other's."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from pipeline_core.adapters import prefect_login
from pipeline_core.adapters.prefect_launcher import PrefectLauncher, reaching_prefect
from pipeline_core.domain.errors import DatabaseUnavailableError, ServiceUnavailableError
from pipeline_core.machine.processes import listens
from pipeline_core.settings import load_settings
from tests.e2e.conftest import CommandLine, asking, copy_prefect_database
from tests.support.servers import wait_until
from tests.support.through import MANUAL


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", prefect_login.CLIENT):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def another_process(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that uses the server of this home, and the server's address."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from pipeline_core.adapters.prefect_launcher import PrefectLauncher\n"
        "from pipeline_core.settings import load_settings\n"
        "launcher = PrefectLauncher(load_settings(home=Path(sys.argv[1]), prefect_port=4391)); launcher.start()\n"
        "while not launcher.ui_url(): time.sleep(0.1)\n"
        "print(launcher.ui_url(), flush=True); sys.stdin.read(); launcher.close()"
    )
    command = [sys.executable, "-c", code, str(home)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        yield process, process.stdout.readline().strip()
    process.wait(60)


def family(launcher: PrefectLauncher) -> list[psutil.Process]:
    """The server's guard, the server, and what it started."""
    assert launcher._pid
    guard = psutil.Process(launcher._pid).parent()
    assert guard
    return [guard, *guard.children(recursive=True)]


def test_a_home_finds_its_own_server_and_not_anothers(tmp_path: Path, prefect_database: Path, no_server: None) -> None:
    """Whoever started it: it stays while somebody uses it, and stops when the last one has left or was killed."""
    for name in ("first", "second"):
        copy_prefect_database(prefect_database, tmp_path / name)
    first = PrefectLauncher(load_settings(home=tmp_path / "first", prefect_port=4391))
    second = PrefectLauncher(load_settings(home=tmp_path / "second", prefect_port=4391))
    try:
        with another_process(tmp_path / "first") as (process, url):
            for launcher in (first, second):
                launcher.start()
            for launcher in (first, second):
                launcher.wait()
            assert first.ui_url() == url != second.ui_url()
            pid, port = map(int, (tmp_path / "first" / "prefect" / "server").read_text().split())
            assert listens(pid, port)
        assert process.returncode == 0
        assert httpx.get(f"{url}/api/health").status_code == 200, "the one that started it has left; another uses it"
        with another_process(tmp_path / "first") as (process, again):
            assert again == url
            first.close()
            assert httpx.get(f"{url}/api/health").status_code == 200
            process.kill()
            process.wait()
    finally:
        first.close()
        second.close()
    assert wait_until(lambda: not psutil.pid_exists(pid))


def test_the_history_of_a_run_survives_it(
    command_line: Callable[..., CommandLine], tmp_path: Path, no_server: None
) -> None:
    """The command line starts a server of its own, and stops it; every task run and log line is in its database.

    The login that it asks for was made for it, and stands in one file, which nobody else can read.
    """
    cli = command_line(duplicate_threshold="1.0", prefect_port="4392")
    del cli.environment["PREFECT_API_URL"]
    (tmp_path / "manual.md").write_text(MANUAL)
    cli("run", str(tmp_path / "manual.md"))

    launcher = PrefectLauncher(load_settings(home=Path(cli.environment["UPLOAD_PIPELINE_HOME"]), prefect_port=4392))
    launcher.wait()
    try:
        assert launcher.login
        with asking(launcher.api_url, launcher.login) as client:
            [flow_run] = client.post("/flow_runs/filter", json={}).json()
            task_runs = client.post("/task_runs/filter", json={}).json()
            lines = client.post("/logs/filter", json={}).json()
        assert (flow_run["name"], flow_run["state_name"]) == ("manual.md", "Completed")
        assert len(task_runs) == 11
        assert {row["state_name"] for row in task_runs} == {"Completed"}
        assert len(lines) > 11
        kept = prefect_login.file_of(launcher._home)
        assert (kept.read_text(), kept.stat().st_mode & 0o777) == (f"{launcher.login}\n", 0o600)
        secret = launcher.login.partition(":")[2].encode()
        files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
        assert [path for path in files if secret in path.read_bytes()] == [kept]
        assert not any(secret.decode() in " ".join(process.cmdline()) for process in family(launcher))
    finally:
        launcher.close()


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr("pipeline_core.adapters.prefect_launcher._OTHERS_TIMEOUT_S", 1.0)
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:9"):
        PrefectLauncher(load_settings(home=tmp_path)).wait()


@pytest.mark.parametrize(
    ("raised", "blamed"),
    [
        (httpx.ConnectError("refused"), True),
        (RuntimeError("Failed to reach API"), False),
        (DatabaseUnavailableError(), False),
        (KeyError("a defect"), False),
    ],
)
def test_only_prefects_errors_are_blamed_on_prefect(raised: Exception, blamed: bool) -> None:
    with pytest.raises(ServiceUnavailableError if blamed else type(raised)), reaching_prefect():
        raise raised


def test_a_client_that_cannot_reach_its_server_blames_prefect() -> None:
    with pytest.raises(ServiceUnavailableError, match="Failed to reach"), reaching_prefect():
        raise RuntimeError("Failed to reach API at http://127.0.0.1:9/api") from httpx.ConnectError("refused")
