"""`pipeline console`, where something serves it: it prints a link that signs in once."""

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from pipeline_core.api.app import create_app
from pipeline_core.api.server import config
from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli.entry import app as cli
from pipeline_core.settings import load_settings


@pytest.fixture
def served(app: Pipeline, free_port: Callable[[], int]) -> Iterator[int]:
    made = config(create_app(app))
    made.host, made.port = "127.0.0.1", free_port()
    server = uvicorn.Server(made)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield made.port
    server.should_exit = True
    thread.join(10)


def test_the_link_signs_in_once(app: Pipeline, served: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_HOME", str(app.settings.home))
    monkeypatch.setenv("UPLOAD_PIPELINE_API_PORT", str(served))
    assert load_settings().api_port == served
    answer = CliRunner().invoke(cli, ["console", "--no-browser"])
    assert answer.exit_code == 0, answer.output
    link = next(line for line in answer.output.splitlines() if line.startswith("http"))
    with httpx.Client() as person:
        assert person.get(link, follow_redirects=False).headers["location"] == "/"
        assert person.get(f"http://127.0.0.1:{served}/waiting").text == "0"
    assert httpx.get(link).status_code == 401
