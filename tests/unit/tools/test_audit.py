"""The audit of dependencies: what it reads, and that what it could not ask is named."""

from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT
from tools import audit
from tools.audit import Dependency, Vulnerable

NOW = datetime(2026, 11, 29, tzinfo=UTC)
PYLOCK = """
lock-version = "1.0"
[[packages]]
name = "old"
version = "1.0"
sdist = { url = "…", upload-time = 2020-01-02T03:04:05Z }
wheels = [{ url = "…", upload-time = 2020-01-02T03:04:09Z }]
[[packages]]
name = "undated"
version = "2"
wheels = [{ url = "…" }]
"""


def metadata(**fields: str | list[str]) -> Any:
    message = Message()
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            message[name.replace("_", "-")] = value
    return message


def test_every_locked_package_is_looked_at() -> None:
    pins = audit.locked((ROOT / "requirements-dev.txt").read_text())
    assert {"prefect", "sqlalchemy", "py-key-value-aio", "pip-audit", "pytest"} <= {name for name, _ in pins}
    found = {one.name: one for one in audit.describe(pins, {})}
    assert len(found) == len({name for name, _ in pins})
    assert "Apache" in (found["prefect"].licence or "")
    assert found["prefect"].maintainers


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "MIT", "License": "see file"}, "MIT"),
        (
            {"Classifier": ["License :: OSI Approved :: BSD License", "Framework :: X"], "License": "text"},
            "BSD License",
        ),
        ({"License": "Apache-2.0\nwith the whole text"}, "Apache-2.0"),
        ({"License": " "}, None),
        ({}, None),
    ],
)
def test_licences(fields: dict[str, Any], licence: str | None) -> None:
    assert audit.licence_of(metadata(**fields)) == licence


def test_maintainers_are_named_without_addresses() -> None:
    said = metadata(Author_email="Ada <ada@example.org>, grace@example.org", Maintainer="Ada")
    assert audit.maintainers_of(said) == "Ada, grace"
    assert audit.maintainers_of(metadata()) is None


def test_release_dates_come_from_the_index() -> None:
    assert audit.release_dates(PYLOCK) == {("old", "1.0"): datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)}


def test_what_is_to_be_looked_at_and_what_was_not_checked() -> None:
    found = [
        Dependency("old", "1.0", "MIT", datetime(2020, 1, 2, tzinfo=UTC), "Ada"),
        Dependency("viral", "2", "GNU Affero General Public License v3", NOW, "Grace"),
        Dependency("silent", "3", None, None, None),
    ]
    assert list(audit.to_look_at(found, NOW)) == [
        "old: no release for 6 years",
        "viral: licence GNU Affero General Public License v3",
    ]
    assert list(audit.not_checked(found, {"known vulnerabilities": "no route", "release dates": None})) == [
        "known vulnerabilities: no route",
        "licence of 1: silent 3",
        "release date of 1: silent 3",
        "maintainers of 1: silent 3",
    ]
    assert [line.split()[0] for line in audit.report(found, NOW)] == ["silent", "old", "viral"]


def test_vulnerabilities_are_those_that_pip_audit_names() -> None:
    answer = (
        '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "GHSA-1", "fix_versions": ["1.1"]}]},'
        ' {"name": "b", "skip_reason": "another system\'s"}]}'
    )
    assert audit.vulnerabilities(answer) == [Vulnerable("a 1", "GHSA-1", "1.1")]
    with pytest.raises(ValueError):
        audit.vulnerabilities("")


def test_a_database_that_cannot_be_reached_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    file = tmp_path / "requirements.txt"
    file.write_text(f"pluggy==1.7.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(audit, "ask_index", lambda _: ({}, "no index here"))
    audit.main(file)
    said = capsys.readouterr().out
    assert "pluggy 1.7.0" in said
    [open_questions] = said.split("Not checked:")[1:]
    assert "- known vulnerabilities: " in open_questions
    assert "- release dates: no index here" in open_questions
