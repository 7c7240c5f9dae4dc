"""The local Prefect server does nothing for who has no login: other users of the machine, pages in a browser."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from pipeline_core.adapters import prefect_login
from pipeline_core.adapters.prefect_check import check_prefect
from pipeline_core.adapters.prefect_launcher import PrefectLauncher, reaching_prefect
from pipeline_core.adapters.supervision.deploy import deploy
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.settings import Settings, load_settings
from tests.support.handling import Asked, handled_by

SHELL = {"prefect.deployments.steps.run_shell_script": {"script": "id"}}
DEPLOYMENT = {"name": "theirs", "flow_id": "00000000-0000-4000-8000-000000000000", "pull_steps": [SHELL]}


@pytest.fixture
def stranger(prefect_api_url: str) -> Iterator[httpx.Client]:
    """Somebody who reaches the server and has no login."""
    with httpx.Client(base_url=prefect_api_url) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/deployments/", DEPLOYMENT),
        ("POST", "/flow_runs/", {"flow_id": DEPLOYMENT["flow_id"]}),
        ("POST", "/flow_runs/filter", {}),
        ("POST", "/work_pools/", {"name": "theirs", "type": "process"}),
        ("POST", "/block_documents/filter", {}),
        ("POST", "/automations/", {}),
        ("POST", "/events", []),
        ("POST", "/logs/filter", {}),
        ("GET", "/admin/settings", None),
        ("POST", "/admin/database/clear", {"confirm": True}),
        ("GET", "/version", None),
        ("GET", "/docs", None),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "rebound.example:4210", "Origin": "http://rebound.example:4210"},
        {"Origin": "https://elsewhere.example", "Content-Type": "text/plain"},
        {"Authorization": "Basic cGlwZWxpbmU6"},
        {"Authorization": "Bearer pipeline"},
    ],
    ids=["another user", "a rebound page", "a page from elsewhere", "no password", "a bearer"],
)
def test_who_has_no_login_is_refused(
    stranger: httpx.Client, method: str, path: str, body: object, headers: dict[str, str]
) -> None:
    """A page whose own name leads to this machine is of the same origin, and has none of the login all the same."""
    answer = stranger.request(method, path, content=json.dumps(body), headers=headers)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://127.0.0.1:{port}", True),
        ("http://localhost:{port}", True),
        ("http://127.0.0.1:1", False),
        ("http://rebound.example:{port}", False),
        ("https://elsewhere.example", False),
        ("null", False),
    ],
)
def test_only_its_own_pages_may_ask_across_origins(stranger: httpx.Client, origin: str, allowed: bool) -> None:
    origin = origin.format(port=stranger.base_url.port)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = stranger.options("/deployments/", headers=asked)
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert answer.is_success is allowed


def test_who_asks_whether_it_lives_needs_no_login(stranger: httpx.Client) -> None:
    assert [stranger.get(path).status_code for path in ("/health", "/ready")] == [200, 200]


@pytest.mark.parametrize("path", ["/events/in", "/events/out", "/logs/out", "/task_runs/subscriptions/scheduled"])
@pytest.mark.parametrize("login", [None, "pipeline:guessed"])
def test_sockets_ask_for_the_login_too(prefect_api_url: str, path: str, login: str | None) -> None:
    address = prefect_api_url.replace("http://", "ws://") + path
    offered = [Subprotocol("prefect")] if login else None
    with pytest.raises((InvalidHandshake, ConnectionClosed)):
        print("answered", _signs_in(address, offered, login))


def _signs_in(address: str, offered: list[Subprotocol] | None, login: str | None) -> str | bytes:
    with connect(address, subprotocols=offered) as socket:
        socket.send(json.dumps({"type": "auth", "token": login}))
        return socket.recv(timeout=10)


def a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch, url: str, login: str | None) -> None:
    monkeypatch.setenv("PREFECT_API_URL", url)
    monkeypatch.delenv(prefect_login.CLIENT, raising=False)
    if login:
        monkeypatch.setenv(prefect_login.CLIENT, login)


@pytest.mark.parametrize(("login", "result"), [("right", "ok"), ("a:b", "failed"), (None, "failed")])
def test_doctor_says_whether_a_server_of_ones_own_takes_the_login(
    prefect_api_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: str | None, result: str
) -> None:
    login = os.environ[prefect_login.CLIENT] if login == "right" else login
    a_server_of_ones_own(monkeypatch, prefect_api_url, login)
    check = check_prefect(prefect_api_url.removesuffix("/api"), tmp_path)
    assert check.result == result
    assert result == "ok" or "PREFECT_API_AUTH_STRING" in check.fix


def test_a_login_that_is_refused_is_named(prefect_api_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    a_server_of_ones_own(monkeypatch, prefect_api_url, "a:b")
    with pytest.raises(ConfigurationError, match=r"refuses the login \(401\)") as refused:
        deploy(os.environ)
    assert "PREFECT_API_AUTH_STRING" in refused.value.what_to_do
    with pytest.raises(ConfigurationError, match=r"refuses the login \(401\)"), reaching_prefect():
        httpx.get(f"{prefect_api_url}/version").raise_for_status()


def test_a_command_that_names_this_homes_server_has_its_login(
    prefect_api_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pipeline up` says the address; nobody else gets it: not another port, host, or process at that port."""
    a_server_of_ones_own(monkeypatch, prefect_api_url, None)
    port, folder = httpx.URL(prefect_api_url).port, prefect_login.folder_of(tmp_path)
    [server] = {p for p in psutil.process_iter() if _serves(p, str(port))}
    folder.mkdir()
    (folder / "server").write_text(f"{server.pid} {port}")
    login = prefect_login.for_a_new_server(folder, {})

    def given(url: str = prefect_api_url) -> str | None:
        return prefect_login.for_the_server_of({**os.environ, "PREFECT_API_URL": url}, tmp_path)

    assert given() == login
    assert given(f"http://localhost:{port}/api/") == login
    for other in ("http://127.0.0.1:9/api", f"http://elsewhere.example:{port}/api", f"https://127.0.0.1:{port}/api"):
        assert given(other) is None
    assert prefect_login.signed_in(os.environ, tmp_path)[prefect_login.CLIENT] == login
    monkeypatch.setenv(prefect_login.CLIENT, "my:own")
    assert given() == "my:own"
    monkeypatch.delenv(prefect_login.CLIENT)
    (folder / "server").write_text(f"{os.getpid()} {port}")
    assert given() is None


