"""``pipeline api`` as a process: what it says, what it logs, how it ends; and ``pipeline token``."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from pipeline_core.api.auth import local_token
from pipeline_core.api.server import bind, make_app
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.settings import Settings
from tests.support.servers import folder_for_postgres, wait_until
from tests.support.through import MANUAL

MARKER = "Zanzibar-marker"


@dataclass
class Api:
    """A served API in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    token: str
    home: Path

    def client(self, **more: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=20, **more)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err

    @property
    def log(self) -> str:
        return "".join(path.read_text() for path in (self.home / "logs").iterdir())


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline_core", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


@pytest.fixture
def serve(free_port: Callable[[], int], tmp_path: Path) -> Iterator[Callable[..., Api]]:
    """Starts the API; settings are by name, an empty one is unset."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path | None = None, **settings: object) -> Api:
        home = home or tmp_path / "home"
        port = free_port()
        environment = {
            "UPLOAD_PIPELINE_HOME": str(home),
            "UPLOAD_PIPELINE_API_PORT": str(port),
            **{f"UPLOAD_PIPELINE_{name.upper()}": str(value) for name, value in settings.items()},
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline_core", "api"],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        url = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: process.poll() is not None or _answers(url))
        assert process.poll() is None, process.communicate()
        token = run(environment, "token").stdout.strip()
        return Api(process, url, token, home)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def test_it_serves_logs_lines_of_json_without_secrets_and_ends(serve: Callable[..., Api], database_url: str) -> None:
    api = serve(database_url=database_url)
    with api.client() as client:
        answer = client.post("/api/v2/upload", files={"file": ("a.md", f"# A\n\n{MARKER}.")})
        assert client.get("/api/v2/jobs?secret=in-the-query").status_code == 422
        assert answer.status_code == 202, answer.text
        assert client.get("/api/v2/search", params={"q": MARKER}).status_code == 200
        assert client.get("/api/v2/jobs", headers={"Authorization": "Bearer forged-token"}).status_code == 401
        job = client.get(answer.json()["status_url"]).json()
        assert (job["state"], answer.headers.get("server")) == ("queued", None)
        # two streams are open, one of them idle
        with (
            client.stream("GET", f"{answer.json()['status_url']}/events") as events,
            client.stream("GET", f"{answer.json()['status_url']}/events") as idle,
        ):
            assert next(events.iter_lines())
            assert idle.status_code == 200
            code, out, err = api.stop()
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert api.url in err
    assert "pipeline token" in err
    entries = [json.loads(line) for line in api.log.splitlines()]
    assert {entry["status"] for entry in entries if entry["event"] == "request"} >= {200, 202, 401}
    # nobody was asked to run it, which is said once
    assert [entry["event"] for entry in entries].count("no_orchestrator") == 1
    for secret in (api.token, "forged-token", MARKER, "in-the-query"):
        assert secret not in api.log + err


def test_ctrl_c_ends_it_and_the_embedded_database(serve: Callable[..., Api]) -> None:
    with folder_for_postgres() as folder:
        api = serve(home=folder / "home")
        with api.client() as client:
            assert client.post("/api/v2/upload", files={"file": ("a.md", MANUAL)}).status_code == 202
            assert client.get("/ready").json()["ready"]
        code, _, err = api.stop(signal.SIGINT)
        assert (code, "Traceback" in err) == (0, False)
        data = (folder / "home" / "postgres").resolve()
        assert wait_until(lambda: not (data / "postmaster.pid").exists(), within_s=15)


def test_other_addresses_are_refused_before_anything_is_bound(tmp_path: Path) -> None:
    # whoever binds first finds the port taken: the refusal must come before
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {"UPLOAD_PIPELINE_HOME": str(tmp_path), "UPLOAD_PIPELINE_API_PORT": str(taken.getsockname()[1])}
        refused = run(environment, "api", "--host", "0.0.0.0")
    assert refused.returncode == 5
    assert "serves loopback only" in refused.stderr


def test_an_address_that_cannot_be_had_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
            bind(settings.model_copy(update={"api_port": port}))
    with pytest.raises(ConfigurationError, match="cannot listen on"):
        bind(settings.model_copy(update={"api_host": "192.0.2.1"}))
    for one in bind(settings.model_copy(update={"api_host": "localhost", "api_port": port})):
        assert one.getsockname()[1] == port
        one.close()


def test_answers_are_not_held_back(settings: Settings, free_port: Callable[[], int]) -> None:
    """Nagle's algorithm and delayed acknowledgements together would cost 40 ms a request."""
    port = free_port()
    [listener] = bind(settings.model_copy(update={"api_port": port}))
    with listener, socket.create_connection(("127.0.0.1", port)), listener.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_tokens_are_for_local_mode_only(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="UPLOAD_PIPELINE_API_AUTH is not `local`"):
        local_token(settings.model_copy(update={"api_auth": "jwt"}))


def test_a_login_of_the_apis_role_only_serves_and_leaves_the_chores(
    serve: Callable[..., Api], database_url: str
) -> None:
    """As docs/http_api.md says to make it."""
    login = "api_login_" + database_url.partition("/t_")[2].partition("?")[0]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN NOINHERIT IN ROLE upload_pipeline_api")
    try:
        url = database_url.replace("postgres:@", f"{login}:@")
        api = serve(database_url=url)
        with api.client() as client:
            assert client.post("/api/v2/upload", files={"file": ("a.md", MANUAL)}).status_code == 202
            assert client.get("/ready").json()["ready"]
        # given as the workers' URL as well: it may not become the service role
        assert wait_until(lambda: "no_upkeep" in api.log)
        assert api.stop()[0] == 0
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"DROP ROLE {login}")


def test_with_the_apis_login_alone_no_other_database_is_made(settings: Settings, database_url: str) -> None:
    pipeline = Pipeline(settings.model_copy(update={"database_url": None, "api_database_url": database_url}))
    assert pipeline.upkeep is None
    make_app(pipeline)
    pipeline.close()
    assert not (settings.home / "postgres").exists()
