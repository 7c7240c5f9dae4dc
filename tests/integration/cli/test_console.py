"""`pipeline console`, where something serves it: it prints a link that signs in once."""

from collections.abc import Callable

import httpx
import pytest
from typer.testing import CliRunner

from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli.entry import app as cli
from pipeline_core.settings import load_settings
from tests.support.serving import served


def test_the_link_signs_in_once(app: Pipeline, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("UPLOAD_PIPELINE_HOME", str(app.settings.home))
    monkeypatch.setenv("UPLOAD_PIPELINE_API_PORT", str(port))
    assert load_settings().api_port == port
    with served(app, port) as url:
        answer = CliRunner().invoke(cli, ["console", "--no-browser"])
        assert answer.exit_code == 0, answer.output
        link = next(line for line in answer.output.splitlines() if line.startswith("http"))
        with httpx.Client() as person:
            assert person.get(link, follow_redirects=False).headers["location"] == "/"
            assert person.get(f"{url}/waiting").text == "0"
        assert httpx.get(link).status_code == 401
