"""LlamaCloud's key is nowhere but in the request; what is missing is named at start; the doctor pays nothing."""

import logging
import sys
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
from tests.paid_services.llama import KEY, pdf_upload, policy, take_in, to_rest
from tests.paid_services.llama_protocol import PARSE, VERSIONS, LlamaCloud, changing, job
from tests.paid_services.server import PaidServer
from tests.support.statements import dump

MakeLlama = Callable[..., Pipeline]
SAID = f"Invalid API key: {KEY} (llx-te****qzwk). Bearer {KEY}"


def test_a_failing_run_leaves_the_key_nowhere(
    make_llama: MakeLlama,
    server: PaidServer,
    cloud: LlamaCloud,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The service repeats the key in its errors and in what it says of a job, whole and masked."""
    caplog.set_level(logging.DEBUG)
    configure(tmp_path / "home" / "logs")
    app = make_llama()
    ids = take_in(app, *(pdf_upload(f"{n}.pdf", policy(f"Policy {n}")) for n in range(4)))
    complaining = changing(lambda body: body.update(detail=SAID))
    server.fail(lambda exchange, _route: exchange.send(401, {"detail": SAID}))
    server.fail(lambda exchange, _route: exchange.send(422, {"detail": [{"msg": SAID, "loc": ["tier"]}]}))
    server.fail(job(status="FAILED", error_message=SAID), on=lambda exchange: "pjb" in exchange.path)
    server.fail(complaining)
    outcomes = {to_rest(app, document_id).outcome for document_id in ids}
    assert outcomes == {"local", "converted"}
    assert server.keys_seen == {f"Bearer {KEY}"}

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
        assert "qzwk" not in text, place


def test_a_wrong_setting_is_named_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
    monkeypatch.setenv("UPLOAD_PIPELINE_CONVERTER", "llamaparse")
    with pytest.raises(ConfigurationError, match="UPLOAD_PIPELINE_CONVERTER") as caught:
        load_settings()
    assert KEY not in str(caught.value)
    monkeypatch.setenv("UPLOAD_PIPELINE_CONVERTER", "llama-parse")
    assert load_settings().llama_cloud_api_key == SecretStr(KEY)


def test_without_a_key_it_is_said_at_start(make_llama: MakeLlama) -> None:
    app = make_llama(llama_cloud_api_key=None)
    with pytest.raises(ConfigurationError, match="LLAMA_CLOUD_API_KEY is not set"):
        _ = app.ctx
    [check] = [check for check in app.diagnose() if check.name == "converter"]
    assert (check.result, "LLAMA_CLOUD_API_KEY" in check.fix) == ("failed", True)


def test_without_the_package_it_is_said_what_to_install(make_llama: MakeLlama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cloud", None)
    with pytest.raises(ConfigurationError, match="llama-cloud is not installed") as caught:
        _ = make_llama().converter
    assert "document-pipeline[llama-parse]" in str(caught.value)


def test_the_doctor_asks_and_pays_nothing(make_llama: MakeLlama, server: PaidServer, cloud: LlamaCloud) -> None:
    def check(**changes: object) -> tuple[str, str]:
        app = make_llama(**changes)
        [found] = [found for found in app.diagnose() if found.name == "converter"]
        return found.result, found.detail + found.fix

    result, detail = check(deep_converter="llama-parse")
    assert result == "ok"
    assert "cost_effective 2026-09-28" in detail
    assert "agentic_plus 2026-09-28" in detail
    result, detail = check(llama_parse_version="2020-01-01")
    assert result == "failed"
    assert "UPLOAD_PIPELINE_LLAMA_PARSE_VERSION" in detail
    server.fail(faults.status(401), on=lambda exchange: exchange.path == PARSE)
    result, detail = check()
    assert result == "failed"
    assert "LLAMA_CLOUD_API_KEY" in detail
    assert server.paid == 0
    assert server.received[VERSIONS] == 3
