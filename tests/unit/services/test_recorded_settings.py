"""A change of settings is an event, once, in which no secret can be read."""

from pathlib import Path
from typing import Any

import pytest

from pipeline_core.services.recorded_settings import RecordSettings, shown_settings
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase


def _record(before: dict[str, str] | None, **settings: Any) -> tuple[dict[str, dict[str, str | None]], FakeDatabase]:
    database = FakeDatabase({"audit.settings_of": before})
    return RecordSettings(Settings(**settings), database, "work")(), database


def test_the_first_start_with_other_settings_says_what_changed() -> None:
    changes, database = _record({"UPLOAD_PIPELINE_BATCH_SIZE": "50", "GONE": "x"}, batch_size=60)
    assert changes == {
        "GONE": {"before": "x", "after": None},
        "UPLOAD_PIPELINE_BATCH_SIZE": {"before": "50", "after": "60"},
    }
    assert database.given("audit.tell_settings")[0]["changes"] == changes
    assert database.given("audit.keep_settings")[0]["settings"] == {"UPLOAD_PIPELINE_BATCH_SIZE": "60"}
    assert (database.names[0], database.names[-1]) == ("audit.lock_settings", "commit")


def test_the_same_settings_again_are_no_event() -> None:
    changes, database = _record({"UPLOAD_PIPELINE_BATCH_SIZE": "60"}, batch_size=60)
    assert changes == {}
    assert "audit.tell_settings" not in database.names


def test_an_installation_that_never_had_any_is_not_written_down() -> None:
    changes, database = _record(None)
    assert changes == {}
    assert "audit.keep_settings" not in database.names


def test_what_is_as_by_default_is_not_shown(tmp_path: Path) -> None:
    assert shown_settings(Settings(batch_size=Settings().batch_size)) == {}
    # what tells commands apart is no change of how they work
    assert shown_settings(Settings(home=tmp_path, reviewer="Ada")) == {}


def test_a_secret_is_shown_as_the_beginning_of_a_hash_that_tells_a_change() -> None:
    one, other = (shown_settings(Settings(openai_api_key=key)) for key in ("sk-secret-one", "sk-secret-two"))
    [(name, shown)] = one.items()
    assert name == "OPENAI_API_KEY"
    assert shown.startswith("(hidden, sha256 ")
    assert "secret" not in shown
    assert len(shown) == len("(hidden, sha256 )") + 8
    assert one != other


def test_what_is_long_is_cut_with_a_hash_of_all_of_it() -> None:
    one, other = (shown_settings(Settings(api_url="https://a.example/" + "x" * 300 + end)) for end in "ab")
    [shown] = one.values()
    assert shown.startswith("https://a.example/xxx")
    assert " (sha256 " in shown
    assert one != other


def test_a_login_in_a_url_is_masked() -> None:
    [shown] = shown_settings(Settings(api_url="https://ada:wonder@a.example/")).values()
    assert "wonder" not in shown


@pytest.mark.parametrize("part", ["work", "service"])
def test_each_part_of_an_installation_is_compared_with_itself(part: str) -> None:
    database = FakeDatabase({"audit.settings_of": None})
    RecordSettings(Settings(), database, part)()
    assert database.given("audit.settings_of")[0]["installation"].part == part
