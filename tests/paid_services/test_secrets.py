"""The key is nowhere but in the request: not in logs, events, errors, files, the database, or what is printed."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.logs import configure
from pipeline_core.services.diagnose import describe_settings
from pipeline_core.settings import load_settings
from tests.paid_services import faults
from tests.paid_services.conftest import KEY
from tests.paid_services.server import PaidServer
from tests.paid_services.texts import TEXT
from tests.support.statements import dump
from tests.support.through import needs_work, receive, through, upload

MakePaid = Callable[..., Pipeline]


def test_a_failing_run_leaves_the_key_nowhere(
    make_paid: MakePaid,
    server: PaidServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The endpoint repeats the key in its error, as some do, whole and masked."""
    caplog.set_level(logging.DEBUG)
    configure(tmp_path / "home" / "logs")
    app = make_paid(embedder="openai")
    error = {"message": f"Incorrect API key provided: {KEY} (sk-te****vqzj). Bearer {KEY}", "code": "invalid_api_key"}
    server.fail(faults.status(401, error=error), times=1)
    server.fail(faults.status(500, error=error), times=1)
    server.fail(faults.malformed, times=1)
    ids = needs_work(app, receive(app, upload(text=TEXT), upload("b.md", TEXT.replace("boiler", "stove"))))
    said = []
    for _ in range(3):
        through(app, ids)
        said += [row["last_error"] for row in app.views.jobs(app.realm_id) if row["last_error"]]
    assert f"Bearer {KEY}" in server.keys_seen
    assert said

    checks = [check.as_json() for check in app.diagnose()]
    printed = capsys.readouterr()
    places = {
        "database": dump(app),
        "printed": printed.out + printed.err + caplog.text,
        "doctor": repr(checks) + repr(describe_settings(app.settings)),
        "settings": repr(app.settings) + app.settings.model_dump_json(),
        "files": "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()),
    }
    for place, text in places.items():
        assert len(text) > 100, place
        assert KEY not in text, place
        assert "vqzj" not in text, place


def test_a_wrong_setting_is_named_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("UPLOAD_PIPELINE_OPENAI_CONCURRENCY", "none")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert KEY not in str(caught.value)
    monkeypatch.delenv("UPLOAD_PIPELINE_OPENAI_CONCURRENCY")
    loaded = load_settings()
    assert loaded.openai_api_key == SecretStr(KEY)
    assert [row.value for row in describe_settings(loaded) if row.variable == "OPENAI_API_KEY"] == ["(set, hidden)"]


def test_without_a_key_the_doctor_says_what_to_set(make_paid: MakePaid) -> None:
    app = make_paid(openai_api_key=None)
    [check] = [check for check in app.diagnose() if check.name == "facts"]
    assert check.result == "failed"
    assert "OPENAI_API_KEY" in check.detail + check.fix


def test_the_doctor_asks_the_endpoint_and_pays_nothing(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai")
    found = {check.name: check for check in app.diagnose()}
    assert found["facts"].result == found["embedder"].result == "ok"
    assert "gpt-4.1-mini" in found["facts"].detail
    assert server.paid == 0
    server.fail(faults.status(401), on=lambda exchange: exchange.path == "/v1/models", times=2)
    found = {check.name: check for check in app.diagnose()}
    assert found["facts"].result == "failed"
    assert "OPENAI_API_KEY" in found["facts"].fix


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"openai_fact_options": {"n": 5}}, "n cannot be set here"),
        ({"openai_fact_options": {"max_completion_tokens": 100_000}}, "max_completion_tokens cannot be set here"),
        ({"openai_fact_options": {"extra_body": {"model": "gpt-5"}}}, "model cannot be set here"),
        ({"openai_base_url": f"https://user:{KEY}@api.example.org/v1"}, "OPENAI_API_KEY alone"),
        ({"openai_base_url": f"https://api.example.org/v1?key={KEY}"}, "OPENAI_API_KEY alone"),
        ({"openai_api_key": SecretStr(f"{KEY}\n{KEY}")}, "characters that no key has"),
        ({"openai_api_key": SecretStr(f"{KEY}…")}, "characters that no key has"),
    ],
)
def test_settings_that_would_pass_a_budget_or_show_a_key(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(**changes)
    assert says in str(caught.value)
    assert KEY not in str(caught.value)


def test_the_last_line_break_of_a_file_is_no_part_of_the_key() -> None:
    key = load_settings(openai_api_key=SecretStr(f"{KEY}\n")).openai_api_key
    assert key is not None
    assert key.get_secret_value() == KEY


def test_a_refused_request_leaves_the_key_out_of_the_whole_chain(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid()
    server.fail(faults.status(400, error={"message": f"unknown option, Bearer {KEY}", "code": "x"}))
    from pipeline_core.ports.fact_generator import ChunkInput

    [error] = app.generator.generate([ChunkInput("The valve opens at 3 bar.", ())])
    assert isinstance(error, Exception)
    assert KEY not in "".join(traceback.format_exception(error))
