"""A real Prefect server for the session, and the command line as a process."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.base import PrefectHttpxSyncClient

from pipeline_core.adapters import prefect_login
from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.settings import load_settings
from tests.e2e.prestarted import Prestarted

STEADY = {"retry_base_s": "0.1", "duplicate_threshold": "1.0"}
"""Near-duplicates would wait for a person: with these, documents go all the way."""

# tasks read their retries when they are imported, by whichever test is first
os.environ["UPLOAD_PIPELINE_RETRY_BASE_S"] = "0.1"


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database of Prefect's, to copy: a server that makes its own takes six seconds of processor time more."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which the processes of a session share: one of them makes it
    home = folder / "made-once"
    home.mkdir(exist_ok=True)
    with (home / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "made").exists():
            PrefectLauncher(load_settings(home=home)).prepare()
            (home / "made").touch()
    return home / "prefect" / "prefect.db"


def copy_prefect_database(database: Path, home: Path) -> None:
    """A server of this home finds it."""
    (home / "prefect").mkdir(parents=True)
    shutil.copy(database, home / "prefect")


@pytest.fixture(scope="package")
def prefect_api_url(prefect_database: Path) -> Iterator[str]:
    """A local Prefect server that all runs of these tests share; who is started meanwhile has its login.

    It ends with them: idle, it would take a twentieth of a core from all tests that follow.
    """
    with tempfile.TemporaryDirectory(prefix="pipeline-prefect-", ignore_cleanup_errors=True) as folder:
        copy_prefect_database(prefect_database, Path(folder))
        launcher = PrefectLauncher(load_settings(home=Path(folder), prefect_port=4390))
        launcher.wait()
        url = f"{launcher.ui_url()}/api"
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

        # for flows that are called in this process, whenever Prefect was imported; for processes
        login = launcher.login
        with (
            temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: login}),
            pytest.MonkeyPatch.context() as m,
        ):
            m.setenv(prefect_login.CLIENT, str(login))
            yield url
        launcher.close()


def asking(url: str, login: str | None = None) -> httpx.Client:
    """A client as Prefect's own: it asks again when the server's database is busy, and raises on an error.

    Without a login it has that of the session's server.
    """
    known = {prefect_login.CLIENT: login} if login else os.environ
    return PrefectHttpxSyncClient(base_url=url, headers=prefect_login.headers(known))


@pytest.fixture(scope="package")
def prefect_http(prefect_api_url: str) -> Iterator[httpx.Client]:
    with asking(prefect_api_url) as client:
        yield client


def _on_server(client: httpx.Client) -> set[str]:
    """Paths of the deployments, work pools and automations of the server."""
    automations = client.post("/automations/filter", json={}).json()
    deployments = client.post("/deployments/filter", json={}).json()
    pools = client.post("/work_pools/filter", json={}).json()
    return {
        *(f"automations/{row['id']}" for row in automations),
        *(f"deployments/{row['id']}" for row in deployments),
        *(f"work_pools/{row['name']}" for row in pools),
    }


@contextmanager
def left_as_found(client: httpx.Client) -> Iterator[None]:
    """Deployments, work pools and automations that are made meanwhile are removed from the server; others' stay."""
    before = _on_server(client)
    try:
        yield
    finally:
        # a deployment goes before the pool that it names
        for path in sorted(_on_server(client) - before):
            client.delete(f"/{path}")


@dataclass
class CommandLine:
    """Runs ``pipeline`` as a process with its own home and database."""

    environment: dict[str, str]
    folder: Path
    processes: list[Prestarted] = field(default_factory=list)

    @classmethod
    def over(cls, database_url: str, prefect_api_url: str, folder: Path, **settings: str) -> "CommandLine":
        """One on this database and server, with its home in the folder; ``settings`` by their own names."""
        environment = {
            **os.environ,
            "UPLOAD_PIPELINE_HOME": str(folder / "home"),
            "UPLOAD_PIPELINE_DATABASE_URL": database_url,
            "PREFECT_API_URL": prefect_api_url,
            # no worker is there to ask
            "UPLOAD_PIPELINE_LAUNCH": "here",
            # each of them is a second of imports
            "UPLOAD_PIPELINE_STAGE_WORKERS": "1",
            **{f"UPLOAD_PIPELINE_{name.upper()}": value for name, value in settings.items()},
        }
        return cls(environment, folder)

    def start(self, *arguments: str) -> Prestarted:
        self.processes.append(Prestarted(arguments, self.environment, self.folder))
        return self.processes[-1]

    def __call__(self, *arguments: str, code: int | None = 0) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=150)
        assert code is None or process.returncode == code, f"exit {process.returncode}\n{out}\n{err}"
        return out if process.returncode in (0, 3, 4) else out + err

    def json(self, *arguments: str, code: int | None = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture
def command_line(database_url: str, prefect_api_url: str, tmp_path: Path) -> Iterator[Callable[..., CommandLine]]:
    """Makes command lines; they share this test's database and home."""
    made: list[CommandLine] = []

    def make(**settings: str) -> CommandLine:
        made.append(CommandLine.over(database_url, prefect_api_url, tmp_path, **settings))
        return made[-1]

    yield make
    for process in (process for one in made for process in one.processes):
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def cli(command_line: Callable[..., CommandLine]) -> CommandLine:
    return command_line(**STEADY)


@pytest.fixture(scope="module")
def process_document(prefect_api_url: str) -> Any:
    from pipeline_core.flows.process_document import process_document as flow

    return flow
