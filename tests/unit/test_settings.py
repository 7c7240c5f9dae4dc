"""The environment: what is misspelt or wrong is named with what was meant, and no secret is shown."""

import pytest

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.services.diagnose import describe_settings
from pipeline_core.settings import load_settings


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_DATABSE_URL", "postgresql://ann:hunter2@host/db")
    with pytest.raises(ConfigurationError) as raised:
        load_settings()
    assert "UPLOAD_PIPELINE_DATABSE_URL (did you mean UPLOAD_PIPELINE_DATABASE_URL?)" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_variable_that_is_like_none_of_ours_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_XYZZY", "1")
    with pytest.raises(ConfigurationError, match=r"UPLOAD_PIPELINE_XYZZY\. Correct it"):
        load_settings()


@pytest.mark.parametrize("name", ["DATABASE_URL", "CHUNK_MAX_CHARS", "WORKFLOW", "HOME", "NO_SUCH_THING"])
def test_empty_is_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(f"UPLOAD_PIPELINE_{name}", raising=False)
    usual = load_settings()
    monkeypatch.setenv(f"UPLOAD_PIPELINE_{name}", "")
    assert load_settings() == usual


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_usual_scheme_is_the_same_database(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_DATABASE_URL", f"{scheme}://ann:hunter2@host:5433/db?sslmode=require")
    assert load_settings().database_url == "postgresql://ann:hunter2@host:5433/db?sslmode=require"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("CHUNK_MAX_CHARS", "many", "valid integer"),
        ("CHUNK_MAX_CHARS", "5", "greater than or equal to 100"),
        ("WORKFLOW", "automtic", "'automatic' or 'manual'"),
        ("OPTIMIZER_ENABLED", "maybe", "valid boolean"),
        ("RETRY_BASE_S", "inf", "finite number"),
        ("HOLD_MOST_S", "1e999", "finite number"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"UPLOAD_PIPELINE_{name}", value)
    with pytest.raises(ConfigurationError) as raised:
        load_settings()
    assert f"UPLOAD_PIPELINE_{name}={value!r}" in str(raised.value)
    assert allowed in str(raised.value)


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_DATABASE_URL", "mysql://ann:hunter2@host/db")
    with pytest.raises(ConfigurationError, match="postgresql://") as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)
    monkeypatch.setenv("UPLOAD_PIPELINE_DATABASE_URL", "postgresql://host/db?user=ann&password=hunter2")
    assert "hunter2" not in str(describe_settings(load_settings()))
