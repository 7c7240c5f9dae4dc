"""Every part is tried, whatever became of the others; settings are shown without their secrets."""

from pathlib import Path
from typing import Any, NoReturn

import pytest

from pipeline_core.domain.checks import Check
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.services.diagnose import Diagnose, describe_history, describe_settings
from pipeline_core.settings import Settings


def _raise(error: Exception) -> NoReturn:
    raise error


PREFECT = Check("Prefect", "ok", "here")


def test_each_part_is_tried_and_one_that_fails_does_not_stop_the_others() -> None:
    diagnose = Diagnose(
        {
            "store": lambda: _raise(ServiceUnavailableError("no answer.", where="s3.example", action="Start it.")),
            "home": lambda: "/home/pipeline",
            "defect": lambda: _raise(ZeroDivisionError("division by zero")),
        },
        lambda: PREFECT,
        environment={},
    )
    assert list(diagnose()) == [
        Check("store", "failed", "no answer. s3.example", "Start it."),
        Check("home", "ok", "/home/pipeline"),
        Check("defect", "failed", "ZeroDivisionError: division by zero", "See the message, then try again."),
        PREFECT,
    ]


@pytest.mark.parametrize(("value", "warns"), [("key", True), ("", False), (None, False)])
def test_a_variable_that_nothing_uses_is_warned_of(value: str | None, warns: bool) -> None:
    environment = {} if value is None else {"SUPABASE_SERVICE_ROLE_KEY": value}
    checks = [check for check in Diagnose({}, lambda: PREFECT, environment)() if check is not PREFECT]
    assert [(check.name, check.result, check.fix) for check in checks] == (
        [("SUPABASE_SERVICE_ROLE_KEY", "warning", "Unset SUPABASE_SERVICE_ROLE_KEY.")] if warns else []
    )


class _History:
    def sizes(self) -> dict[str, int]:
        return {
            "events": 2_500_000,
            "webhook_deliveries": 100_000,
            "fact_cache": 1_000_000,
            "embedding_cache": 2_000_000,
            "past_questions": 400_000,
            "past_chunks": 300_000,
            "published_versions": 200_000,
            "knowledge_changes": 100_000,
            "database": 9_000_000,
        }


def test_what_grows_is_said_with_how_long_it_is_kept(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_bytes(b"x" * 300_000)
    days: dict[str, Any] = {"event_days": 30, "audit_days": 0, "cache_max_days": 90}
    told = describe_history(Settings(home=tmp_path, **days), _History())  # type: ignore[arg-type]
    assert "events 2.5 MB, work kept 30 days, audit trail kept for ever" in told
    assert "caches 3.0 MB, kept 90 days" in told
    assert "what production said 1.0 MB, kept for ever" in told
    assert "logs 0.3 MB" in told
    assert told.endswith("the whole database 9.0 MB")


def test_secrets_are_hidden_and_logins_masked() -> None:
    settings = Settings(openai_api_key="sk-secret", api_url="https://ada:wonder@a.example/")
    rows = {row.variable: row for row in describe_settings(settings)}
    assert rows["OPENAI_API_KEY"].value == "(set, hidden)"
    assert "wonder" not in rows["UPLOAD_PIPELINE_API_URL"].value
    assert rows["UPLOAD_PIPELINE_BATCH_SIZE"].value == "100"
    assert all(row.description for row in rows.values())