def _serves(process: psutil.Process, port: str) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    return {"prefect", "server", "start", port} <= set(command) and "guard.py" not in " ".join(command)


def test_a_server_of_an_older_version_is_not_worked_with(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str
) -> None:
    """It would do what anybody asks: whoever finds it running says so, and what to do."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    port = httpx.URL(prefect_api_url).port
    [server] = {p for p in psutil.process_iter() if _serves(p, str(port))}
    folder = prefect_login.folder_of(settings.home)
    folder.mkdir(parents=True)
    (folder / "server").write_text(f"{server.pid} {port}")
    launcher = PrefectLauncher(settings)
    launcher.keep()
    launcher.close()
    monkeypatch.setattr(prefect_login, "is_asked_for", lambda _: False)
    with pytest.raises(ConfigurationError, match="without a login") as refused:
        launcher.keep()
    assert "pipeline up" in refused.value.what_to_do
    launcher.close()


def answer_everybody(asked: Asked) -> None:
    """As a Prefect server without a login does."""
    asked.answer(200, b'"3.9.1"')


def test_doctor_names_a_server_without_a_login(app: Pipeline) -> None:
    with handled_by("GET", answer_everybody) as url:
        check = check_prefect(url, app.settings.home)
    assert (check.name, check.result) == ("prefect", "warning")
    assert "any command" in check.detail
    assert "PREFECT_SERVER_API_AUTH_STRING" in check.fix


def test_the_login_of_a_home(tmp_path: Path) -> None:
    """Made once and kept; the environment's own goes before it; what others could read is not used again."""
    folder = prefect_login.folder_of(tmp_path)
    folder.mkdir()
    assert prefect_login.read(folder) is None
    made = prefect_login.for_a_new_server(folder, {})
    assert len(made) > 30
    assert made.isascii()
    file = prefect_login.file_of(folder)
    assert prefect_login.for_a_new_server(folder, {}) == made == prefect_login.read(folder)
    file.chmod(0o640)
    another = prefect_login.for_a_new_server(folder, {})
    assert another != made
    assert file.stat().st_mode & 0o777 == 0o600
    for name in (prefect_login.SERVER, prefect_login.CLIENT):
        assert prefect_login.for_a_new_server(folder, {name: f"{name}:x"}) == f"{name}:x" == prefect_login.read(folder)
    assert prefect_login.for_a_new_server(folder, {prefect_login.CLIENT: ""}) == f"{prefect_login.CLIENT}:x"
    assert [path.name for path in folder.iterdir()] == ["login"]


def test_two_homes_have_different_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(prefect_login.CLIENT, raising=False)
    launchers = [PrefectLauncher(load_settings(home=tmp_path / name)) for name in ("mine", "yours")]
    logins = set()
    for launcher in launchers:
        launcher._home.mkdir(parents=True)
        logins.add(launcher.server_environment(4711)[prefect_login.SERVER])
    assert len(logins) == 2
