"""`pipeline up` as a process with everything embedded: documents come out, what dies comes back, nothing stays."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client, Upload
from pipeline_core.settings import load_settings
from tests.e2e.conftest import left_as_found
from tests.support.paths import ROOT
from tests.support.servers import folder_for_postgres, server_pid, wait_until
from tests.support.through import MANUAL


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Up:
    """The command, and every process that came with it."""

    def __init__(self, home: Path, port: int, database_url: str | None = None, api_port: int | None = None) -> None:
        self.home, self.log = home, home.parent / "up.log"
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "UPLOAD_PIPELINE_HOME": str(home),
            "UPLOAD_PIPELINE_PREFECT_PORT": str(port),
            "UPLOAD_PIPELINE_API_PORT": str(api_port or _free_port()),
            "UPLOAD_PIPELINE_DUPLICATE_THRESHOLD": "1.0",
            "PREFECT_WORKER_QUERY_SECONDS": "0.5",
            **({"UPLOAD_PIPELINE_DATABASE_URL": database_url} if database_url else {}),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline_core", "up", "--workers", "1"],
                env=self.environment, stdout=log, stderr=log, cwd=home.parent,
            )  # fmt: skip

    def ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return "Ready." in self.log.read_text()

    def processes(self, *words: str) -> list[psutil.Process]:
        """Those that work on this home: by their command, or by what they inherited."""
        return [p for p in psutil.process_iter() if p.pid != self.process.pid and self._ours(p, words)]

    def _ours(self, process: psutil.Process, words: tuple[str, ...]) -> bool:
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                return False
            command, environment = process.cmdline(), process.environ()
        except psutil.Error:
            return False
        ours = environment.get("UPLOAD_PIPELINE_HOME") == str(self.home) or any(str(self.home) in w for w in command)
        return ours and all(word in command for word in words)

    def worker(self) -> psutil.Process:
        found = self.processes("worker", "start")
        assert len(found) == 1, found
        return found[0]

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in [self.log, *self.home.glob("logs/worker-*.log")])


@pytest.fixture
def home() -> Iterator[Path]:
    with folder_for_postgres() as folder:
        yield folder / "home"


def publish(up: Up, app: Pipeline, name: str, text: str) -> None:
    with Client(app=app) as client:
        done = client.submit([Upload(name, text.encode())])
        [status] = client.wait(done.document_ids, timeout_s=90)
    assert status.outcome == "published", up.logs()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False


def end(up: Up) -> None:
    if up.process.poll() is None:
        up.process.kill()
    up.process.wait()
    assert wait_until(lambda: not up.processes(), 20), up.processes()


def published_twice(up: Up, app: Pipeline) -> None:
    """A document, a worker killed, a second document, SIGTERM; then nothing is left."""
    publish(up, app, "first.md", MANUAL)
    before = up.worker()
    before.kill()
    publish(up, app, "second.md", f"{MANUAL}\nThe key has number 7.\n")
    # the process that is ready may have published it before the worker is back
    assert wait_until(lambda: bool(up.processes("worker", "start")), 30), up.logs()
    assert up.worker().pid != before.pid
    assert "worker-1 died; it is restarted in 1 s." in up.log.read_text()
    app.close()
    up.process.send_signal(signal.SIGTERM)
    # each part ends by itself in a moment; on a busy machine a moment is long
    assert up.process.wait(40) == 0, up.logs()
    assert not up.processes()


def assert_it_serves(up: Up, app: Pipeline) -> None:
    api = f"http://127.0.0.1:{up.environment['UPLOAD_PIPELINE_API_PORT']}"
    assert wait_until(lambda: answers(f"{api}/health"), 30), (up.home / "logs" / "api.log").read_text()
    published_twice(up, app)


@pytest.mark.timeout(400)  # the sum of what its parts may take
def test_up_publishes_restarts_and_leaves_nothing(
    home: Path,
    database_url: str,
    prefect_api_url: str,
    prefect_http: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a database and a Prefect server that are set: they are used, and stay."""
    monkeypatch.setenv("PREFECT_API_URL", prefect_api_url)
    with left_as_found(prefect_http):
        up = Up(home, 1, database_url)
        try:
            assert wait_until(up.ready, 90), up.logs()
            assert_it_serves(up, Pipeline(load_settings(home=home, database_url=database_url, duplicate_threshold=1.0)))
            assert httpx.get(f"{prefect_api_url}/health").status_code == 200
        finally:
            end(up)


@pytest.mark.chaos
def test_up_with_everything_embedded(home: Path, free_port: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    up = Up(home, port := free_port())
    try:
        assert wait_until(up.ready, 90), up.logs()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        published_twice(up, Pipeline(load_settings(home=home, duplicate_threshold=1.0)))
        assert not (home / "postgres" / "postmaster.pid").exists()
    finally:
        end(up)


@pytest.mark.chaos
def test_nothing_outlives_up_when_it_is_killed(home: Path, free_port: Any) -> None:
    """The database, the Prefect server, and ``up`` itself are killed with -9, one after the other."""
    up = Up(home, free_port())
    try:
        assert wait_until(up.ready, 90), up.logs()
        database = server_pid(home / "postgres")
        os.kill(database, signal.SIGKILL)
        for part in up.processes("prefect", "server", "start"):
            if "guard.py" not in " ".join(part.cmdline()):
                part.kill()
        for name in ("PostgreSQL", "Prefect server"):
            assert wait_until(lambda name=name: f"{name} is restarted." in up.log.read_text(), 60), up.logs()
        assert server_pid(home / "postgres") != database
        # a worker that lost its server ends, and is started again, too
        assert wait_until(lambda: bool(up.processes("worker", "start")), 30), up.logs()
        up.process.kill()
        up.process.wait()
        # a guard gives its server twenty seconds before it kills it
        assert wait_until(lambda: not up.processes(), 45), up.processes()
    finally:
        end(up)


def test_a_home_is_up_once(home: Path, database_url: str) -> None:
    import fcntl

    home.mkdir()
    with (home / "up.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        second = Up(home, 1, database_url)
        assert second.process.wait(30) == 2
        assert "`pipeline up` is already running." in second.log.read_text()


def test_a_port_that_is_taken_is_named_at_once(home: Path, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = Up(home, 1, database_url, api_port=port)
        assert up.process.wait(60) == 5
        told = up.log.read_text()
    assert f"The API cannot listen on 127.0.0.1:{port}" in told
    assert "died" not in told
