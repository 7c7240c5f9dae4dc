"""A secret in any setting, in any place of it, is shown nowhere: by `doctor`, an error, a traceback, a log line."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog

from pipeline_core import logs
from pipeline_core.adapters import prefect_check
from pipeline_core.adapters.object_stores.factory import open_object_store
from pipeline_core.adapters.prefect_queue import PrefectQueueRuns
from pipeline_core.adapters.shared_rate_limits import SharedRateLimits
from pipeline_core.api.key_set import KeySet
from pipeline_core.cli import entry
from pipeline_core.db.connection import connect
from pipeline_core.domain import masking
from pipeline_core.domain.checks import Check
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.traces import describe_error
from pipeline_core.services.diagnose import describe_settings
from pipeline_core.services.recorded_settings import shown_settings
from pipeline_core.settings import Settings, is_secret, load_settings, variable_of
from tests.support.logging_restored import restored as restored

SECRET = "c4n4ry-S3cret"
FORMS = {
    "login": f"https://user:{SECRET}@127.0.0.1:1/x",
    "name": f"https://{SECRET}@127.0.0.1:1/x",
    "query": f"https://127.0.0.1:1/x?password={SECRET}&sslpassword={SECRET}",
    "token": f"redis://127.0.0.1:1/0?token={SECRET}",
    "dsn": f"host=127.0.0.1 port=1 user=u password={SECRET} dbname=d",
    "quoted": f"host=127.0.0.1 password='{SECRET}'",
    "encoded": "postgresql://user:c4n4ry%2DS3cret@127.0.0.1:1/d",
    "postgres": f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/d?sslpassword={SECRET}",
    "json": json.dumps({"extra_headers": {"Authorization": f"Bearer {SECRET}"}, "api_key": SECRET}),
    "plain": SECRET,
}
PLAIN = {name for name in Settings.model_fields if is_secret(name)}
"""Settings that are a secret as they are; in others nobody can know that a plain word is one."""
CASES = [(name, form) for name in Settings.model_fields for form in FORMS if form != "plain" or name in PLAIN]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    yield
    masking.know({})


def has_secret(text: object) -> bool:
    return any(one in str(text) for one in (SECRET, "c4n4ry%2DS3cret", "S3cret"))


@pytest.mark.parametrize("form", FORMS)
def test_no_setting_shows_it(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them have it at once; those that are refused are named, and taken back until the others are taken."""
    left = [variable_of(name) for name, of_form in CASES if of_form == form]
    for variable in left:
        monkeypatch.setenv(variable, FORMS[form])
    while (refused := error_of_load()) is not None:
        assert not has_secret([str(refused), repr(refused), refused.as_json(), refused.as_stored()])
        named = {variable for variable in left if re.search(rf"{variable}\b", str(refused))}
        assert named, refused
        for variable in named:
            monkeypatch.delenv(variable)
        left = [variable for variable in left if variable not in named]
    settings = load_settings()
    assert left
    assert not has_secret(describe_settings(settings))
    assert not has_secret(shown_settings(settings))
    assert not has_secret([repr(settings), str(settings), settings.deep()])


def error_of_load() -> PipelineError | None:
    try:
        load_settings()
    except PipelineError as error:
        return error
    return None


CONNECTIONS: dict[str, Callable[[], object]] = {
    "psycopg": lambda: connect(f"postgresql://user:{SECRET}@127.0.0.1:1/d?connect_timeout=2"),
    "psycopg, no such host": lambda: connect(f"postgresql://user:p@ss/{SECRET}@127.0.0.1:1/d"),
    "psycopg, wrong dsn": lambda: connect(f"postgresql://u:{SECRET}@h:port/d"),
    "psycopg as it is": lambda: psycopg.connect(f"host=127.0.0.1 port=1 password={SECRET} nonsense={SECRET}"),
    "redis": lambda: SharedRateLimits(f"redis://u:{SECRET}@127.0.0.1:1/0").hit("k", limit=1, window_s=1),
    "redis, wrong": lambda: SharedRateLimits(f"redis://u:{SECRET}@127.0.0.1:port/0"),
    "redis, no such": lambda: SharedRateLimits(f"nonsense://u:{SECRET}@127.0.0.1/0"),
    "store, login": lambda: open_object_store(f"s3://u:{SECRET}@bucket/x", default=Path("/x"), s3_endpoint_url=None),
    "store, kind": lambda: open_object_store(f"ftp://u:{SECRET}@h/x", default=Path("/x"), s3_endpoint_url=None),
    "boto3": lambda: open_object_store(
        "s3://bucket/x", default=Path("/x"), s3_endpoint_url=f"http://u:{SECRET}@127.0.0.1:1/"
    ).check(),
    "boto3, wrong": lambda: open_object_store(
        "s3://bucket/x", default=Path("/x"), s3_endpoint_url=f"http//u:{SECRET}@127.0.0.1:1/"
    ).check(),
    "jwks": lambda: KeySet(f"http://u:{SECRET}@127.0.0.1:1/?token={SECRET}").key_for({"kid": "1"}),
    "prefect": lambda: PrefectQueueRuns(f"http://u:{SECRET}@127.0.0.1:1/api").ask(),
}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_connection_that_fails_does_not_tell_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_HOME", str(tmp_path))
    for variable, value in {"AWS_ACCESS_KEY_ID": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}.items():
        monkeypatch.setenv(variable, value)
    load_settings()
    with pytest.raises(Exception) as raised:
        CONNECTIONS[name]()
    error = raised.value
    log = logs.configure(tmp_path / "logs")
    logger = structlog.stdlib.get_logger("pipeline_core.x")
    logger.error("failed", error=describe_error(error), message=str(error), exc_info=error)
    entry._report(error)
    check = Check("x", "failed", f"{type(error).__name__}: {error}", str(error))
    assert not has_secret(log.read_text())
    assert not has_secret(capsys.readouterr())
    assert not has_secret(check.as_json())
    if isinstance(error, PipelineError):
        assert not has_secret([str(error), repr(error), error.as_stored()])


def test_advice_keeps_its_placeholder() -> None:
    assert "NAME:PASSWORD" in Check("prefect", "warning", "", prefect_check._GIVE_IT_ONE).fix
